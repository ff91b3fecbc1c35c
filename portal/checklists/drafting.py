"""Drafts of a list's next version: from a workbook, a sample, or the version before.

In: outlines, or small changes on screen. Out: one draft a list, which changes nothing
until it is published; every point in it has its permanent code.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.checklists.codes import coded, list_code, recognised, titles_of
from portal.checklists.differences import Difference, differences
from portal.checklists.lists import (
    Aspect,
    Checklist,
    Point,
    newest,
    problems_of,
    rows_of,
)
from portal.checklists.outline import (
    LONGEST_PROBLEM,
    LONGEST_TITLE,
    Outline,
    ProblemText,
    form_of,
    key,
    worded,
)
from portal.checklists.samples import INSTALLED, sample
from portal.kernel import versions
from portal.kernel.errors import InvalidError
from portal.kernel.versions import (
    VersionState,
    record,
    require_draft,
    require_no_draft,
)


class WordingError(InvalidError):
    """A title or a problem that cannot stand; the sentence says which."""


def draft_of(session: Session, code: str) -> Checklist | None:
    """The draft of a list."""
    return versions.draft_of(session, Checklist, code)


def codes_elsewhere(session: Session, code: str) -> set[str]:
    """The codes of points in every other list: none of them may mean two things."""
    rows = select(Point.code).join(Point.aspect).join(Aspect.checklist)
    return set(session.scalars(rows.where(Checklist.code != code)))


def tried(session: Session, code: str, outline: Outline) -> tuple[Outline, Difference]:
    """A dry run: the outline with the codes it is known by, and what it changes."""
    last = newest(session, code)
    before = last.outline if last else None
    known = recognised(outline, titles_of(before)) if before else outline
    return known, differences(before, known)


def keep_draft(
    session: Session, outline: Outline, *, code: str, by: str, now: datetime
) -> Checklist:
    """The outline as the draft of the next version, in place of a draft there."""
    old = draft_of(session, code)
    if old is not None:
        session.delete(old)
        session.flush()
    made = _version(session, outline, code=code)
    record(session, made, "draft", by=by, now=now)
    return made


def begin(session: Session, outline: Outline, *, by: str, now: datetime) -> Checklist:
    """The outline as the draft of a new list's first version."""
    return keep_draft(session, outline, code=list_code(), by=by, now=now)


def adopt(session: Session, code: str, *, by: str, now: datetime) -> Checklist:
    """用这份样例: a shipped list as a draft.

    Raises NotFoundError, DraftThereError.
    """
    outline = sample(code).outline
    require_no_draft(session, Checklist, code)
    return keep_draft(session, outline, code=code, by=by, now=now)


def revise(
    session: Session, checklist: Checklist, *, by: str, now: datetime
) -> Checklist:
    """A draft that says what a version says, to be changed on screen.

    Raises DraftThereError.
    """
    require_no_draft(session, Checklist, checklist.code)
    outline = checklist.outline
    return keep_draft(session, outline, code=checklist.code, by=by, now=now)


def install_samples(session: Session) -> list[Checklist]:
    """Publish the samples every installation begins with, where the list is not there.

    Gives those it added.
    """
    missing = [code for code in INSTALLED if newest(session, code) is None]
    made = [_version(session, sample(code).outline, code=code) for code in missing]
    for checklist in made:
        checklist.state = VersionState.PUBLISHED
    session.flush()
    return made


def rename(
    session: Session,
    draft: Checklist,
    *,
    title: str,
    kind: str | None,
    by: str,
    now: datetime,
) -> None:
    """Change what a draft is called and whom it is for.

    Raises StandsError, WordingError.
    """
    require_draft(draft)
    draft.title, draft.kind = title_from(title), kind
    session.flush()
    record(session, draft, "rename", by=by, now=now)


def reword(
    session: Session,
    point: Point,
    *,
    title: str,
    lines: Iterable[str],
    by: str,
    now: datetime,
) -> None:
    """Change a draft's point: its title, and its problems, one a line.

    A problem that stays word for word keeps its form; the others show theirs by
    their first words.

    Raises StandsError, WordingError.
    """
    draft = point.aspect.checklist
    require_draft(draft)
    named = title_from(title)
    others = {key(one.title) for one in point.aspect.points if one is not point}
    if key(named) in others:
        message = f"这个方面里已经有「{named}」这个要点，请换一个名称。"
        raise WordingError(message)
    texts = _problems(lines)
    forms = {one.text: one.form for one in point.problems}
    told = [ProblemText(text, forms.get(text, form_of(text))) for text in texts]
    point.title = named
    for problem in point.problems:
        session.delete(problem)
    session.flush()  # their numbers are free again
    session.expire(point, ["problems"])
    point.problems.extend(problems_of(told))
    session.flush()
    record(session, draft, "reword", by=by, now=now)


def title_from(typed: str) -> str:
    """A title of a list or a point as it was typed, in its normal form.

    Raises WordingError.
    """
    text = worded(typed)
    if not text:
        message = "名称是空的，请填写。"
        raise WordingError(message)
    if len(text) > LONGEST_TITLE:
        message = f"名称最多 {LONGEST_TITLE} 个字，现在是 {len(text)} 个。"
        raise WordingError(message)
    return text


def _problems(lines: Iterable[str]) -> list[str]:
    texts = [text for line in lines if (text := worded(line))]
    long = next((text for text in texts if len(text) > LONGEST_PROBLEM), None)
    if long is not None:
        message = f"「{long[:12]}…」太长了，一个问题最多 {LONGEST_PROBLEM} 个字。"
        raise WordingError(message)
    if len({key(text) for text in texts}) < len(texts):
        message = "有两行问题是一样的，请删去一行。"
        raise WordingError(message)
    return texts


def _version(session: Session, outline: Outline, *, code: str) -> Checklist:
    """The next version of a list, as a draft; every point gets its code."""
    last, taken = newest(session, code), set(session.scalars(select(Point.code)))
    known, _ = tried(session, code, outline)
    made = Checklist(
        code=code,
        version=last.version + 1 if last else 1,
        title=known.title,
        kind=known.kind,
        state=VersionState.DRAFT,
        aspects=rows_of(coded(known, code, taken=taken).aspects),
    )
    session.add(made)
    session.flush()
    return made
