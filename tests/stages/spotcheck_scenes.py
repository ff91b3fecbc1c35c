"""Scenes with spot checks: problems that units call fixed, lists, draws, visits."""

from sqlalchemy import select

from portal import rectification
from portal.intake.records import Letter
from portal.rectification import (
    Filing,
    ListedFinding,
    Outcome,
    Plan,
    SpotCheck,
    StepKind,
    Verdict,
)
from portal.review.findings import Finding
from portal.rounds import get_round
from tests.makers import MORNING, TODAY, Player
from tests.stages.review_scenes import Scene, draft

FIRST, SECOND = "枇杷三月", "石桥7号"
WHY = "整改过半，按计划抽查"


def call_fixed(
    scene: Scene, many: int = 1, *, outcome: Outcome = Outcome.FIXED
) -> list[Finding]:
    """So many problems of 云溪 whose unit reported them, and the office accepted."""
    letter = scene.session.scalars(select(Letter)).first() or scene.letter()
    return [_report(scene, letter, number, outcome) for number in range(1, many + 1)]


def _report(scene: Scene, letter: Letter, number: int, outcome: Outcome) -> Finding:
    finding = scene.approved(letter, draft=draft(title=f"第{number}个问题"))
    row, session = scene.signed(finding), scene.session
    unit, office = (
        player.staff(session) for player in (scene.cast.unit, scene.cast.office)
    )
    for _ in StepKind:
        filing = Filing(text="已清理。", outcome=outcome)
        step = rectification.file_step(
            session, row, filing=filing, by=unit, now=MORNING, today=TODAY
        )
        rectification.review_step(
            session, step, verdict=Verdict.ACCEPTED, remark="", by=office, now=MORNING
        )
    return finding


def listed(scene: Scene, size: int = 1, *, word: str = FIRST) -> SpotCheck:
    """The office fixes a list of all that is called fixed."""
    return rectification.freeze_list(
        scene.session,
        get_round(scene.session, scene.cast.round_id),
        plan=Plan(size=size, reason=WHY, word=word),
        by=scene.cast.office.staff(scene.session),
        now=MORNING,
        today=TODAY,
    )


def draw(
    scene: Scene, check: SpotCheck, *, word: str = SECOND, by: Player | None = None
) -> SpotCheck:
    """The chief draws."""
    rectification.draw(
        scene.session,
        check,
        word=word,
        by=(by or scene.cast.chief).staff(scene.session),
        now=MORNING,
        today=TODAY,
    )
    return check


def drawn(scene: Scene, *, of: int, size: int) -> SpotCheck:
    """A draw from so many problems."""
    call_fixed(scene, of)
    return draw(scene, listed(scene, size))


def visit(
    scene: Scene, one: ListedFinding, outcome: Outcome = Outcome.FIXED
) -> ListedFinding:
    """A member went to see."""
    rectification.visit(
        scene.session,
        one,
        outcome=outcome,
        by=scene.cast.member.staff(scene.session),
        now=MORNING,
        today=TODAY,
    )
    return one


def visit_all(scene: Scene, check: SpotCheck, *bad: Outcome) -> None:
    """Everything drawn is visited: the first ones with these outcomes, the rest fine."""
    waiting = check.waiting
    seen = [*bad, *[Outcome.FIXED] * (len(waiting) - len(bad))]
    for one, outcome in zip(waiting, seen, strict=True):
        visit(scene, one, outcome)
