"""The first page of the desk: what is to be done now, for whoever sits here."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from portal.people import Permission
from portal.rounds import NEXT, Phase
from portal.web.desk import nav
from portal.web.desk.announcing import Check, checks
from portal.web.desk.home_tasks import QUESTIONS, Desk, Task
from portal.web.desk.letterbox import soonest
from portal.web.guards import desk, may
from portal.web.rendering import render
from portal.web.request import db, installation, today
from portal.web.staff import somebody

bp = Blueprint("home", __name__)


@bp.get("/")
@desk(None)
def page() -> ResponseReturnValue:
    """Tasks with something in them, the round, and its next step."""
    return render(
        "desk/home/page.html",
        tasks=_tasks(),
        phases=list(Phase),
        step=_next_step(),
        rounds=nav.rounds_for(db(), somebody()),
        next_opening=soonest(db()),
        waiting=_waiting(),
    )


def _waiting() -> int | None:
    """How much is in the letterbox, for those who may open it."""
    if not may(Permission.OPEN_LETTERBOX):
        return None
    return installation().door.box.waiting()


def _tasks() -> list[tuple[Task, str | None]]:
    """What waits, each with its page, urgent things first."""
    house = installation()
    here = Desk(
        session=db(),
        keystore=house.keystore,
        staff=somebody(),
        round_=nav.current_round(),
        today=today(),
    )
    found = [task for needed, ask in QUESTIONS if may(needed) for task in ask(here)]
    found = [task for task in found if task.count]
    found.sort(key=lambda task: not task.is_urgent)
    return [(task, nav.link(task.page)) for task in found]


def _next_step() -> tuple[Phase, list[tuple[Check, None]]] | None:
    """The usual next phase and what is missing before it, for those who move it."""
    round_ = nav.current_round()
    if round_ is None or not may(Permission.MANAGE_ROUNDS):
        return None
    order = list(Phase)
    later = [p for p in order[order.index(round_.phase) :] if p in NEXT[round_.phase]]
    if not later:
        return None
    missing = [c for c in checks(db(), round_, later[0]) if not c.is_met]
    return later[0], [(check, None) for check in missing]
