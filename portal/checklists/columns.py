"""The columns of a list's workbook, and the words people write into them.

In: a header or a word as it stands in a cell. Out: which column it heads, or which
value it means. Policy as data: whoever meets a new spelling adds it here.
"""

from collections.abc import Mapping
from enum import StrEnum

from portal.checklists.outline import Form, UnitKind
from portal.kernel.workbooks import Headings, Synonyms
from portal.places import Kind, Trait


class Column(StrEnum):
    """What a column holds; the value is the header we print ourselves."""

    ASPECT = "方面"
    POINT = "要点"
    PROBLEM = "问题"
    FORM = "形式"
    KINDS = "适用"
    CODE = "编号（勿改）"


REQUIRED = (Column.ASPECT, Column.POINT)

SYNONYMS: Synonyms = {
    Column.ASPECT: (
        *("一级指标", "监督方面", "监督重点", "重点方面", "重点内容", "监督板块"),
        *("板块", "领域", "类别", "大类", "聚焦", "维度"),
    ),
    Column.POINT: (
        *("二级指标", "监督要点", "监督内容", "监督点", "点位", "检查内容", "检查要点"),
        *("检查项目", "检查点", "重点事项", "条目"),
    ),
    Column.PROBLEM: (
        *("三级指标", "具体问题", "问题清单", "问题表现", "问题描述", "主要问题"),
        *("常见问题", "主要表现", "具体表现", "表现形式", "检查问题", "监督问题"),
    ),
    Column.FORM: ("问法", "问题形式", "问题类型", "正反面", "正负面", "表现类型"),
    Column.KINDS: (
        *("适用对象", "适用范围", "适用单位", "适用类型", "适用社区", "单位类型"),
        *("社区类型", "自选板块"),
    ),
    Column.CODE: ("编号", "要点编号", "编码", "要点编码", "代码", "要点代码"),
}

FORMS: Mapping[str, Form] = {
    "问题": Form.FAULT,
    "具体问题": Form.FAULT,
    "直接": Form.FAULT,
    "是否": Form.WHETHER,
    "是否类": Form.WHETHER,
    "正面": Form.WHETHER,
    "正面表现": Form.WHETHER,
    "有没有": Form.ANY,
    "有没有类": Form.ANY,
    "有无": Form.ANY,
    "反面": Form.ANY,
    "负面": Form.ANY,
    "反面现象": Form.ANY,
}
FORM_WORDS: Mapping[Form, str] = {
    Form.FAULT: "问题",
    Form.WHETHER: "是否",
    Form.ANY: "有没有",
}

KINDS: Mapping[str, str] = {
    "涉农社区": Kind.RURAL,
    "涉农": Kind.RURAL,
    "村": Kind.RURAL,
    "城市社区": Kind.URBAN,
    "城市": Kind.URBAN,
    "纯居委会": Trait.COMMITTEE,
    "飞地": Trait.EXCLAVE,
    "飞地社区": Trait.EXCLAVE,
    "厂居社区": Trait.FACTORY,
    "厂居": Trait.FACTORY,
    "政府部门": UnitKind.GOVERNMENT,
    "部门": UnitKind.GOVERNMENT,
    "机关": UnitKind.GOVERNMENT,
    "群团组织": UnitKind.MASS,
    "群团": UnitKind.MASS,
    "企事业单位": UnitKind.ENTERPRISE,
    "企业": UnitKind.ENTERPRISE,
    "事业单位": UnitKind.ENTERPRISE,
}
KIND_WORDS: Mapping[str, str] = {
    Kind.RURAL: "涉农社区",
    Kind.URBAN: "城市社区",
    Trait.COMMITTEE: "纯居委会",
    Trait.EXCLAVE: "飞地",
    Trait.FACTORY: "厂居社区",
    UnitKind.GOVERNMENT: "政府部门",
    UnitKind.MASS: "群团组织",
    UnitKind.ENTERPRISE: "企事业单位",
}
EVERYBODY = ("全部", "所有", "通用", "都适用", "必选", "固定")

HEADED = Headings.of(Column, SYNONYMS, REQUIRED)
