"""Rules for people: who writes, whose kin they are, and posts there is but one of."""

from collections.abc import Sequence
from dataclasses import replace

from portal.intake.hints.rules import MYSELF, Kind, Reading, Rule


def _words(kind: Kind, pattern: str, needs: str = "") -> Rule:
    return Rule(kind, pattern, needs=needs or _begun(pattern), reading=Reading.WORDS)


def _here(kind: Kind, pattern: str, needs: str = "") -> Rule:
    """A rule for the server alone."""
    return replace(_words(kind, pattern, needs), travels=False)


def _begun(pattern: str) -> str:
    """The signs a pattern about the writer begins with; nothing for any other."""
    return MYSELF if pattern.startswith(("(<ME>", "(<MINE>")) else ""


# What every phone can know: the commonest surnames, the nearest kin, an end behind the
# name. The server looks for the rest as well.
_LIGHT = (
    _words(Kind.KIN, "(<ME>家?的?[大二小]?<K>(?:名?叫|是|,|:)?)(<L>)(?=<B>)"),
    _words(
        Kind.KIN,
        "((?:<ME>就?是|作为))(<L>)(?=家?[的他]?[大二小]?<K>)",
        needs="是作",
    ),
    _words(
        Kind.KIN,
        "(^|[ .,|])(<L>)(?=就?是(?:我|俺)们?家?的?<K>)",
        needs="是",
    ),
    _words(
        Kind.NAME,
        "((?:<ME>的?|本人)(?:(?:名字|大名)?(?:就?叫|是)|就?系|名叫|[,:])[做 ]?)"
        "(<L>)<END>",
    ),
    _words(
        Kind.NAME,
        "(<ME>就?是[^.,|不没]{0,6}[的员民主师生工兵人户])(<L>)<END>",
    ),
    _words(Kind.NAME, "(本人,?)(<L>)<END>"),
    _words(
        Kind.NAME,
        "(<ME>就?是|[叫喊]我)([老小][<Y>]|[<Y>](?:师傅|大[爷妈姐哥]|[叔姨婶]))(?=<END>|就|吧)",
        needs="是叫喊",
    ),
    _words(
        Kind.WORK,
        "(<ME>家?的?<K>[^.,|]{0,2}[在是当做任]过?)([^.,|]{0,4}(?:<J>|[村居]委会?|社区|政府|派出所))"
        "(?=里?(?:上班|工作|当|做|教)|<END>)",
    ),
    _words(Kind.WORK, "(<ME>就?是)([^.,|不没要找问]{0,4}<J>)(?=<END>|的<K>)"),
    _words(Kind.NAME, "((?:我|俺|本人|免贵)姓 ?)([<Y>])"),
    _words(
        Kind.NAME,
        "((?:姓名|[实真]名|户主|落款|[映报诉信系]人)(?:举报|反映)?[是为叫]?[ :,]{0,2})"
        "(<L>)<END>",
    ),
    _words(Kind.NAME, "([.|][ .|]{0,3})((?!谢谢)[<Y>]<G>{2})(?=[ .|]{0,3}$)"),
)

_CALLED = (
    "(?:<ME>的?|本人|在下|大家好,?)"
    "(?:(?:名字|姓名|大名|真名|全名)(?:就?是|就?叫做?|:)|就?叫做?|名叫|名为|唤做?) ?"
)

_KIN = (
    # 我儿子王小明, 我妈叫郭玉珍, 我家那口子钱有财
    _here(
        Kind.KIN,
        "(<MINE><KIN>(?:(?:的?名字)?(?:名叫|叫做?|是|就是|姓名|:|,| ))?)(<OPEN>)",
    ),
    # 我是张三的媳妇, 作为李二牛他妈, 我是老孙家的二媳妇
    _here(
        Kind.KIN,
        "((?:<ME>就?(?:是|系)|本人(?:就?是|系)|作为|身为)[^.,|不没]{0,8}?)"
        "(<NAME>|老<S>|<S>(?=家))(?=<TIE><KIN>)",
        needs="是系作身",
    ),
    # 我是小宝妈, 我儿子叫明明: names that are no surname's
    _here(
        Kind.KIN,
        "(<ME>就?是[^.,|不没]{0,8}?)(小(?![孩学朋区伙])<G>|(<G>)\\3)"
        "(?=(?:家)?的?(?:妈妈?|爸爸?|爹|娘|奶奶|爷爷|外婆|外公|姥姥|家[长属]))",
    ),
    _here(
        Kind.KIN,
        "(<MINE><KIN>(?:的?小?名字?|小名)?(?:名叫|叫做?|叫))([小阿]<G>|(<G>)\\3)<END>",
    ),
    # 张三的媳妇, where a sentence begins: after 支书 it is somebody complained about
    _here(
        Kind.KIN,
        "(^|[.,|: ]|(?:找|让|叫|像|跟|和|给|问|是|通过))((?!<S>(?:书记|主任|支书"
        "|老板|经理|会计|[村队组局镇乡站所科院校]长))<X><G>{1,2})"
        "(?=(?:的|家的)(?:大|小|二)?(?:媳妇|老婆|老公|丈夫|妻子|爱人|儿子|女儿|爸"
        "|妈|父|母|孙|侄|弟|哥|姐|妹))",
        needs="妇婆公夫妻爱儿爸妈父母孙侄弟哥姐妹",
    ),
    # 贺建民是我爹
    _here(
        Kind.KIN,
        "(^|[ .,|:(个位为计记任长员师])(<NAME>|老<S>)(?=(?:他)?(?:就)?是(?:我|俺"
        "|咱)们?(?:家|屋里|屋头)?的?<KIN>)",
        needs="是",
    ),
    # 我跟崔明亮是亲兄弟
    _here(
        Kind.KIN,
        "(<ME>(?:和|跟|与|同))(<NAME>|老<S>)(?=家?(?:都|就)?(?:是|做)(?:亲|堂|表|老"
        "|多年)?"
        "(?:兄弟|姐妹|兄妹|姐弟|夫妻|两口子|邻居|亲戚|亲家|父[子女]|母[子女]|爷孙"
        "|叔侄|一家|同学|战友|连襟|妯娌))",
    ),
)

_SELF = (
    # 我叫…, 我的名字是…, 本人叫…
    _here(
        Kind.NAME,
        f"({_CALLED})(<NAME>(?=<END>|[是在]))",
        needs="名叫唤",
    ),
    _here(
        Kind.NAME,
        f"({_CALLED})(<NICK><END>|[阿艾买吾热努尼扎次卓达巴旦格桑玛洛索央乌帕迪库古玉"
        f"依麦]<G>{{2,5}}<END>)",
        needs="名叫唤",
    ),
    # 我是…, 我是村民…, 我是住村东的…
    _here(
        Kind.NAME,
        "((?:<ME>|本人)就?[是系](?:[^.,|不没]{0,8}?[的员民主师医生工兵友妇军长人户]"
        "|[一名这个]{0,2}) ?)"
        "(<NAME>|[老小]<S>)<END>",
        needs="是系",
    ),
    _here(
        Kind.NAME,
        "((?:<ME>|本人)就?[是系][^.,|不没]{0,8}?)(<S><TITLE>)<END>",
        needs="是系",
    ),
    _here(
        Kind.NAME,
        "((?:^|[^本])(?:本人|在下) ?,?)(<NAME>)<END>",
        needs="本在",
    ),
    _here(
        Kind.NAME,
        "((?:^|[.,| ])(?:我|俺),)(<NAME>)(?=[,.])",
        needs="我俺",
    ),
    _here(
        Kind.NAME, "((?:我|俺)(?:在此|自己)?)(<NAME>)(?=敢|愿意?|以人格|在此|保证|发誓)"
    ),
    # 我姓魏
    _here(
        Kind.NAME,
        "((?:我|俺|咱|本人|免贵|[敝鄙]人?|额)们?[婆娘]?家?是?姓 ?)(<S>(?!名))",
        needs="姓",
    ),
    # 大家都叫我刘婶
    _here(
        Kind.NAME,
        "((?:[叫喊称]|管)(?:呼)?(?:我|俺|咱|额)(?:一声|声|叫|是|为|做)?|人称|外号"
        "(?:叫|是)?|小名(?:叫|是)?|绰号(?:叫|是)?)"
        "(<NICK>)(?=<END>|就|都|吧)",
        needs="叫喊称管号名",
    ),
    # 反映人：…, 实名举报，…
    _here(
        Kind.NAME,
        "((?:姓名|名字|[实真]名|署名|落款|户主|[映报诉信系请事害访求]人)(?:举报|反映"
        "|投诉)?"
        "(?:是|为|叫|写)?[ :,(]{0,3})(<NAME>)(?=<END>|,)",
    ),
    # a signature at the end; two signs alone only on a line of their own
    _here(
        Kind.NAME,
        r"((?:[.|]|敬礼)[ .|]{0,4}(?:村民|业主|居民|住户|群众)?[: ]?)(<X><G>{2})"
        r"(?=[ .|]{0,4}[0-9年月日.\- /]{0,12}$)",
    ),
    _here(
        Kind.NAME,
        r"((?:\||敬礼[ .|!]{0,3}|--|(?:村民|业主|居民|住户|群众):)[ .|\-]{0,4})"
        r"(<NAME>)(?=[ .|]{0,4}[0-9年月日.\- /]{0,12}$)",
    ),
)

_WORK = (
    # 我老公在村委会上班
    _here(
        Kind.WORK,
        "(<MINE><KIN><ADV>在(?:我们|咱们?|本|这个|这里的?|隔壁)?)([^.,"
        "|]{0,6}?<PLACE>)(?=<JOB>)",
    ),
    # 我爱人是社区书记
    _here(
        Kind.WORK,
        "(<MINE><KIN><ADV>(?:是|当过?|任|做过?)(?:我们|咱们?|本|这个|这里的?)?)"
        "((?:[村镇乡组队]|社区|小区|街道|办事处|大队"
        "|生产队?)?[里上]?的?[前老副原]?<POST>)(?![的候])",
    ),
    # 我是村会计, 我是三组组长
    _here(
        Kind.WORK,
        "((?:<ME>|本人)就?(?:是|系|当过?)(?:这里|这个|这[栋片]|我们|咱们?|本|你们)?的?)"
        "([^.,|不没要找问被让想对请给和跟在了]{0,5}<POST>)(?=<END>|家?的(?:大|小"
        "|二)?<KIN>|[吧啊呢])",
        needs="是系当",
    ),
    _here(
        Kind.WORK,
        "(<ME>(?:家|们)?(?:就)?是?(?:在)?(?:村里|村口|社区|小区|门口|路口|街上|这里"
        "|[0-9]?楼下)?)"
        "(开(?:小卖部|小超市|超市|诊所|理发店|早餐店|早点店|饭店|药店|麻将馆|茶馆"
        "|小?商店|修理铺|五金店|便利店|"
        "菜鸟驿站|幼儿园))(?=的|了|[.,|]|$)",
    ),
)

PEOPLE: Sequence[Rule] = (*_LIGHT, *_WORK, *_KIN, *_SELF)
