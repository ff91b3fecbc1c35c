"""The columns of a places file, and the words people write into them.

In: a header or a word as it stands in a cell. Out: which column it heads, or which
value it means. Policy as data: whoever meets a new spelling adds it here.
"""

from enum import StrEnum

from portal.kernel.workbooks import Headings, Synonyms
from portal.places.tree import Attention, Kind, Trait


class Column(StrEnum):
    """What a column holds; the value is the header we print ourselves."""

    CODE = "行政区划代码"
    NAME = "行政区划名称"
    URBAN_RURAL = "城乡分类"
    HOUSEHOLDS = "户数"
    RESIDENTS = "常住人口"
    KIND = "社区类型"
    ATTENTION = "关注等级"


REQUIRED = (Column.CODE, Column.NAME, Column.URBAN_RURAL)

SYNONYMS: Synonyms = {
    Column.CODE: (
        "统计用区划代码",
        "统计区划代码",
        "统计用区划码",
        "区划代码",
        "社区代码",
        "村级代码",
        "编码",
        "代码",
    ),
    Column.NAME: ("区划名称", "社区名称", "村社区名称", "单位名称", "名称"),
    Column.URBAN_RURAL: ("城乡分类代码", "城乡划分代码", "城乡分类名称", "城乡类别"),
    Column.HOUSEHOLDS: ("总户数", "户籍户数", "常住户数", "家庭户数", "住户数"),
    Column.RESIDENTS: ("常住人口数", "常住人数", "人口", "人口数", "总人口"),
    Column.KIND: ("类型", "社区类别", "村社区类型"),
    Column.ATTENTION: ("关注级别", "关注类别", "关注程度"),
}

# 国统字〔2009〕91号《统计用区划代码和城乡划分代码编制规则》, digits 15–17.
CLASSES = {
    "111": "主城区",
    "112": "城乡结合区",
    "121": "镇中心区",
    "122": "镇乡结合区",
    "123": "特殊区域",
    "210": "乡中心区",
    "220": "村庄",
}

KINDS = {
    "涉农社区": Kind.RURAL,
    "涉农": Kind.RURAL,
    "农村社区": Kind.RURAL,
    "城市社区": Kind.URBAN,
    "城市": Kind.URBAN,
    "城镇社区": Kind.URBAN,
}

TRAITS = {
    "纯居委会": Trait.COMMITTEE,
    "飞地": Trait.EXCLAVE,
    "飞地社区": Trait.EXCLAVE,
    "厂居社区": Trait.FACTORY,
    "厂居": Trait.FACTORY,
}

ATTENTIONS = {
    "重点关注": Attention.FOCUS,
    "重点": Attention.FOCUS,
    "风险隐患": Attention.RISK,
    "风险": Attention.RISK,
    "一般普通": Attention.GENERAL,
    "一般": Attention.GENERAL,
    "普通": Attention.GENERAL,
}

HEADED = Headings.of(Column, SYNONYMS, REQUIRED)
