"""What the enumerations of setting a round up are called on the desk."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, TypeVar

from portal.checklists import KIND_WORDS, Form
from portal.entrances import ChannelKind, CodeState
from portal.kernel.versions import VersionState
from portal.people import Duty, Role
from portal.places import Attention, Kind, Level, Trait
from portal.rounds import Mode, Phase
from portal.web.rendering import gettext

Word = TypeVar("Word", bound=StrEnum)

PHASES: Mapping[Phase, str] = {
    Phase.PREPARING: "准备",
    Phase.ANNOUNCED: "公告",
    Phase.COLLECTING: "征集",
    Phase.REVIEWING: "研判",
    Phase.RECTIFYING: "整改",
    Phase.DISCLOSING: "公示",
    Phase.VOTING: "测评",
    Phase.PUBLISHED: "公布",
    Phase.REVISITING: "回访",
    Phase.ARCHIVED: "归档",
}
MODES: Mapping[Mode, str] = {
    Mode.INTEGRATED: "一体巡",
    Mode.DIRECT: "直接巡",
    Mode.DEPARTMENT: "部门带社区",
    Mode.SPECIAL: "专项带社区",
    Mode.ELEVATED: "提级巡",
    Mode.CROSS: "交叉巡",
    Mode.MOBILE: "机动式、点穴式",
    Mode.LOOK_BACK: "回头看",
}
ROLES: Mapping[Role, str] = {
    Role.ADMIN: "系统管理员",
    Role.OFFICE: "巡察办",
    Role.CHIEF: "巡察办负责人",
    Role.MEMBER: "巡察组成员",
    Role.DISCIPLINE: "纪检监察",
    Role.UNIT: "整改责任单位",
    Role.SUPERVISOR: "监督责任",
    Role.ENTRY: "代录员",
}
DUTIES: Mapping[Duty, str] = {
    Duty.LEADER: "组长",
    Duty.MEMBER: "成员",
    Duty.SPECIALIST: "专业骨干",
    Duty.STREET: "街道专班",
}
LEVELS: Mapping[Level, str] = {
    Level.DISTRICT: "区县",
    Level.STREET: "街道、乡镇",
    Level.COMMUNITY: "社区、村",
    Level.GRID: "网格、楼栋",
}
KINDS: Mapping[Kind, str] = {Kind.RURAL: "涉农社区", Kind.URBAN: "城市社区"}
TRAITS: Mapping[Trait, str] = {
    Trait.COMMITTEE: "纯居委会",
    Trait.EXCLAVE: "飞地",
    Trait.FACTORY: "厂居社区",
}
VERSION_STATES: Mapping[VersionState, str] = {
    VersionState.DRAFT: "草稿",
    VersionState.PUBLISHED: "在用",
    VersionState.RETIRED: "已停用",
}
FORMS: Mapping[Form, str] = {
    Form.FAULT: "有就是问题",
    Form.WHETHER: "答「否」算问题",
    Form.ANY: "答「有」算问题",
}
ATTENTIONS: Mapping[Attention, str] = {
    Attention.FOCUS: "重点关注",
    Attention.RISK: "风险隐患",
    Attention.GENERAL: "一般普通",
}
CHANNELS: Mapping[ChannelKind, str] = {
    ChannelKind.OWNERS_GROUP: "小区业主群",
    ChannelKind.BUILDING_GROUP: "楼栋群",
    ChannelKind.GRID_GROUP: "社区网格群",
    ChannelKind.SOCIETY_GROUP: "社会组织群",
    ChannelKind.BUSINESS_GROUP: "属地企业主群",
    ChannelKind.CONTRACTOR_GROUP: "街道工程资质群",
    ChannelKind.LIFT: "楼栋电梯口",
    ChannelKind.NOTICE_BOARD: "宣传栏",
    ChannelKind.SERVICE_HALL: "便民服务大厅",
    ChannelKind.STATION: "新时代文明实践站",
    ChannelKind.SQUARE: "市民广场",
    ChannelKind.MARKET: "赶场摆摊",
    ChannelKind.ACCOUNT: "公众号",
    ChannelKind.VISIT: "入户走访",
    ChannelKind.PAPER: "纸质问卷",
}
CODE_STATES: Mapping[CodeState, str] = {
    CodeState.ISSUED: "已发",
    CodeState.PRINTED: "已印",
    CodeState.POSTED: "已贴",
    CodeState.ROTATED: "已换码",
    CodeState.WITHDRAWN: "已停用",
}
TABLES: Mapping[type[StrEnum], Mapping[Any, str]] = {
    Phase: PHASES,
    Mode: MODES,
    Role: ROLES,
    Duty: DUTIES,
    Level: LEVELS,
    Kind: KINDS,
    Trait: TRAITS,
    Attention: ATTENTIONS,
    CodeState: CODE_STATES,
    VersionState: VERSION_STATES,
    Form: FORMS,
    ChannelKind: CHANNELS,
}


def word(value: StrEnum) -> str:
    """What a value is called."""
    return gettext(TABLES[type(value)][value])


def choices(table: Mapping[Word, str]) -> list[tuple[str, str]]:
    """A table as the choices of a select."""
    return [(value.value, label) for value, label in table.items()]


def audience(kinds: Iterable[str]) -> str:
    """Whom an optional block is for, by kinds and traits."""
    return "、".join(gettext(KIND_WORDS[kind]) for kind in kinds)


def scope(kind: str | None) -> str:
    """共性, or 个性 and for which communities."""
    return f"{gettext('个性')} · {audience([kind])}" if kind else gettext("共性")
