"""What people write for the values of the format, and what we print for them.

In: a word as it stands in a cell or a pasted line. Out: the value. Policy as data:
the first word of a value is the one we print; whoever meets a new one adds it.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence

from portal.places import Kind, Trait
from portal.questionnaires.shape import ItemType
from portal.rounds import Phase

SECTION = "section"  # stands among the types, because a row can be one

TYPES: Mapping[str, Sequence[str]] = {
    SECTION: ("分节", "小节", "章节", "部分", "节", "分组", "板块"),
    ItemType.SINGLE: (
        "单选题",
        *("单选", "单选框", "单项选择", "单项选择题", "选择题", "选择", "判断题"),
        *("判断", "是非题", "下拉框", "下拉题"),
    ),
    ItemType.MULTI: (
        "多选题",
        *("多选", "多选框", "复选", "复选框", "复选题", "多项选择", "多项选择题"),
        *("不定项选择", "不定项选择题", "不定项", "可多选", "可以多选"),
    ),
    ItemType.SCALE: (
        "量表题",
        *("量表", "评分题", "评分", "打分题", "打分", "满意度", "满意度题", "评价题"),
    ),
    ItemType.MATRIX: (
        "矩阵题",
        *("矩阵", "矩阵量表", "矩阵量表题", "矩阵单选", "矩阵单选题", "矩阵评分题"),
    ),
    ItemType.TEXT: (
        "填空题",
        *("填空", "单行填空", "单行填空题", "单行文本", "单行文字", "文本", "文字"),
    ),
    ItemType.LONGTEXT: (
        "问答题",
        *("问答", "简答题", "简答", "开放题", "主观题", "多行填空", "多行文本"),
        *("多行文字", "建议题"),
    ),
    ItemType.NUMBER: ("数字题", "数字", "数值", "数值题", "数字填空"),
    ItemType.DATE: ("日期题", "日期"),
    ItemType.CONTACT: ("联系方式", "联系方式题", "联系电话", "手机号", "电话"),
    ItemType.NOTE: ("说明文字", "说明", "文字说明", "段落", "段落说明", "提示"),
}
FLAGS: Mapping[bool, Sequence[str]] = {
    True: ("是", "必答", "必填", "√", "✓", "✔", "y", "yes", "true", "1", "对"),
    False: ("否", "选答", "选填", "非必答", "×", "✗", "n", "no", "false", "0", "不"),
}
KINDS: Mapping[str, Sequence[str]] = {
    Kind.RURAL: ("涉农社区", "涉农", "农村社区", "涉农村", "村"),
    Kind.URBAN: ("城市社区", "城市", "城镇社区"),
}
TRAITS: Mapping[str, Sequence[str]] = {
    Trait.COMMITTEE: ("纯居委会", "纯居委会社区"),
    Trait.EXCLAVE: ("飞地", "飞地社区"),
    Trait.FACTORY: ("厂居社区", "厂居"),
}
CHANNELS: Mapping[str, Sequence[str]] = {  # the kinds that entrances know
    "owners_group": ("小区业主群", "业主群"),
    "building_group": ("楼栋群",),
    "grid_group": ("社区网格群", "网格群"),
    "society_group": ("社会组织群",),
    "business_group": ("属地企业主群", "企业主群"),
    "contractor_group": ("街道工程资质群", "工程资质群"),
    "lift": ("楼栋电梯口", "电梯口", "电梯"),
    "notice_board": ("宣传栏",),
    "service_hall": ("便民服务大厅", "服务大厅"),
    "station": ("新时代文明实践站", "文明实践站"),
    "square": ("市民广场", "广场"),
    "market": ("赶场摆摊", "赶场"),
    "account": ("公众号",),
    "visit": ("入户走访", "入户"),
    "paper": ("纸质问卷", "纸质"),
}
PHASES: Mapping[str, Sequence[str]] = {
    Phase.PREPARING: ("准备",),
    Phase.ANNOUNCED: ("公告",),
    Phase.COLLECTING: ("征集",),
    Phase.REVIEWING: ("研判",),
    Phase.RECTIFYING: ("整改",),
    Phase.DISCLOSING: ("公示",),
    Phase.VOTING: ("测评",),
    Phase.PUBLISHED: ("公布",),
    Phase.REVISITING: ("回访",),
    Phase.ARCHIVED: ("归档",),
}
FACTS: Mapping[str, tuple[str, Mapping[str, Sequence[str]]]] = {
    "community_kind": ("社区类型", KINDS),
    "community_trait": ("社区特点", TRAITS),
    "channel_kind": ("渠道", CHANNELS),
    "phase": ("阶段", PHASES),
}
SATISFACTION: Mapping[str, int | None] = {  # domain.md, step 8
    "满意": 100,
    "基本满意": 75,
    "一般": 50,
    "不满意": 0,
    "不了解": None,
}

_HIDDEN = dict.fromkeys(map(ord, "\u200b\u200c\u2060\ufeff\u00ad"))
_JOINER = "\u200d"


def value_of(word: str, table: Mapping[str, Sequence[str]]) -> str | None:
    """The value this word stands for."""
    return next((value for value, words in table.items() if word in words), None)


def fold(text: str) -> str:
    """The text as words are compared: width and white space do not matter."""
    folded = unicodedata.normalize("NFKC", text)
    kept = (c for c in folded if not c.isspace() and not _is_unseen(c))
    return unicodedata.normalize("NFKC", "".join(kept))  # ´ was a space and an accent


def _is_unseen(character: str) -> bool:
    return character != _JOINER and unicodedata.category(character) in {"Cc", "Cf"}


def tidy(text: str) -> str:
    """What was typed in NFC, lines ending in LF, without what Word leaves unseen.

    Controls that turn text around stay, for the format to refuse them by name.
    """
    return lined(text).replace("\t", " ")


def lined(text: str) -> str:
    """The same with its tabs, which tell the cells of a pasted table apart."""
    text = unicodedata.normalize("NFC", text).translate(_HIDDEN)
    return re.sub(r"\r\n?|[\x0b\x85\u2028\u2029]", "\n", text)


def type_of(text: str) -> str | None:
    """The type, or SECTION, that a 题型 means; None where it is no such word."""
    word = fold(text).strip("[]()【】〔〕*:")
    return next((kind for kind, words in TYPES.items() if word in words), None)
