"""From letters to findings: what was established, in one's own words, and on what.

In: letters a member can read. Out: findings that say nothing in a resident's words,
and the letters they stand on, which never leave the team.
"""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.intake.records import Letter
from portal.kernel.errors import InvalidError
from portal.people import Staff
from portal.review import letters
from portal.review.findings import (
    Draft,
    Evidence,
    Finding,
    FindingState,
    WrongFindingMoveError,
    move,
    record,
    write,
)
from portal.review.letters import Reader
from portal.review.sayings import sayings
from portal.review.wording import require_own_words


class OtherPlaceError(InvalidError):
    """A letter is evidence of its own community's findings only."""

    sentence = "这个问题不是来信那个社区的，请选同一社区的问题。"


def evidence_of(session: Session, finding_id: int) -> list[Letter]:
    """The letters a finding stands on; for the team only."""
    return list(
        session.scalars(
            select(Letter)
            .join(Evidence, Evidence.letter_id == Letter.id)
            .where(Evidence.finding_id == finding_id)
            .order_by(Letter.opened_on, Letter.id)
        )
    )


def evidence_counts(session: Session, round_id: int) -> dict[int, int]:
    """How many letters each finding of a round stands on, by finding id."""
    counted = (
        select(Evidence.finding_id, func.count())
        .join(Finding, Finding.id == Evidence.finding_id)
        .where(Finding.round_id == round_id)
        .group_by(Evidence.finding_id)
    )
    return dict(session.execute(counted).all())


def findings_on(session: Session, letter_id: str) -> list[Finding]:
    """The findings that stand on a letter; for the team only."""
    return list(
        session.scalars(
            select(Finding)
            .join(Evidence, Evidence.finding_id == Finding.id)
            .where(Evidence.letter_id == letter_id)
            .order_by(Finding.id)
        )
    )


def establish(
    session: Session, letter: Letter, draft: Draft, *, reader: Reader
) -> Finding:
    """成立问题: write down, in one's own words, what a letter led to.

    Raises EmptyFindingError, CopiedWordsError, NoKeyError.
    """
    require_own_words(_said(draft), [letters.words_of(letter, reader=reader)])
    here = (letter.round_id, letter.place_id)
    finding = note_down(session, here, draft, reader=reader)
    found_in(session, finding, letter=letter, by=reader.staff, now=reader.now)
    return finding


def note_down(
    session: Session, where: tuple[int, int], draft: Draft, *, reader: Reader
) -> Finding:
    """Write down a problem of a round's community (ids of both), as the team saw it.

    Nothing any resident there wrote is copied, whether it led to the problem or not.

    Raises EmptyFindingError, CopiedWordsError.
    """
    round_id, place_id = where
    require_own_words(_said(draft), sayings(session, round_id, place_id, reader=reader))
    finding = Finding(
        round_id=round_id, place_id=place_id, found_on=reader.today, **vars(draft)
    )
    return write(session, finding, by=reader.staff, now=reader.now)


def rewrite(
    session: Session, finding: Finding, draft: Draft, *, reader: Reader
) -> None:
    """Change a draft; whoever did so is its writer now and cannot approve it.

    Raises WrongFindingMoveError, EmptyFindingError, CopiedWordsError, NoKeyError.
    """
    if finding.state is not FindingState.DRAFT:
        raise WrongFindingMoveError
    known = evidence_of(session, finding.id)
    texts = [letters.words_of(letter, reader=reader) for letter in known]
    here = sayings(session, finding.round_id, finding.place_id, reader=reader)
    require_own_words(_said(draft), [*texts, *here])
    for field, value in vars(draft).items():
        setattr(finding, field, value)
    write(session, finding, by=reader.staff, now=reader.now)


def join(session: Session, finding: Finding, *, letter: Letter, reader: Reader) -> None:
    """并入: a letter that came to a problem which stands already is evidence of it.

    While the finding has not left the team it must not say the letter's words.

    Raises OtherPlaceError, CopiedWordsError, NoKeyError.
    """
    if finding.state in {FindingState.DRAFT, FindingState.APPROVED}:
        said = f"{finding.title}。{finding.statement}"
        require_own_words(said, [letters.words_of(letter, reader=reader)])
    found_in(session, finding, letter=letter, by=reader.staff, now=reader.now)


def found_in(
    session: Session, finding: Finding, *, letter: Letter, by: Staff, now: datetime
) -> None:
    """Note that a letter is evidence of the finding.

    One that was signed off as fixed is disputed by it (边改边犯, S3).

    Raises OtherPlaceError.
    """
    here = (finding.round_id, finding.place_id)
    if here != (letter.round_id, letter.place_id):
        raise OtherPlaceError
    if session.get(Evidence, (finding.id, letter.id)) is not None:
        return
    session.add(Evidence(finding_id=finding.id, letter_id=letter.id))
    session.flush()
    record(session, finding, "finding.evidence", by=by.username, now=now)
    if finding.state is FindingState.FIXED:
        move(session, finding, to=FindingState.DISPUTED, by=by.username, now=now)


def _said(draft: Draft) -> str:
    return f"{draft.title}。{draft.statement}"
