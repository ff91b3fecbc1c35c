"""The demo's spot checks: two people draw, the teams go and see."""

from sqlalchemy.orm import Session

from portal import rectification
from portal.cli.demo_setup import Story, sample
from portal.people import Role
from portal.rectification import ListedFinding, Outcome, Plan, Source

DRAWN = 10  # enough for a share with its interval
WORDS = ("枇杷三月", "石桥7号")  # the office's, then the supervisor's


def spot_check(story: Story, session: Session) -> None:
    """Draw ten of what units call fixed, and visit every one of them."""
    office, supervisor = (
        story.account(role).staff(session) for role in (Role.OFFICE, Role.SUPERVISOR)
    )
    check = rectification.freeze_list(
        session,
        story.round_(session),
        plan=Plan(size=DRAWN, reason="整改期满，按计划抽查。", word=WORDS[0]),
        by=office,
        now=story.now,
        today=story.today,
    )
    rectification.draw(
        session,
        check,
        word=WORDS[1],
        by=supervisor,
        now=story.now,
        today=story.today,
    )
    for one in check.drawn:
        _visit(story, session, one)


def _visit(story: Story, session: Session, one: ListedFinding) -> None:
    """A member sees what the sample says, or what the team saw before."""
    told = next(
        f for f in sample("voices.json")["findings"] if f["title"] == one.finding.title
    )
    said = told["sources"]
    seen = said.get(Source.REVISIT) or said.get(Source.TEAM) or Outcome.FIXED
    rectification.visit(
        session,
        one,
        outcome=Outcome(seen),
        by=story.reader_of(session, one.finding.place_id).staff,
        now=story.now,
        today=story.today,
    )
