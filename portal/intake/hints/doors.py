"""Rules for doors: rooms in blocks, houses in lanes and village groups, neighbours."""

from collections.abc import Sequence

from portal.intake.hints.rules import Kind, Reading, Rule

DOORS: Sequence[Rule] = (
    # 3栋2单元501, 三号楼二单元五零一室, 12#3-601, 2单元102, A区3栋5楼502
    Rule(
        Kind.DOOR,
        "()(<BLOCK>?<GAP><UNIT><GAP><FLOOR>?<GAP><ROOM>(?: ?[室号房])?)(?!<COUNT>)",
        needs="元门梯",
    ),
    Rule(
        Kind.DOOR,
        "()(<BLOCK><GAP>(?:[0-9]{1,2}-)?<FLOOR>?<GAP><ROOM>(?: ?[室号房])?)(?!<COUNT>)",
        needs="楼栋幢座#院",
    ),
    # 十栋九楼二号, 二单元四楼东户, 3楼左边第一户
    Rule(
        Kind.DOOR,
        "()((?:<BLOCK>|<UNIT>)<GAP><UNIT>?<GAP><FLOOR><GAP>[0-9]{1,2}(?:号|室|门))<NO>",
        needs="号室门",
    ),
    Rule(
        Kind.DOOR,
        "()(<BLOCK>?<GAP><UNIT>?<GAP><FLOOR><GAP>[东西南北中左右最][边侧手里面头]{0,2}"
        "(?:的|那|第?[0-9])?(?:户|家(?!门口)|门(?!口)))",
        needs="东西南北中左右最",
    ),
    Rule(
        Kind.DOOR,
        "()((?:<BLOCK>|<UNIT>)<GAP><UNIT>?<GAP><FLOOR><GAP>[左右][手边]{1,2})",
        travels=False,
        needs="左右",
    ),
    Rule(
        Kind.DOOR,
        "((?:住|家|我在?|我们)[^.,|0-9]{0,4}|^)(<FLOOR><GAP>[0-9]{3,4}"
        "(?: ?[室号房])?)(?!<COUNT>)",
        travels=False,
    ),
    Rule(
        Kind.DOOR,
        "((?:住|家|我在)[^.,|]{0,8}?)((?:<BLOCK><GAP><UNIT>?|<UNIT>)<GAP><FLOOR>)",
    ),
    # 12-3-402, 8-2-1103; 12-402 only of somebody's home
    Rule(
        Kind.DOOR,
        r"(^|[^0-9a-z.\-/])([a-z]?[0-9]{1,2}[#栋幢座]?[-/][0-9]{1,2}(?:单元)?[-/]"
        "(?!20[0-9]{2}(?![室号]))[0-9]{3,4}(?:室|号)?)(?![0-9a-z/]|<COUNT>)",
        needs="-/",
    ),
    Rule(
        Kind.DOOR,
        "((?:住|家|业主|我在|地址)[^.,|0-9]{0,6})([a-z]?[0-9]{1,2}-[0-9]{3,4}(?:室"
        "|号)?)"
        "(?![0-9a-z/]|<COUNT>)",
    ),
    # 楼上702, 住302室
    Rule(
        Kind.DOOR,
        "((?:楼[上下]|对[门面]|隔壁|我家|我们家|[咱俺]家|住)(?:是|在|的"
        "|那[户家个])?:? ?)"
        "(<ROOM>(?: ?[室号房])?)(?!<COUNT>)",
    ),
    Rule(
        Kind.DOOR,
        "(<ME>是)((?!19|20)<ROOM>[室号]?)(?=的|住户|业主|户主|租户)",
        travels=False,
    ),
    Rule(
        Kind.DOOR,
        "<0>([0-9]{1,2}(?!00)[0-9]{2}[室号]?)(?=的?(?:住户|业主|房主|租户|户主"
        "|[那这][户家]))",
        unless="(?:[共有约近达全村区等余]|一共) ?$",
        travels=False,
        needs="户主家",
    ),
    Rule(
        Kind.DOOR,
        "(房间?号(?:码)?[是为:]? ?)([a-z0-9][a-z0-9-]{2,9})(?!<COUNT>)",
        travels=False,
    ),
    Rule(
        Kind.DOOR,
        "()([^\\u0000-\\u33ff]{1,4}[路街巷道村湾沟][0-9]{1,5}号)(?=,?就?是我)",
        travels=False,
        needs="号",
    ),
    # 门牌: 解放巷18号, 7弄21号, 52号附3号, 四组26号, 4排6号
    Rule(
        Kind.DOOR,
        "()([0-9]{1,5}弄[0-9]{1,4}号(?:[0-9]{2,4}室?)?)<NO>",
        travels=False,
        needs="弄",
    ),
    Rule(
        Kind.DOOR,
        "((?:住|家|屋|地址|门牌|我在|我们在|我们是)[^.,|]{0,12}?)"
        "([^\\u0000-\\u33ff住家在是]{1,6}?(?:胡同"
        "|[路街巷弄道里村庄湾沟坝坊院苑园塘桥坡冲])"
        "(?:[0-9]{1,4}弄)?[0-9十百]{1,5}(?:-[0-9]{1,3})?号"
        "(?:[附之-]?[0-9]{1,3}号?)?(?:[0-9]{1,3}幢)?)<NO>",
    ),
    Rule(
        Kind.DOOR,
        "()([东西南北]?[0-9十]{0,2}(?:巷|弄|胡同)[0-9十]{1,4}号)<NO>",
        needs="巷弄胡",
    ),
    Rule(
        Kind.DOOR,
        "(门牌(?:号码?)?[是为:]? ?)([^\\u0000-\\u002f:-\\u33ff]{0,8}[0-9]{1,4}"
        "(?:-[0-9]{1,3}号?|号|室))",
    ),
    Rule(
        Kind.DOOR,
        "()([0-9十]{1,3}(?:村民小组|组|社|队|屯|排)[0-9十]{1,3}号)<NO>",
        needs="号",
    ),
    # 七组第三户, 村口第一家
    Rule(
        Kind.DOOR,
        "()([^\\u0000-\\u33ff.,]{0,4}(?:组|队|社|[村巷路桥街坝东西南北][口头尾]"
        "|巷子?里?|排|[边侧手]|[过进]去|旁边|"
        "[后前对]面|往里|数|[0-9]楼)第[0-9十]{1,2}(?:家|户|栋|间)(?:人家)?)"
        "(?!超市|店|饭|企业|公司|工厂|商|酒|理发|药)",
        travels=False,
        needs="第",
    ),
    Rule(
        Kind.DOOR,
        "((?:我|俺|咱|租)[^.,|]{0,8}?)((?:负[0-9]层?)?[a-z东西南北]?[0-9]{1,4}号"
        "(?:摊位?|商铺|铺[面位]|门面|车位|店[铺面]|柜台|棚))",
        travels=False,
    ),
    # 三组张老四家隔壁: whose house it is next to
    Rule(
        Kind.DOOR,
        "()((?:[^\\u0000-\\u33ff][组队])?(?:<L>|老[<Y>])家的?(?:隔壁|对[面门]"
        "|斜对面|旁边|[后前][面头]))",
        reading=Reading.WORDS,
        needs="家",
    ),
    Rule(
        Kind.DOOR,
        "()((?:[^\\u0000-\\u33ff][组队社])?(?:老<S>|<NAME>)(?:家的?|屋)"
        "(?:斜?对[面门]|隔壁|旁边?|边上|[后前][面头边]|屋后|门前"
        "|[东西南北左右][边侧面头]|楼[上下]|附近))",
        reading=Reading.WORDS,
        travels=False,
        needs="家屋",
    ),
    Rule(
        Kind.DOOR,
        "((?:住|挨着|靠着)[^.,|]{0,5}?)(<NICK>家)(?![族属长])",
        reading=Reading.WORDS,
        travels=False,
    ),
    Rule(
        Kind.DOOR,
        "(<ME>家?的?(?:隔壁|对[门面]|斜对[门面]|旁边|楼[上下]|[前后]面|屋后|邻居)"
        "(?:就?是|住[的着]?(?:是)?|叫)?)"
        "(<NICK>)(?=<END>|家|他?们?家|[的天总在养])",
        reading=Reading.WORDS,
        travels=False,
    ),
    Rule(
        Kind.DOOR,
        "()([^\\u0000-\\u33ff个小](?:组|队|社)的?(?:老<S>|<NAME>)家)(?!族|属|长)",
        reading=Reading.WORDS,
        travels=False,
        needs="家",
    ),
)
