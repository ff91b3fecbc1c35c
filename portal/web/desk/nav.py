"""The side of every desk page: who sits here, which round, and where one may go.

An entry is shown when its page exists and the permission its view asks for is the
reader's, so the navigation cannot promise what the guard refuses.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from flask import Blueprint, current_app, g, request
from flask.typing import RouteCallable
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from portal.handover import Handover, Route
from portal.kernel.errors import NotFoundError
from portal.people import Permission, Staff, permits
from portal.rectification import drawn_for
from portal.review.findings import Finding, FindingState
from portal.review.letters import unread_count
from portal.rounds import Phase, Round, get_round
from portal.web.desk.desk_form import OneButton
from portal.web.desk.words import word
from portal.web.rendering import gettext as _
from portal.web.rendering import page_url
from portal.web.request import db, installation
from portal.web.staff import signed_in, somebody

bp = Blueprint("nav", __name__)

LOCAL = re.compile(r"/desk(/[\w./-]*)?(\?[\w=&%.-]*)?", re.ASCII)

DONE = {
    "saved": "已保存。",
    "made": "已建好。",
    "password": "密码改好了，下次登录用新密码。",
    "places": "社区已选定：这一轮共 %(n)d 个。",
    "moved": "阶段已推进。",
    "joined": "已加入。公告之后进组的，请让同组成员到「钥匙」页补一把钥匙。",
    "left": "已移出，钥匙一并收回，锁也换了。",
    "given": "社区已分配：这个组共 %(n)d 个。",
    "recused": "回避已登记，钥匙一并收回，锁也换了。",
    "lifted": "回避已撤销。需要看信的，请让同组成员补一把钥匙。",
    "granted": "钥匙已补上。",
    "issued": "新发 %(n)d 个码。",
    "code_rotated": "新码发好了，请印新海报。旧的还能用，从它来的另作标记。",
    "withdrawn": "这个码已停用，扫到的人会看到提示。",
    "asked": "请求已记下，等另一位同意。",
    "taken_back": "请求已撤回。",
    "opened": "箱已打开，取出 %(n)d 件。",
    "off": "账号已停用，马上不能登录；钥匙已收回，锁也换了。",
    "off_kept": "账号已停用，马上不能登录。有 %(n)d 个社区以前的信只有这一位打得开，"
    "钥匙先锁着没有销毁：账号恢复后，请其给同组成员补一把。",
    "on": "账号已恢复。需要看信的，请让同组成员补一把钥匙。",
    "rotated": "锁已换好：以后的信用新钥匙，以前的信照样能看。",
    "cancelled": "已请求取消。",
}


class NoRoundError(NotFoundError):
    """Nothing can be done before there is a round."""

    sentence = "还没有轮次。请先到「轮次」建一轮。"


@dataclass(frozen=True)
class Entry:
    """One line of the navigation; `count` gives what waits there."""

    group: str
    label: str
    endpoint: str
    count: Callable[[Session, Round, Staff], int] | None = None


def _drafts(session: Session, round_: Round, _staff: Staff) -> int:
    return _how_many(session, round_, FindingState.DRAFT)


def _approved(session: Session, round_: Round, _staff: Staff) -> int:
    return _how_many(session, round_, FindingState.APPROVED)


def _how_many(session: Session, round_: Round, state: FindingState) -> int:
    wanted = select(func.count()).where(
        Finding.round_id == round_.id, Finding.state == state
    )
    return session.scalar(wanted) or 0


def _to_sign(session: Session, _round: Round, staff: Staff) -> int:
    wanted = select(func.count()).where(
        Handover.receiver_id == staff.id,
        Handover.signed_on.is_(None),
        Handover.route != Route.LEAD,
    )
    return session.scalar(wanted) or 0


def _unread(session: Session, round_: Round, staff: Staff) -> int:
    return unread_count(session, round_.id, staff.id)


def _waiting(_session: Session, _round: Round, _staff: Staff) -> int:
    return installation().door.box.waiting()


def _to_visit(session: Session, round_: Round, staff: Staff) -> int:
    return sum(one.is_waiting for one in drawn_for(session, round_.id, staff=staff))


ROUND, PREPARE, SELF = "round", "准备", "自己"

ENTRIES = (
    Entry("", "首页", "desk.home.page"),
    Entry(ROUND, "来信", "desk.letters.list", _unread),
    Entry(ROUND, "答卷", "desk.remarks.page"),
    Entry(ROUND, "代填与录入", "desk.entry.index"),
    Entry(ROUND, "问题", "desk.findings.list", _drafts),
    Entry(ROUND, "移交", "desk.handovers.list", _approved),
    Entry(ROUND, "线索", "desk.leads.list"),
    Entry(ROUND, "整改", "desk.assignments.list", _to_sign),
    Entry(ROUND, "整改", "desk.rectification.list"),
    Entry(ROUND, "抽查", "desk.spotchecks.list"),
    Entry(ROUND, "回访", "desk.visits.list", _to_visit),
    Entry(ROUND, "公示", "desk.disclosures.list"),
    Entry(ROUND, "测评", "desk.vote.page"),
    Entry(ROUND, "纸质选票", "desk.vote_entry.page"),
    Entry(ROUND, "数字", "desk.figures.page"),
    Entry(ROUND, "覆盖", "desk.coverage.page"),
    Entry(PREPARE, "轮次", "desk.rounds.index"),
    Entry(PREPARE, "社区", "desk.places.index"),
    Entry(PREPARE, "清单", "desk.checklists.index"),
    Entry(PREPARE, "问卷", "desk.questionnaires.index"),
    Entry(PREPARE, "巡察组与回避", "desk.teams.index"),
    Entry(PREPARE, "渠道与二维码", "desk.entrances.index"),
    Entry(PREPARE, "海报", "desk.posters.page"),
    Entry(PREPARE, "人员", "desk.accounts.index"),
    Entry(PREPARE, "开箱", "desk.letterbox.page", _waiting),
    Entry(PREPARE, "日志", "desk.audit.page"),
    Entry(SELF, "钥匙", "desk.keys.page"),
    Entry(SELF, "后台任务", "desk.jobs.page"),
    Entry(SELF, "改密码", "desk.signin.password"),
)


def local(address: str, *, default: str) -> str:
    """`address` if it is a page of the desk, else `default`; never another host."""
    return address if LOCAL.fullmatch(address) and "//" not in address else default


def link(endpoint: str, **values: object) -> str | None:
    """Where a page is, if it exists and the reader may open it; the round is kept."""
    view = current_app.view_functions.get(endpoint)
    if view is None or not _may_open(view):
        return None
    if "round" in request.args:
        values.setdefault("round", request.args["round"])
    return page_url(endpoint, **values)


def _may_open(view: RouteCallable) -> bool:
    permission: Permission | None = getattr(view, "permission", None)
    return permission is None or permits(somebody().role, permission)


def rounds_for(session: Session, staff: Staff) -> list[Round]:
    """Rounds somebody may choose, newest first.

    One that is being prepared is for those who prepare it.
    """
    found = session.scalars(select(Round).order_by(Round.opens_on.desc(), Round.id))
    prepares = permits(staff.role, Permission.MANAGE_ROUNDS)
    return [r for r in found if prepares or r.phase is not Phase.PREPARING]


def current_round() -> Round | None:
    """The round of `?round=`, else the newest that is not archived."""
    if "desk_round" not in g:
        mine = rounds_for(db(), somebody())
        asked = request.args.get("round", type=int)
        living = [r for r in mine if r.phase is not Phase.ARCHIVED]
        fitting = [r for r in mine if r.id == asked] if asked else living or mine
        g.desk_round = fitting[0] if fitting else None
    found: Round | None = g.desk_round
    return found


def the_round() -> Round:
    """The current round.

    Raises NoRoundError.
    """
    found = current_round()
    if found is None:
        raise NoRoundError
    return found


def about(round_id: int) -> Round:
    """Make a round the current one of this request, because its page is shown.

    Raises NotFoundError.
    """
    g.desk_round = get_round(db(), round_id)
    return the_round()


def entries() -> list[dict[str, object]]:
    """The navigation as the layout wants it."""
    found = [(entry, link(entry.endpoint)) for entry in ENTRIES]
    return [_line(entry, url) for entry, url in found if url is not None]


def _line(entry: Entry, url: str) -> dict[str, object]:
    round_ = current_round()
    here = (request.endpoint or "").rpartition(".")[0]
    return {
        "label": _(entry.label),
        "url": url,
        "count": _count(entry, round_),
        "active": entry.endpoint in {request.endpoint, here}
        or (_is_part(here, entry) and here != "desk.signin"),
        "group": _round_line(round_) if entry.group == ROUND else _(entry.group),
    }


def _is_part(here: str, entry: Entry) -> bool:
    """Whether a module is that of the entry, or one of its parts (`vote_paper`).

    A part with an entry of its own is not part of another (`vote_entry`).
    """
    pages = {one.endpoint.rpartition(".")[0] for one in ENTRIES}
    page = entry.endpoint.rpartition(".")[0]
    return here == page or (here.startswith(f"{page}_") and here not in pages)


def _count(entry: Entry, round_: Round | None) -> int | None:
    if entry.count is None or round_ is None:
        return None
    return entry.count(db(), round_, somebody()) or None


def _round_line(round_: Round | None) -> str:
    if round_ is None:
        return _("还没有轮次")
    return f"{round_.name} · {word(round_.phase)}"


def done() -> str:
    """The sentence about what the last press did, from the address."""
    sentence = DONE.get(request.args.get("done", ""), "")
    if not sentence:
        return ""
    if "%" in sentence:
        return _(sentence, n=request.args.get("n", 0, type=int))
    return _(sentence)


@bp.app_context_processor
def _context() -> dict[str, object]:
    """What `layout/desk.html` needs; nothing where the database does not answer."""
    if not request.path.startswith("/desk"):
        return {}
    try:
        staff = signed_in()
        return {"word": _word, "done": done(), **(_signed_in(staff) if staff else {})}
    except SQLAlchemyError:
        return {"word": _word, "done": "", "staff": None}


def _word(value: StrEnum | None) -> str:
    """The word for a value; nothing for nothing."""
    return word(value) if value is not None else ""


def _signed_in(staff: Staff) -> dict[str, object]:
    role = word(staff.role)
    return {
        "staff": {
            "name": staff.name,
            "role_label": f"{role} · {staff.unit}" if staff.unit else role,
        },
        "nav": entries(),
        "round_": current_round(),
        "sign_out_url": page_url("desk.signin.out"),
        "sign_out_form": OneButton(formdata=None),
    }
