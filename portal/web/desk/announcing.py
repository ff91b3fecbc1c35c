"""Moving a round on: what must hold before each step, and the announcement itself.

In: a round as it stands. Out: checks in words with the page that mends them, and the
one function that announces.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import checklists, vote
from portal.entrances import Code
from portal.kernel.errors import ConflictError
from portal.kernel.keystore import KeyStore
from portal.people import TeamPlace, readers_of
from portal.places import Place
from portal.questionnaires.frozen import asked_in, chosen_for, freeze, frozen_on
from portal.rounds import Phase, Round, advance, places_in
from portal.rounds.keys import make_keys
from portal.vote import ElectionState


class NotReadyError(ConflictError):
    """A required check does not hold."""

    sentence = "还有没备好的事，请先照清单办好，再推进。"


@dataclass(frozen=True, kw_only=True)
class Check:
    """One thing to hold before a move: its sentence, and the page that mends it.

    One that is only advised does not stand in the way.
    """

    sentence: str
    is_met: bool
    page: str = ""
    is_required: bool = True


WHAT_HAPPENS: Mapping[Phase, str] = {
    Phase.ANNOUNCED: "公告立即公开；社区、问卷和清单定稿，不能再改，"
    "问卷只能更正错别字；每个社区的看信钥匙发给巡察组。",
    Phase.COLLECTING: "二维码开始收问卷和来信。",
    Phase.REVIEWING: "不再收问卷；写信的入口还开着，巡察组继续看信、研判。",
    Phase.RECTIFYING: "写信的入口关闭，转入整改。",
    Phase.DISCLOSING: "已公示的问题、措施、结果对群众公开。",
    Phase.VOTING: "居民可以凭入户票测评。",
    Phase.PUBLISHED: "测评结果对群众公开。",
    Phase.REVISITING: "转入回访抽查。",
    Phase.ARCHIVED: "轮次结束。保管期满后，居民写的文字会销毁，只留匿名统计。",
}


def checks(session: Session, round_: Round, to: Phase) -> list[Check]:
    """What is to hold before `round_` moves to `to`."""
    found = _CHECKS.get(to)
    return found(session, round_) if found else []


def is_ready(session: Session, round_: Round, to: Phase) -> bool:
    """Whether every required check before the move holds."""
    return all(c.is_met or not c.is_required for c in checks(session, round_, to))


def require_ready(session: Session, round_: Round, to: Phase) -> None:
    """Refuse a move that a required check forbids.

    Raises NotReadyError.
    """
    if not is_ready(session, round_, to):
        raise NotReadyError


def announce(
    session: Session,
    keystore: KeyStore,
    *,
    round_: Round,
    by: str,
    now: datetime,
    today: date,
) -> None:
    """Freeze questionnaire and lists, move the round, make its keys: all or nothing.

    The keys come last because key files do not roll back: whatever can refuse has
    refused before, and until the edge commits neither phase nor public keys are seen.
    Wraps left by a commit that failed seal nothing and are replaced the next time.

    Raises WrongMoveError, EmptyRoundError, NoReaderError.
    """
    advance(session, round_, to=Phase.ANNOUNCED, by=by, now=now)
    if not is_frozen(session, round_.id):
        freeze(session, round_.id, asked_in(session, round_.id), today=today)
    checklists.keep(session, round_.id)
    make_keys(session, keystore, round_)


def is_frozen(session: Session, round_id: int) -> bool:
    """Whether the round has its questionnaire."""
    return frozen_on(session, round_id) is not None


def unassigned(session: Session, round_id: int) -> list[Place]:
    """Communities of a round without a team."""
    given = select(TeamPlace.place_id).where(TeamPlace.round_id == round_id)
    held = set(session.scalars(given))
    return [p for p in places_in(session, round_id) if p.id not in held]


def _before_announcing(session: Session, round_: Round) -> list[Check]:
    places = places_in(session, round_.id)
    open_ones = unassigned(session, round_.id)
    unread = [p for p in places if not readers_of(session, round_.id, p.id)]
    text = bool(round_.accepted and round_.hotline)
    return [
        Check(
            sentence=f"选定社区：{len(places)} 个",
            is_met=bool(places),
            page="desk.rounds.places",
        ),
        Check(
            sentence=f"每个社区都定了巡察组{_named(open_ones, '还没有')}",
            is_met=bool(places) and not open_ones,
            page="desk.teams.index",
        ),
        Check(
            sentence=f"每个社区都有看信的人{_named(unread, '没有')}",
            is_met=bool(places) and not unread,
            page="desk.teams.index",
        ),
        Check(
            sentence="公告写了受理范围和电话",
            is_met=text,
            page="desk.rounds.edit",
            is_required=False,
        ),
        _questionnaire_chosen(session, round_),
        _lists_chosen(session),
    ]


def _questionnaire_chosen(session: Session, round_: Round) -> Check:
    chosen = chosen_for(session, round_.id)
    named = "随系统带来的那一份"
    if chosen:
        named = f"「{chosen.definition.title}」第 {chosen.version} 版"
    return Check(
        sentence=f"问卷：公告时定下{named}，按社区类型出题",
        is_met=True,
        page="desk.questionnaires_rounds.choose",
        is_required=False,
    )


def _lists_chosen(session: Session) -> Check:
    used = checklists.latest(session)
    named = "、".join(f"{one.title}第 {one.version} 版" for one in used)
    return Check(
        sentence=f"清单：公告时定下{named or '要用的版本，现在一份都没有'}",
        is_met=bool(used),
        page="desk.checklists.index",
        is_required=False,
    )


def _named(places: list[Place], word: str) -> str:
    names = "、".join(p.name for p in places[:3])
    more = "等" if len(places) > 3 else ""
    return f"（{names}{more}{word}）" if places else ""


def _before_collecting(session: Session, round_: Round) -> list[Check]:
    issued = select(func.count(Code.place_id.distinct())).where(
        Code.round_id == round_.id, Code.withdrawn_on.is_(None)
    )
    count, wanted = session.scalar(issued) or 0, len(places_in(session, round_.id))
    return [
        Check(
            sentence=f"二维码已发到社区：{count} / {wanted}",
            is_met=count >= wanted,
            page="desk.entrances.index",
            is_required=False,
        )
    ]


def _before_voting(session: Session, round_: Round) -> list[Check]:
    election = vote.find_election(session, round_.id)
    return [
        Check(
            sentence="入户票的票根清单已上传，投票已开",
            is_met=election is not None
            and election.state is not ElectionState.PREPARED,
            page="desk.vote.page",
            is_required=False,
        )
    ]


def _before_publishing(session: Session, round_: Round) -> list[Check]:
    begun = [e for e in vote.elections(session, round_.id) if e.is_under_way]
    return [
        Check(
            sentence="投票已由两人关票、开票、会签",
            is_met=not begun,
            page="desk.vote.page",
        )
    ]


_CHECKS: Mapping[Phase, Callable[[Session, Round], list[Check]]] = {
    Phase.ANNOUNCED: _before_announcing,
    Phase.COLLECTING: _before_collecting,
    Phase.VOTING: _before_voting,
    Phase.PUBLISHED: _before_publishing,
}
