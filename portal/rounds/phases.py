"""The phases of a round, the one table of moves, and what each lets the public do."""

from collections.abc import Mapping
from enum import StrEnum


class Phase(StrEnum):
    """阶段, in the order a round lives (domain.md)."""

    PREPARING = "preparing"
    ANNOUNCED = "announced"
    COLLECTING = "collecting"
    REVIEWING = "reviewing"
    RECTIFYING = "rectifying"
    DISCLOSING = "disclosing"
    VOTING = "voting"
    PUBLISHED = "published"
    REVISITING = "revisiting"
    ARCHIVED = "archived"


class Mode(StrEnum):
    """巡察模式 (S1, S2)."""

    INTEGRATED = "integrated"  # 一体巡: a street with all its communities
    DIRECT = "direct"  # 直接巡
    DEPARTMENT = "department"  # 部门带社区
    SPECIAL = "special"  # 专项带社区
    ELEVATED = "elevated"  # 提级巡
    CROSS = "cross"  # 交叉巡
    MOBILE = "mobile"  # 机动式/点穴式
    LOOK_BACK = "look_back"  # 回头看


class PublicAct(StrEnum):
    """What residents can do in some phases and not in others."""

    READ_NOTICE = "read_notice"
    ANSWER = "answer"
    ANSWER_ON_PAPER = "answer_on_paper"
    COMPLAIN = "complain"
    ADD = "add"
    READ_DISCLOSURES = "read_disclosures"
    VOTE = "vote"
    READ_RESULTS = "read_results"


NEXT: Mapping[Phase, frozenset[Phase]] = {
    Phase.PREPARING: frozenset({Phase.ANNOUNCED}),
    Phase.ANNOUNCED: frozenset({Phase.COLLECTING}),
    Phase.COLLECTING: frozenset({Phase.REVIEWING}),
    Phase.REVIEWING: frozenset({Phase.RECTIFYING, Phase.COLLECTING}),  # 延长征集
    Phase.RECTIFYING: frozenset({Phase.DISCLOSING}),
    Phase.DISCLOSING: frozenset({Phase.VOTING, Phase.RECTIFYING}),  # 边改边犯: back
    Phase.VOTING: frozenset({Phase.PUBLISHED}),
    Phase.PUBLISHED: frozenset({Phase.REVISITING}),
    Phase.REVISITING: frozenset({Phase.ARCHIVED}),
    Phase.ARCHIVED: frozenset(),
}

_FROM_ANNOUNCED = frozenset(Phase) - {Phase.PREPARING}
_DISCLOSED = frozenset(
    {
        Phase.DISCLOSING,
        Phase.VOTING,
        Phase.PUBLISHED,
        Phase.REVISITING,
        Phase.ARCHIVED,
    }
)

ALLOWED: Mapping[PublicAct, frozenset[Phase]] = {
    PublicAct.READ_NOTICE: _FROM_ANNOUNCED,
    PublicAct.ANSWER: frozenset({Phase.COLLECTING}),
    # Sheets are collected in piles and typed in afterwards.
    PublicAct.ANSWER_ON_PAPER: frozenset({Phase.COLLECTING, Phase.REVIEWING}),
    # Complaints stay welcome while the team is at work (S2: 边巡边改).
    PublicAct.COMPLAIN: frozenset({Phase.COLLECTING, Phase.REVIEWING}),
    # Whoever wrote may go on telling until the round is put away with its letters.
    PublicAct.ADD: _FROM_ANNOUNCED - {Phase.ANNOUNCED, Phase.ARCHIVED},
    PublicAct.READ_DISCLOSURES: _DISCLOSED,
    PublicAct.VOTE: frozenset({Phase.VOTING}),
    PublicAct.READ_RESULTS: frozenset(
        {Phase.PUBLISHED, Phase.REVISITING, Phase.ARCHIVED}
    ),
}


def may_advance(now: Phase, to: Phase) -> bool:
    """Whether the table has this move."""
    return to in NEXT[now]


def is_before(phase: Phase, other: Phase) -> bool:
    """Whether a round in `phase` has not come to `other` yet."""
    order = list(Phase)
    return order.index(phase) < order.index(other)


def allows(phase: Phase, act: PublicAct) -> bool:
    """Whether the public can do `act` in `phase`."""
    return phase in ALLOWED[act]
