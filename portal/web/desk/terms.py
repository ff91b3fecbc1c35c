"""Enumerations in the words staff read; one table for pages, filters and forms."""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from portal import reports
from portal.entrances import ChannelKind
from portal.handover import Route
from portal.intake.additions import Resolution
from portal.intake.records import LetterState
from portal.questionnaires.shipped import categories
from portal.rectification import Outcome, Source, StepKind, Verdict
from portal.review.findings import FindingState, Severity
from portal.vote import ElectionState, Electorate
from portal.web.desk import words
from portal.web.rendering import gettext

WORDS: Mapping[type[StrEnum], Mapping[str, str]] = {
    LetterState: {
        LetterState.UNREAD: "未拆",
        LetterState.WORKING: "在办",
        LetterState.ASKED: "等回话",
        LetterState.PASSED_ON: "已转",
        LetterState.CLOSED: "已结",
    },
    FindingState: {
        FindingState.DRAFT: "起草",
        FindingState.APPROVED: "已核定",
        FindingState.HANDED_OVER: "已交办，待签收",
        FindingState.SIGNED: "整改中",
        FindingState.REPORTED: "已报整改，待核查",
        FindingState.FIXED: "核查通过",
        FindingState.DISPUTED: "又有反映，待复查",
    },
    Severity: reports.SEVERITIES,
    Route: {
        Route.IMMEDIATE: "立行立改",
        Route.LEAD: "线索移交",
        Route.PROPOSAL: "分类交办（巡察建议书）",
        Route.BULLETIN: "通报",
    },
    StepKind: {
        StepKind.PLAN: "整改方案",
        StepKind.MEETING: "专题会",
        StepKind.REPORT: "整改报告",
    },
    Resolution: {
        Resolution.RESOLVED: "已解决",
        Resolution.PARTLY: "部分解决",
        Resolution.UNRESOLVED: "未解决",
        Resolution.UNCLEAR: "不清楚",
    },
    Verdict: {Verdict.ACCEPTED: "通过", Verdict.RETURNED: "退回重做"},
    Source: reports.SOURCES,
    Outcome: reports.OUTCOMES,
    ElectionState: {
        ElectionState.PREPARED: "准备中",
        ElectionState.OPEN: "正在投票",
        ElectionState.AGREED: "已停止收票，待开票",
        ElectionState.COUNTED: "已开票，待会签",
        ElectionState.CLOSED: "已关票，可以公布",
    },
    Electorate: {
        Electorate.RESIDENTS: "居民测评",
        Electorate.CADRES: "干部测评",
    },
    ChannelKind: {k.value: v for k, v in words.CHANNELS.items()},
}

TONES: Mapping[type[StrEnum], Mapping[str, str]] = {
    Severity: {Severity.GRAVE: "seal", Severity.SERIOUS: "hint"},
    FindingState: {FindingState.FIXED: "jade", FindingState.DISPUTED: "seal"},
    Outcome: {Outcome.FIXED: "jade", Outcome.NOT_FIXED: "seal"},
    Verdict: {Verdict.ACCEPTED: "jade", Verdict.RETURNED: "seal"},
}


def word(value: StrEnum) -> str:
    """What a value is called on the desk."""
    return gettext(WORDS[type(value)][value])


def tone(value: StrEnum) -> str:
    """The colour its tag has, mostly none."""
    return TONES.get(type(value), {}).get(value, "")


def options(values: Iterable[StrEnum]) -> list[tuple[str, str]]:
    """Values with their words, for a select or a row of ticks."""
    return [(value.value, word(value)) for value in values]


def category(category_id: str) -> str:
    """A category as the office calls it, with the residents' words behind."""
    for one in categories():
        if one.id == category_id:
            return f"{gettext(one.formal)}・{gettext(one.label)}"
    return category_id


def category_options() -> list[tuple[str, str]]:
    """Every category."""
    return [(one.id, category(one.id)) for one in categories()]


def flag(name: str) -> str:
    """What looked odd when something came in."""
    return gettext(FLAGS.get(name, "来路存疑"))


FLAGS: Mapping[str, str] = {
    "honeypot": "像机器填的",
    "burst": "短时间集中涌入",
    "speed": "填得太快",
    "repeat": "和别的内容雷同",
    "over_budget": "来得太多，答题后收下",
    "old_code": "从换下的旧码来的",
}
