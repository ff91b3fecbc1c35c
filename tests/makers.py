"""Makers of things with plausible defaults, and the cast every test plays with."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count

from flask import Flask
from sqlalchemy.orm import Session

from portal import entrances, people, rounds
from portal.disclosure import Disclosure, publish
from portal.entrances import ChannelKind, Code
from portal.intake import receive
from portal.intake.additions import Enclosure, enclosed_text, receive_addition
from portal.kernel.database import Base, engine_for
from portal.kernel.sealing import KeyPair
from portal.kernel.settings import Settings
from portal.people import Duty, Role, Staff, Team, TeamPlace, sessions
from portal.places import Kind, Level, Place, Trait
from portal.questionnaires import frozen, shipped
from portal.review.findings import Finding, Severity, approve
from portal.review.letters import Reader
from portal.rounds import Mode, Notice, Phase, Round
from portal.rounds import keys as round_keys
from portal.vote import (
    Electorate,
    Precinct,
    Signatory,
    Slip,
    VoteMode,
    agree,
    ask_items,
    choose_mode,
    countersign,
    destroy_ballots,
    find_election,
    make_manifest,
    make_slips,
    open_election,
    post_manifest,
    prepare,
)
from portal.vote import count as count_ballots
from portal.web.installation import Installation
from portal.web.staff import COOKIE
from tests.visitor import Visitor

MORNING = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # 09:00 in China
TODAY = date(2026, 3, 2)
_numbers = count(1)


class Clock:
    """A clock the test moves."""

    def __init__(self, now: datetime = MORNING) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def goes_on(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass(frozen=True)
class Player:
    """Somebody of the cast with what they know."""

    staff_id: int
    username: str
    password: str
    totp_secret: str
    seed: bytes

    @property
    def pair(self) -> KeyPair:
        return KeyPair(self.seed)

    def staff(self, session: Session) -> Staff:
        return session.get_one(Staff, self.staff_id)


@contextmanager
def in_memory(*tables: str) -> Iterator[Session]:
    """A session on an empty database that has these tables and no others."""
    engine = engine_for("sqlite://")
    wanted = [Base.metadata.tables[name] for name in tables]
    Base.metadata.create_all(engine, tables=wanted)
    with Session(engine) as session:
        yield session
    engine.dispose()


def make_player(
    house: Installation, session: Session, *, username: str, role: Role
) -> Player:
    pair, name = KeyPair.make(), f"示例·{username}"
    staff, password, totp = people.register(
        session, house.keystore, username=username, name=name, role=role, pair=pair
    )
    return Player(staff.id, username, password, totp, pair.seed)


def make_place(session: Session, **given: object) -> Place:
    number = next(_numbers)
    values: dict[str, object] = {
        "code": f"999001001{number:03d}",
        "name": f"示例{number}社区",
        "level": Level.COMMUNITY,
        "kind": Kind.URBAN,
        "households": 400,
    }
    place = Place(**{**values, **given})
    session.add(place)
    session.flush()
    return place


def make_round(session: Session, **given: object) -> Round:
    number = next(_numbers)
    values: dict[str, object] = {
        "code": f"2026-{number}",
        "name": f"示例区第{number}轮巡察",
        "mode": Mode.DIRECT,
        "inspector": "示例区委巡察组",
        "opens_on": TODAY,
        "closes_on": TODAY + timedelta(days=30),
    }
    notice = Notice(
        accepted="村（社区）干部作风、账目、低保、工程、物业等问题",
        passed_on="已进入诉讼的事项，转有关部门",
        hotline="000-0000-0000",
        hours="8:00–18:00",
    )
    return rounds.plan(session, Round(**{**values, **given}), notice)


def make_finding(
    session: Session, place: Place, *, by: Staff, round_id: int, now: datetime
) -> Finding:
    from portal.review import findings

    finding = Finding(
        round_id=round_id,
        place_id=place.id,
        category="property",
        title="电动车占道，物业多次未处理",
        statement="三栋门口长期停放电动车，消防通道受堵，物业未按约定处理。",
        severity=Severity.SERIOUS,
        found_on=TODAY,
    )
    return findings.write(session, finding, by=by, now=now)


@dataclass(frozen=True)
class Cast:
    """The fixed cast: team one inspects 云溪 and 柳塘, team two 厂东.

    `member` leads team one, `mate` is with them, `recused` is of the same team but
    has ties to 柳塘; `stranger` is of team two.
    """

    players: Mapping[str, Player]
    round_id: int
    yunxi: str
    liutang: str
    changdong: str

    def __getattr__(self, name: str) -> Player:
        try:
            return self.players[name]
        except KeyError as error:
            raise AttributeError(name) from error


ROLES = {
    "admin": Role.ADMIN,
    "office": Role.OFFICE,
    "chief": Role.CHIEF,
    "member": Role.MEMBER,
    "mate": Role.MEMBER,
    "recused": Role.MEMBER,
    "stranger": Role.MEMBER,
    "discipline": Role.DISCIPLINE,
    "unit": Role.UNIT,
    "entry": Role.ENTRY,
}


def make_cast(settings: Settings) -> Cast:
    """An installation with the cast, a round in collecting, and its codes."""
    house = Installation.at(settings)
    with house.sessions() as session, session.begin():
        players = {
            name: make_player(house, session, username=name, role=role)
            for name, role in ROLES.items()
        }
        yunxi = make_place(
            session, code="999001001001", name="云溪社区", households=412
        )
        liutang = make_place(
            session, code="999001001201", name="柳塘村", kind=Kind.RURAL, households=260
        )
        changdong = make_place(
            session,
            code="999001002001",
            name="厂东社区",
            trait=Trait.FACTORY,
            households=38,
        )
        round_ = make_round(session, code="2026-1", name="示例区第一轮巡察")
        _compose_teams(session, round_, players, [yunxi, liutang, changdong])
        people.recuse(
            session,
            players["recused"].staff(session),
            place_id=liutang.id,
            reason="亲属在村委会任职",
        )
        _announce(house, session, round_)
        codes = entrances.issue(
            session,
            round_.id,
            places=[yunxi, liutang, changdong],
            channels=[
                entrances.add_channel(session, ChannelKind.OWNERS_GROUP, "小区业主群"),
                entrances.add_channel(session, ChannelKind.LIFT, "楼栋电梯口"),
            ],
            today=TODAY,
        )
        cast = Cast(
            players=players,
            round_id=round_.id,
            yunxi=_first(codes, yunxi),
            liutang=_first(codes, liutang),
            changdong=_first(codes, changdong),
        )
    house.close()
    return cast


def _first(codes: list[Code], place: Place) -> str:
    return next(code.code for code in codes if code.place_id == place.id)


def _compose_teams(
    session: Session, round_: Round, players: Mapping[str, Player], places: list[Place]
) -> None:
    rounds.add_places(session, round_, places)
    one = Team(round_id=round_.id, name="第一组")
    two = Team(round_id=round_.id, name="第二组")
    session.add_all([one, two])
    session.flush()
    for name, team, duty in (
        ("member", one, Duty.LEADER),
        ("mate", one, Duty.MEMBER),
        ("recused", one, Duty.SPECIALIST),
        ("stranger", two, Duty.LEADER),
    ):
        people.join(session, team, staff=players[name].staff(session), duty=duty)
    for place, team in zip(places, (one, one, two), strict=True):
        session.add(TeamPlace(round_id=round_.id, place_id=place.id, team_id=team.id))
    session.flush()


def _announce(house: Installation, session: Session, round_: Round) -> None:
    round_keys.make_keys(session, house.keystore, round_)
    frozen.freeze(session, round_.id, shipped.compose(), today=TODAY)
    for phase in (Phase.ANNOUNCED, Phase.COLLECTING):
        rounds.advance(session, round_, to=phase, by="office", now=MORNING)


def make_arrival(session: Session, code: str, *, nonce: str = "") -> receive.Arrival:
    return receive.Arrival(
        entrance=entrances.entrance(session, code),
        nonce=nonce or f"nonce-{next(_numbers)}",
    )


def make_complaint(
    house: Installation,
    code: str,
    *,
    text: str = "电动车占道半年了，物业三次没人管。",
    contact: str = "",
    nonce: str = "",
) -> str:
    """Drop a letter into the box; gives its receipt."""
    with house.sessions() as session:
        return receive.receive_complaint(
            house.door,
            arrival=make_arrival(session, code, nonce=nonce),
            complaint=receive.Complaint(
                category="property", text=text, contact=contact
            ),
        )


def make_addition(
    house: Installation,
    receipt: str,
    what: Enclosure | str = "今天又堵了。",
    *,
    nonce: str = "n",
) -> None:
    """Drop words or a picture after a letter."""
    with house.sessions() as session:
        receive_addition(
            session,
            house.door,
            receipt=receipt,
            nonce=nonce,
            addition=enclosed_text(what) if isinstance(what, str) else what,
            today=house.today(),
        )


def make_reader(session: Session, house: Installation, player: Player) -> Reader:
    return Reader(
        staff=player.staff(session),
        pair=player.pair,
        keystore=house.keystore,
        now=house.clock(),
        today=house.today(),
    )


def signed_in(app: Flask, house: Installation, player: Player) -> Visitor:
    """A visitor with the player's cookie, without the cost of a password."""
    with house.sessions() as session, session.begin():
        token = sessions.begin(
            session, player.staff(session), player.pair, now=house.clock()
        )
    visitor = Visitor(app)
    visitor.client.set_cookie(COOKIE, token, path="/desk")
    return visitor


def in_phase(house: Installation, round_id: int, phase: Phase) -> None:
    """Bring the cast's round to a phase along the table."""
    order = list(Phase)
    with house.sessions() as session, session.begin():
        round_ = rounds.get_round(session, round_id)
        for step in order[order.index(round_.phase) + 1 : order.index(phase) + 1]:
            rounds.advance(session, round_, to=step, by="office", now=house.clock())


def make_answers(
    house: Installation, code: str, *, nonce: str = "", **posted: str
) -> None:
    """Drop a filled questionnaire into the box."""
    with house.sessions() as session:
        arrival = make_arrival(session, code, nonce=nonce)
        frozen_now = frozen.questionnaire_of(session, arrival.entrance.round_id)
        receive.receive_answers(
            session,
            house.door,
            arrival=arrival,
            revision=frozen_now.revision,
            posted={name: [value] for name, value in posted.items()},
        )


def make_vote(
    house: Installation,
    cast: Cast,
    *,
    slips: int = 3,
    electorate: Electorate = Electorate.RESIDENTS,
    asks_items: bool = False,
) -> list[Slip]:
    """Open the vote of the cast's round, which must be voting; slips of 云溪."""
    printer, mine = KeyPair.make(), list[Slip]()
    with house.sessions() as session, session.begin():
        round_ = rounds.get_round(session, cast.round_id)
        election = prepare(
            session,
            round_=round_,
            electorate=electorate,
            by="office",
            now=house.clock(),
        )
        for place in rounds.places_in(session, round_.id):
            number = min(slips, place.households or slips)
            precinct = Precinct(election.code, place.code, election.terms)
            made = list(make_slips(precinct, number))
            mine = mine or made
            ids = [slip.slip_id for slip in made]
            post_manifest(
                session,
                election=election,
                place=place,
                manifest=make_manifest(precinct, slip_ids=ids, printer=printer),
                by="office",
                now=house.clock(),
            )
        if asks_items:
            ask_items(session, election, by="office", now=house.clock())
        closers = [cast.players[name].staff(session) for name in ("chief", "office")]
        open_election(
            session,
            house.keystore,
            election=election,
            closers=closers,
            by="office",
            now=house.clock(),
        )
    return mine


def open_polls(house: Installation, cast: Cast) -> None:
    """Open a vote of the cast's round in which whoever has the code may rate."""
    with house.sessions() as session, session.begin():
        by, now = "office", house.clock()
        round_ = rounds.get_round(session, cast.round_id)
        election = prepare(session, round_=round_, by=by, now=now)
        choose_mode(session, election, mode=VoteMode.OPEN, by=by, now=now)
        open_election(
            session,
            house.keystore,
            election=election,
            closers=[cast.players[name].staff(session) for name in ("chief", "office")],
            by=by,
            now=now,
        )


def make_disclosure(house: Installation, cast: Cast, code: str) -> Disclosure:
    """A finding of two people at an entrance's community, published by the office."""
    with house.sessions() as session, session.begin():
        place_id = entrances.entrance(session, code).place_id
        finding = make_finding(
            session,
            session.get_one(Place, place_id),
            by=cast.member.staff(session),
            round_id=cast.round_id,
            now=house.clock(),
        )
        approve(session, finding, by=cast.mate.staff(session), now=house.clock())
        return publish(
            session,
            finding,
            words=("电动车占道", "划出停车棚，物业每天巡查", "楼道已清空"),
            by=cast.office.staff(session),
            now=house.clock(),
            today=house.today(),
        )


def make_result(
    house: Installation,
    cast: Cast,
    electorate: Electorate = Electorate.RESIDENTS,
) -> None:
    """Close the vote that `make_vote` opened: count, destroy, sign."""
    chief, office = (
        Signatory(player.staff_id, player.username, player.pair)
        for player in (cast.chief, cast.office)
    )
    keystore, box, now = house.keystore, house.ballots, house.clock()
    with house.sessions() as session, session.begin():
        election = find_election(session, cast.round_id, electorate)
        assert election is not None
        agree(session, keystore, election=election, first=chief, now=now)
        count_ballots(session, keystore, box, election=election, second=office, now=now)
        destroy_ballots(keystore, box, election=election)
        countersign(session, box, election=election, first=chief, now=now)
