"""What is to be done now, by permission: one short question to each stage."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.figures.settlement import settlement_of
from portal.handover import Handover, Route, received_by
from portal.kernel.keystore import KeyStore
from portal.people import Permission, Role, Staff, places_of
from portal.places import communities, place_tree
from portal.rectification import Step, drawn_for, spot_checks
from portal.review import asking
from portal.review.findings import Finding, FindingState
from portal.review.letters import unread_count
from portal.rounds import Phase, Round
from portal.rounds.key_holders import lacking
from portal.rounds.keys import holders
from portal.rounds.phases import is_before

SOON = timedelta(days=7)  # a deadline within a week is said


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Whose desk it is, on which day, in which round."""

    session: Session
    keystore: KeyStore
    staff: Staff
    round_: Round | None
    today: date

    @property
    def round_id(self) -> int:
        """The round's id; 0 finds nothing where there is no round."""
        return self.round_.id if self.round_ else 0


@dataclass(frozen=True, kw_only=True)
class Task:
    """One thing to do: how many, what, and the page for it."""

    count: int
    sentence: str
    page: str
    is_urgent: bool = False


def _letters(desk: Desk) -> list[Task]:
    count = unread_count(desk.session, desk.round_id, desk.staff.id)
    return [Task(count=count, sentence="封来信没拆", page="desk.letters.list")]


def _keys(desk: Desk) -> list[Task]:
    mine, missing, mates = places_of(desk.session, desk.round_id, desk.staff.id), 0, 0
    if desk.round_ is None or desk.round_.phase is Phase.PREPARING:
        return []
    for place_id in mine:
        held = desk.staff.id in holders(desk.keystore, desk.round_id, place_id)
        without = lacking(desk.session, desk.keystore, desk.round_id, place_id)
        missing += not held
        mates += bool(held and without)
    page = "desk.keys.page"
    return [
        Task(count=missing, sentence="个社区您还没有钥匙，请同组成员补", page=page),
        Task(count=mates, sentence="个社区有同组成员缺钥匙，等您补", page=page),
    ]


def _findings(desk: Desk) -> list[Task]:
    """Drafts of others; a member approves for their own communities only."""
    wanted = select(func.count()).where(
        Finding.round_id == desk.round_id,
        Finding.state == FindingState.DRAFT,
        Finding.written_by != desk.staff.id,
    )
    if desk.staff.role is Role.MEMBER:
        mine = places_of(desk.session, desk.round_id, desk.staff.id)
        wanted = wanted.where(Finding.place_id.in_(mine))
    count = desk.session.scalar(wanted) or 0
    return [Task(count=count, sentence="个问题等第二人核定", page="desk.findings.list")]


def _handovers(desk: Desk) -> list[Task]:
    approved = select(func.count()).where(
        Finding.round_id == desk.round_id, Finding.state == FindingState.APPROVED
    )
    late = (
        select(func.count())
        .select_from(Handover)
        .join(Finding, Finding.id == Handover.finding_id)
        .where(
            Finding.round_id == desk.round_id,
            Finding.state != FindingState.FIXED,
            Handover.route != Route.LEAD,
            Handover.due_on < desk.today,
        )
    )
    page = "desk.handovers.list"
    count = desk.session.scalar(approved) or 0
    overdue = desk.session.scalar(late) or 0
    return [
        Task(count=count, sentence="个已核定的问题等交办", page=page),
        Task(
            count=overdue,
            sentence="件整改过了期限",
            page="desk.rectification.list",
            is_urgent=True,
        ),
    ]


def _reviews(desk: Desk) -> list[Task]:
    wanted = (
        select(func.count())
        .select_from(Step)
        .join(Handover, Handover.id == Step.handover_id)
        .join(Finding, Finding.id == Handover.finding_id)
        .where(Finding.round_id == desk.round_id, Step.verdict.is_(None))
    )
    count = desk.session.scalar(wanted) or 0
    return [
        Task(count=count, sentence="份整改材料等审", page="desk.rectification.list")
    ]


def _spot_checks(desk: Desk) -> list[Task]:
    """A list that somebody else fixed, for a second person to draw from."""
    found = spot_checks(desk.session, desk.round_id)
    lists = [one for one in found if one.drawn_on is None]
    count = sum(one.frozen_by != desk.staff.id for one in lists)
    sentence = "份抽查名单定了，等您抽签"
    return [Task(count=count, sentence=sentence, page="desk.spotchecks.list")]


def _visits(desk: Desk) -> list[Task]:
    found = drawn_for(desk.session, desk.round_id, staff=desk.staff)
    count = sum(one.is_waiting for one in found)
    return [Task(count=count, sentence="个抽中的问题等着去看", page="desk.visits.list")]


def _opening(desk: Desk) -> list[Task]:
    """An early opening that somebody else asked for."""
    asked = asking.standing(desk.session, today=desk.today)
    is_others = asked is not None and asked.asked_by_id != desk.staff.id
    sentence, page = "个提前开箱的请求等您同意", "desk.letterbox.page"
    return [Task(count=int(is_others), sentence=sentence, page=page)]


def _leads(desk: Desk) -> list[Task]:
    mine = received_by(desk.session, desk.staff.id)
    unsigned = sum(h.route is Route.LEAD and h.signed_on is None for h in mine)
    return [Task(count=unsigned, sentence="条线索没签收", page="desk.leads.list")]


def _assignments(desk: Desk) -> list[Task]:
    mine = received_by(desk.session, desk.staff.id)
    open_ones = [h for h in mine if h.finding.state is not FindingState.FIXED]
    unsigned = sum(h.signed_on is None for h in mine)
    late = sum(h.due_on < desk.today for h in open_ones)
    soon = sum(desk.today <= h.due_on <= desk.today + SOON for h in open_ones)
    page = "desk.assignments.list"
    return [
        Task(count=unsigned, sentence="件交办没签收", page=page),
        Task(count=late, sentence="件整改过了期限", page=page, is_urgent=True),
        Task(count=soon, sentence="件整改一周内到期", page=page),
    ]


def _places(desk: Desk) -> list[Task]:
    if not communities(desk.session):
        sentence = "份社区名单要导入，才能建轮次"
        return [Task(count=1, sentence=sentence, page="desk.places.upload")]
    tree = place_tree(desk.session)
    unnamed = sum(d.place.needs_name for d in tree)
    unnamed += sum(s.place.needs_name for d in tree for s in d.below)
    sentence = "个街道或区县只有代码，请改名"
    return [Task(count=unnamed, sentence=sentence, page="desk.places.index")]


def _rounds(desk: Desk) -> list[Task]:
    round_ = desk.round_
    if round_ is None:
        return [Task(count=1, sentence="轮巡察可以开始准备", page="desk.rounds.new")]
    is_over = round_.phase is Phase.COLLECTING and round_.closes_on < desk.today
    unsettled = not (
        is_before(round_.phase, Phase.REVIEWING)
        or round_.phase is Phase.ARCHIVED
        or settlement_of(desk.session, round_.id)
    )
    return [
        Task(
            count=int(is_over),
            sentence="轮征集已过截止日期，可以转入研判",
            page="desk.rounds.index",
        ),
        Task(count=int(unsettled), sentence="轮问卷等结算", page="desk.figures.page"),
    ]


def _accounts(desk: Desk) -> list[Task]:
    members = select(func.count()).where(Staff.role == Role.MEMBER, Staff.is_active)
    is_none = not desk.session.scalar(members)
    sentence = "件事：给巡察组成员开账号"
    return [Task(count=int(is_none), sentence=sentence, page="desk.accounts.new")]


QUESTIONS: tuple[tuple[Permission, Callable[[Desk], list[Task]]], ...] = (
    (Permission.READ_LETTERS, _letters),
    (Permission.READ_LETTERS, _keys),
    (Permission.APPROVE_FINDINGS, _findings),
    (Permission.HAND_OVER, _handovers),
    (Permission.REVIEW_RECTIFICATION, _reviews),
    (Permission.REVIEW_RECTIFICATION, _spot_checks),
    (Permission.REVISIT, _visits),
    (Permission.OPEN_LETTERBOX, _opening),
    (Permission.READ_LEADS, _leads),
    (Permission.RECTIFY, _assignments),
    (Permission.MANAGE_PLACES, _places),
    (Permission.MANAGE_ROUNDS, _rounds),
    (Permission.MANAGE_STAFF, _accounts),
)
