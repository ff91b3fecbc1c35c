"""Rules, as data, for what gives a writer away: numbers, doors, names, kin, posts.

A rule is two groups, `(what stands before)(the spot)`, in the part of the pattern
language that Python and old browsers read alike: bounded repetition only, no looking
back. `<X>` stands for a piece of `PIECES`. The same data is sent to the browser
(`static/hints.js`), so that both find the same.

Decided: a building alone (3号楼) is no door, for a hundred families live in it; nor is
3栋2单元 with nothing behind it. A name alone is no spot either: whoever complains about
王建国 must be able to say so. It takes 我叫, 我是, a signature, or kinship.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from portal.intake.hints.names import (
    COMMON_WORDS,
    COMMONEST,
    DOUBLE,
    NO_FIRST,
    NO_GIVEN,
    SURNAMES,
    WORDS,
)


class Kind(StrEnum):
    """What a spot is."""

    IDENTITY = "identity"
    CARD = "card"
    PHONE = "phone"
    PLATE = "plate"
    ACCOUNT = "account"
    MAIL = "mail"
    DOOR = "door"
    NAME = "name"
    KIN = "kin"
    WORK = "work"


class Check(StrEnum):
    """What the digits of a spot must fulfil besides."""

    NONE = ""
    MOD_11_2 = "m"
    LUHN = "l"


class Reading(StrEnum):
    """How the text is read: `DIGITS` takes 三 and ３ for 3, `WORDS` leaves 三 alone."""

    DIGITS = "d"
    WORDS = "w"


@dataclass(frozen=True)
class Rule:
    """One pattern; `unless` is tried on the few signs before the spot.

    A text with none of the signs in `needs` holds nothing the pattern could find, and
    is not searched. What does not travel is looked for by the server alone: the page
    has 14 KB.
    """

    kind: Kind
    pattern: str
    unless: str = ""
    needs: str = ""
    check: Check = Check.NONE
    reading: Reading = Reading.DIGITS
    travels: bool = True


SETS = ("U", "Y")  # pieces that are nothing but signs, in their order
BEFORE = 12  # signs before a spot that `unless` sees

# Signs read as one another, one for one; the rest of full-width ASCII (U+FF01-FF5E) as
# ASCII. A full stop is any end of a sentence, a bar the end of a line.
SAME = (
    "。！？；!?;…，、：\n\r－—–‐‑−─～　\u00a0\t＃",
    "........,,:||--------   #",
)
# Figures as read out and as on cheques; only where figures are looked for.
FIGURES = (
    "〇零○一幺壹二贰三叁四肆五伍六陆七柒八捌九玖拾佰",
    "0001112233445566778899十百",
)

MYSELF = "我俺咱额偶侬阿"  # the signs `ME` begins with

PIECES: Mapping[str, str] = {
    # numbers
    "-": r"[ .\-/]{0,3}",
    "0": "(^|[^0-9])",
    "ROOM": "(?:[0-9]{3,4}|[0-9]百[0-9]{1,3})",
    # behind a count or a date there is no room
    "COUNT": (
        r"(?:\.[0-9]|-[0-9]|[0-9十百千万亿a-z%年月日元块人多余平米个次度套辆台分斤亩瓦"
        r"只岁吨张条公栋弄"
        "来路]|天(?!天)|户(?!主)|家(?!里|住))"
    ),
    "BLOCK": (
        "(?:[a-z东西南北]?[0-9十]{0,4}[a-z]? ?(?:号楼|栋楼?|幢楼?|座楼?|#楼?|号院))"
    ),
    "UNIT": "(?:(?:[0-9十]{1,3}|[东西南北中])(?: ?单元|门洞?|梯))",
    "GAP": r"[ \-的,]{0,2}",
    "FLOOR": "(?:(?:[0-9十]{1,3}|顶) ?[楼层])",
    "NO": "(?![0-9]|号?(?:楼|院|线|公|车|地铁|小区|栋|机|泵|井|文|店|铺|令|会))",
    # words
    "END": (
        "(?=[^\\u3400-\\u9fff]|$|今年|现年|家?住(?!房)|我|俺|电话|手机|男"
        "|女(?!儿)|本人)"
    ),
    "X": (
        f"(?:{DOUBLE}|(?!{WORDS}|.家[沟湾坝坪岭寨屯庄堡河口塘冲畈垄岗坡台桥村])"
        f"[<Z>](?![<F>]))"
    ),
    "U": NO_GIVEN,
    "G": "[^\\u0000-\\u33ff\\ua000-\\uffff<U>]",
    "NAME": "(?:<X><G>{1,2})",
    # without an end behind it: two signs, or one before a sign that no name has
    "OPEN": "(?:<X><G>{2}|<X><G>(?=[ .,:|()\"'<U>]|$))",
    "F": NO_FIRST,
    "Z": SURNAMES,
    "S": "[<Z>]",
    "Y": COMMONEST,
    "L": f"(?:(?:欧阳|司马|诸葛|(?!{COMMON_WORDS})[<Y>](?!家[沟湾坝]))<G>{{1,2}})",
    "B": "(?:[^\\u3400-\\u9fff]|$|[<U>欠残坐卧])",
    "K": (
        "(?:[亲堂表]?[哥姐弟妹]{1,2}|儿子?|女儿|闺女|老[公婆]|爱人|媳妇|丈夫|妻子|男人|爸爸?|妈妈?|父亲|母亲|"
        "[爹娘]|爷爷|奶奶|公公|婆婆|孙[子女]|女婿|侄[子女儿]|外甥|舅舅|家属|邻居)"
    ),
    "J": "(?:支书|书记|主任|会计|[组队楼村]长|网格员)",
    "TITLE": (
        "(?:师傅|大爷|大妈|大姐|大哥|大嫂|大叔|大婶|奶奶|爷爷|阿姨|叔叔|嫂子?"
        "|[婶姨叔伯姐哥])"
    ),
    "NICK": (
        "(?:[老小阿]<S>|<S><TITLE>|<S>(?:寡妇|麻子|瘸子|聋子|瞎子|屠[户夫]|老板|木匠"
        "|铁匠|[老大二三四五六七小][娃毛狗牛]?)|<NAME>"
        "|[老大二三四五六]?[狗牛虎毛娃胖丫妞蛋黑][子娃蛋儿]|"
        "[小阿][芳丽红燕梅兰英霞玲萍娟军强勇明华伟刚涛杰斌宝虎龙凤琴云])"
    ),
    "ME": "(?:我|俺|咱|额|偶|侬家|阿拉)(?:们)?",
    "MINE": "<ME>(?:家|屋头?|屋里)?(?:的|那|里|头)?(?:个)?",
    "KIN": (
        "(?:[亲大二三四小幺老继养]?(?:儿子|女儿|闺女|姑娘|女婿|爸爸?|妈妈?|父亲|母亲"
        "|爹|娘|爷爷|奶奶|"
        "外公|外婆|姥姥|姥爷|公公|婆婆|岳[父母]|丈人|丈母娘|哥哥?|弟弟?|姐姐?|妹妹?"
        "|嫂子?|姐夫|妹夫|"
        "弟媳妇?|儿?媳妇|侄[子儿]|[侄孙]女婿|侄女|外甥女?|外孙女?|孙[子女]|叔叔?|伯[伯父]?"
        "|舅[舅妈]?|姑[姑父妈]?|"
        "姨妈?)|[堂表][兄弟哥姐妹]{1,2}|老公|老婆|丈夫|妻子|爱人|男人|女人|对象"
        "|男朋友|女朋友|"
        "[那这]口子|老头子?|老伴儿?|老太婆|老爷子|老[大二三四幺]|亲家|娃儿?|孩子"
        "|小孩|崽|儿|闺蜜|"
        "家[属长]|亲戚|邻居|房[东客]|徒弟|同学|战友)"
    ),
    "TIE": "(?:的|家的?|屋里的?|他|她| )?",
    "ADV": (
        "(?:现在|以前|原来|原先|从前|曾经?|一直|目前|今年|去年|就|也|还|都|又|刚){0,2}"
    ),
    "PLACE": (
        "(?:村委会?|居委会?|社区|村部|村里|大队|政府|街道办?|办事处|派出所"
        "|卫生[院室所]|村小|小学|"
        "中学|学校|幼儿园|物业公?司?|信用社|供销社|司法所|水管站|法院|法庭|纪委"
        "|信访[局办]|党校|"
        "城管队?|执法队|合作社|便民中心|服务中心|电站|粮站|邮政所|税务所|财政所)"
    ),
    "JOB": (
        "(?:里|里面|那边|那儿)?(?:上班|工作|任职|做事|教书|教学|干活|当[^班,.|]"
        "|打杂|值班|开车|帮忙|负责|管)"
    ),
    "POST": (
        "(?:村?支书|书记|村?主任|村长|会计|出纳|文书|组长|队长|妇女主任|妇联主席"
        "|民兵连长|网格[员长]|"
        "楼[栋组]?长|村医|赤脚医生|校长|所长|园长|物业经理|保安队长|村干部|社区干部"
        "|护林员|水管员|"
        "民办教师|代课老师|(?:小卖部|超市)的?老板娘?|诊所医生|业委会(?:主任|成员)"
        "|监委会?主任)"
    ),
}
