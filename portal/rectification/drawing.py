"""定名单、抽签: two people draw from a list that is fixed before there is a seed.

Nobody can choose: the list comes from what units reported, the system's lot is secret
until the second word is said, and nothing can be drawn again before every finding of
the draw before was visited.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from portal.kernel import audit, codes
from portal.kernel.audit import AuditEntry
from portal.kernel.errors import ConflictError, ForbiddenError, InvalidError
from portal.people import Staff
from portal.rectification.sampling import (
    commitment,
    fingerprint,
    fresh_number,
    redraw,
)
from portal.rectification.spotchecks import (
    ListedFinding,
    SpotCheck,
    drawable,
    numbers_in,
    spot_checks,
)
from portal.review.findings import Finding
from portal.rounds import Round

SHORTEST_WORD, LONGEST_WORD = 2, 20  # characters
_LOT = 20  # characters of 5 random bits


class NothingToDrawError(ConflictError):
    """No unit has called anything fixed."""

    sentence = "还没有责任单位说改好了的问题，等有了再抽。"


class UnfinishedError(ConflictError):
    """The spot check before this one is not at its end."""

    sentence = "上一次抽查还没完：全部看完、记下结果，才能定下一次的名单。"


class SizeError(InvalidError):
    """Nothing, or more than there is."""

    def __init__(self, most: int) -> None:
        super().__init__(f"能抽的有 {most} 个，请写 1 到 {most} 之间的数。")


class NoPurposeError(InvalidError):
    """A list without a reason."""

    sentence = "请写明为什么抽这一次，会一起公开。"


class WordError(InvalidError):
    """Not a word that can be read aloud and typed again."""

    sentence = "这句话请写 2 到 20 个汉字、字母或数字，不要空格和标点。"


class SameDrawerError(ForbiddenError):
    """Whoever fixed the list does not draw from it."""

    sentence = "抽签要两个人：名单是您定的，请另一位同事登录来抽。"


class AlreadyDrawnError(ConflictError):
    """The seed is there; it stays."""

    sentence = "这一次已经抽过了，抽到哪些就是哪些，不能重抽，也不能撤掉。"


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How many to draw, why, and the first person's word."""

    size: int
    reason: str
    word: str


def freeze_list(
    session: Session,
    round_: Round,
    *,
    plan: Plan,
    by: Staff,
    now: datetime,
    today: date,
) -> SpotCheck:
    """定名单: fix what can be drawn, how many, and the first half of the seed.

    Raises UnfinishedError, NothingToDrawError, SizeError, NoPurposeError, WordError.
    """
    session.refresh(round_, with_for_update=True)  # one list at a time
    before, found = spot_checks(session, round_.id), drawable(session, round_.id)
    _refuse(plan, before=before, found=found)
    word, number = _said(plan.word), len(before) + 1
    listed = _numbered(found, known=numbers_in(session, round_.id))
    row = SpotCheck(
        round_id=round_.id,
        number=number,
        size=plan.size,
        reason=plan.reason.strip(),
        commitment=commitment([one.number for one in listed]),
        frozen_on=today,
        frozen_by=by.id,
        listed=listed,
    )
    session.add(row)
    session.flush()
    half = f"{round_.code}|{number}|{codes.random_code(_LOT)}|{word}"
    held = f"名单 {row.commitment}，封签 {fingerprint(half)}"
    entry = _log(session, row, "list", by=by, now=now, reason=held)
    row.first_half = f"{half}|{entry.hash}"
    session.flush()
    return row


def discard_list(
    session: Session, check: SpotCheck, *, by: Staff, now: datetime
) -> None:
    """撤掉名单: a list without a seed goes; nobody knew yet what it would give.

    Raises AlreadyDrawnError.
    """
    _refuse_drawn(session, check)
    _log(session, check, "discard", by=by, now=now)
    session.delete(check)
    session.flush()


def draw(
    session: Session,
    check: SpotCheck,
    *,
    word: str,
    by: Staff,
    now: datetime,
    today: date,
) -> None:
    """抽签: the second person's word makes the seed; the rest is arithmetic.

    Raises AlreadyDrawnError, SameDrawerError, WordError.
    """
    _refuse_drawn(session, check)
    if check.frozen_by == by.id:
        raise SameDrawerError
    seed = f"{check.first_half}|{_said(word)}"
    numbers = [one.number for one in check.listed]
    drawn = redraw(seed, numbers, size=check.size)
    for one in check.listed:
        one.is_drawn = one.number in drawn
    check.seed, check.drawn_on, check.drawn_by = seed, today, by.id
    session.flush()
    held = f"种子 {check.seed_fingerprint}"
    _log(session, check, "draw", by=by, now=now, reason=held)


def _refuse(
    plan: Plan, *, before: Sequence[SpotCheck], found: Sequence[Finding]
) -> None:
    if before and not before[-1].is_complete:
        raise UnfinishedError
    if not found:
        raise NothingToDrawError
    if not 1 <= plan.size <= len(found):
        raise SizeError(len(found))
    if not plan.reason.strip():
        raise NoPurposeError


def _refuse_drawn(session: Session, check: SpotCheck) -> None:
    session.refresh(check, with_for_update=True)
    if check.seed is not None:
        raise AlreadyDrawnError


def _numbered(found: list[Finding], *, known: Mapping[int, int]) -> list[ListedFinding]:
    """The findings as a list; those that were on an earlier one keep their number."""
    numbers = dict(known)
    for one in found:
        if one.id not in numbers:
            numbers[one.id] = fresh_number(numbers.values())
    return [ListedFinding(finding_id=one.id, number=numbers[one.id]) for one in found]


def _said(word: str) -> str:
    """A word as it goes into a seed.

    Raises WordError.
    """
    said = unicodedata.normalize("NFC", word.strip())
    if not (said.isalnum() and SHORTEST_WORD <= len(said) <= LONGEST_WORD):
        raise WordError
    return said


def _log(
    session: Session,
    check: SpotCheck,
    action: str,
    *,
    by: Staff,
    now: datetime,
    reason: str = "",
) -> AuditEntry:
    return audit.record(
        session,
        by.username,
        f"spotcheck.{action}",
        subject=f"{check.round_.code} {check.number}",
        reason=reason,
        now=now,
    )
