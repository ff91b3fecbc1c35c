"""Accounts, the permission table, teams and recusal."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest
from sqlalchemy.orm import Session

from portal import people
from portal.kernel import sealing
from portal.kernel.errors import ForbiddenError, NotFoundError
from portal.kernel.sealing import KeyPair
from portal.people import Duty, Permission, Recusal, Role, Staff, sessions
from portal.people.permissions import ALLOWED
from portal.people.sessions import LONGEST_SESSION, StaffSession
from portal.people.staff import NameTakenError, SignInError, WeakPasswordError
from portal.rounds import keys as round_keys
from portal.rounds.keys import NoKeyError
from portal.web.installation import Installation
from tests.makers import MORNING, Cast, Clock, Player

SignIn = Callable[..., tuple[Staff, KeyPair]]


@pytest.fixture
def sign_in(house: Installation, session: Session, clock: Clock) -> SignIn:
    """Sign a player in, with whatever is different."""

    def sign_in(player: Player, **different: str) -> tuple[Staff, KeyPair]:
        right = {
            "username": player.username,
            "password": player.password,
            "totp": pyotp.TOTP(player.totp_secret).at(clock.now),
        }
        return people.sign_in(
            session, house.keystore, now=clock.now, **{**right, **different}
        )

    return sign_in


def at(player: Player, clock: Clock, **by: float) -> str:
    return pyotp.TOTP(player.totp_secret).at(clock.now + timedelta(**by))


def test_the_right_three_open_the_readers_keys(cast: Cast, sign_in: SignIn) -> None:
    staff, pair = sign_in(cast.member)
    assert staff.id == cast.member.staff_id
    assert pair == cast.member.pair
    assert pair.public == staff.public_key
    assert pair.verify_key == staff.verify_key


@pytest.mark.parametrize(
    "wrong",
    [
        {"username": "nobody"},
        {"username": "Member"},
        {"password": "not this one"},
        {"password": ""},
        {"totp": "000000"},
        {"totp": ""},
        {"totp": "不知道"},
    ],
)
def test_one_wrong_of_three_is_refused_alike(
    cast: Cast, sign_in: SignIn, wrong: dict[str, str]
) -> None:
    with pytest.raises(SignInError) as refused:
        sign_in(cast.member, **wrong)
    assert refused.value.sentence == SignInError.sentence


def test_a_code_works_once(cast: Cast, sign_in: SignIn, clock: Clock) -> None:
    code = at(cast.member, clock)
    sign_in(cast.member, totp=code)
    with pytest.raises(SignInError):
        sign_in(cast.member, totp=code)
    clock.goes_on(seconds=30)
    with pytest.raises(SignInError):  # an older one of the window, too
        sign_in(cast.member, totp=code)
    sign_in(cast.member)


def test_a_clock_may_be_one_step_off_and_no_more(
    cast: Cast, sign_in: SignIn, clock: Clock
) -> None:
    for seconds in (-61, 61, -3600):
        with pytest.raises(SignInError):
            sign_in(cast.member, totp=at(cast.member, clock, seconds=seconds))
    sign_in(cast.member, totp=at(cast.member, clock, seconds=-30))
    sign_in(cast.member, totp=at(cast.member, clock, seconds=30))


def test_a_code_is_typed_forgivingly(cast: Cast, sign_in: SignIn, clock: Clock) -> None:
    wide = str.maketrans("0123456789", "０１２３４５６７８９")
    code = at(cast.member, clock).translate(wide)
    sign_in(cast.member, totp=f" {code[:3]} {code[3:]} ")


def test_a_locked_account_cannot_sign_in(
    cast: Cast, sign_in: SignIn, session: Session
) -> None:
    cast.member.staff(session).is_active = False
    with pytest.raises(SignInError):
        sign_in(cast.member)


def test_a_new_password_opens_the_same_keys(
    cast: Cast, sign_in: SignIn, session: Session, clock: Clock
) -> None:
    staff = cast.member.staff(session)
    salt, locked = staff.salt, staff.locked_seed
    people.set_password(staff, cast.member.pair, "巷口的桂花开了三回整")
    assert staff.salt != salt
    assert staff.locked_seed != locked
    with pytest.raises(SignInError):
        sign_in(cast.member)
    _, pair = sign_in(cast.member, password="巷口的桂花开了三回整")
    assert pair == cast.member.pair


def test_a_short_password_is_refused_and_the_old_one_stays(
    cast: Cast, sign_in: SignIn, session: Session
) -> None:
    with pytest.raises(WeakPasswordError):
        people.set_password(
            cast.member.staff(session), cast.member.pair, "九个字符还差一个"
        )
    sign_in(cast.member)


def test_a_username_is_given_once(house: Installation, session: Session) -> None:
    with pytest.raises(NameTakenError):
        people.register(
            session, house.keystore, username="member", name="x", role=Role.UNIT
        )


def test_the_database_alone_holds_neither_seed_nor_totp_secret(
    cast: Cast, house: Installation
) -> None:
    files = [p.read_bytes() for p in house.settings.instance.glob("portal.db*")]
    for player in cast.players.values():
        for secret in (
            player.seed,
            player.password.encode(),
            player.totp_secret.encode(),
        ):
            assert [secret in content for content in files] == [False] * len(files)


def test_staff_that_is_not_there_is_not_found(session: Session) -> None:
    with pytest.raises(NotFoundError):
        people.get_staff(session, 10_000)


# Sessions


@pytest.fixture
def token(cast: Cast, session: Session) -> str:
    staff = cast.member.staff(session)
    return sessions.begin(session, staff, cast.member.pair, now=MORNING)


def test_a_session_gives_the_keys_back_to_its_token(
    cast: Cast, session: Session, token: str
) -> None:
    found = sessions.find(session, token, now=MORNING)
    assert found is not None
    assert found.staff_id == cast.member.staff_id
    assert sessions.keys_in(found, token) == cast.member.pair
    with pytest.raises(sealing.UnreadableError):
        sessions.keys_in(found, "another token")
    assert sessions.find(session, "another token", now=MORNING) is None


def test_a_session_ends_after_a_working_day(session: Session, token: str) -> None:
    just = MORNING + LONGEST_SESSION - timedelta(seconds=1)
    assert sessions.find(session, token, now=just)
    assert sessions.find(session, token, now=MORNING + LONGEST_SESSION) is None


def test_a_session_ends_with_signing_out_and_with_the_account(
    cast: Cast, session: Session, token: str
) -> None:
    staff = cast.member.staff(session)
    staff.is_active = False
    assert sessions.find(session, token, now=MORNING) is None
    staff.is_active = True
    assert sessions.find(session, token, now=MORNING)
    sessions.end(session, token)
    assert sessions.find(session, token, now=MORNING) is None


def test_old_sessions_are_swept_with_the_next_sign_in(
    cast: Cast, session: Session, token: str
) -> None:
    later = MORNING + LONGEST_SESSION + timedelta(seconds=1)
    sessions.begin(session, cast.mate.staff(session), cast.mate.pair, now=later)
    assert session.query(StaffSession).count() == 1


def test_neither_token_nor_seed_lies_in_the_table(
    cast: Cast, session: Session, token: str
) -> None:
    row = session.query(StaffSession).one()
    assert token.encode() not in row.token_hash + row.locked_seed
    assert cast.member.seed not in row.locked_seed


# The table


def test_every_role_and_every_permission_is_in_the_table() -> None:
    assert set(ALLOWED) == set(Role)
    assert set().union(*ALLOWED.values()) == set(Permission)


def test_only_members_of_a_team_read_letters() -> None:
    readers = [r for r in Role if people.permits(r, Permission.READ_LETTERS)]
    assert readers == [Role.MEMBER]


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("permission", list(Permission))
def test_what_is_not_in_the_table_is_refused(
    role: Role, permission: Permission
) -> None:
    if permission in ALLOWED[role]:
        people.require(role, permission)
        return
    with pytest.raises(ForbiddenError):
        people.require(role, permission)


def test_units_leads_and_residents_words_stay_apart() -> None:
    """A unit must never learn who complained; leads go to discipline and the chief."""
    assert ALLOWED[Role.UNIT] == {Permission.RECTIFY}
    assert [r for r in Role if Permission.READ_LEADS in ALLOWED[r]] == [
        Role.CHIEF,
        Role.DISCIPLINE,
    ]
    assert Permission.MANAGE_STAFF not in ALLOWED[Role.OFFICE] | ALLOWED[Role.CHIEF]


# Teams and recusal


def place_ids(session: Session, cast: Cast) -> list[int]:
    return people.places_of(session, cast.round_id, cast.member.staff_id)


def test_a_team_reads_its_own_communities(cast: Cast, session: Session) -> None:
    one, two = place_ids(session, cast)
    (third,) = people.places_of(session, cast.round_id, cast.stranger.staff_id)
    readers = {
        place: [s.username for s in people.readers_of(session, cast.round_id, place)]
        for place in (one, two, third)
    }
    assert readers == {
        one: ["member", "mate", "recused"],
        two: ["member", "mate"],
        third: ["stranger"],
    }
    assert people.places_of(session, cast.round_id, cast.recused.staff_id) == [one]
    assert people.places_of(session, cast.round_id, cast.office.staff_id) == []


def test_recusal_withdraws_reader_and_community(cast: Cast, session: Session) -> None:
    one, two = place_ids(session, cast)
    staff = cast.member.staff(session)
    people.recuse(session, staff, place_id=one, reason="亲属")
    people.recuse(session, staff, place_id=one, reason="亲属在物业")
    assert place_ids(session, cast) == [two]
    assert session.get_one(Recusal, (staff.id, one)).reason == "亲属在物业"
    readers = people.readers_of(session, cast.round_id, one)
    assert staff not in readers


def test_recusal_takes_the_key_away(
    house: Installation, cast: Cast, session: Session
) -> None:
    one, _ = place_ids(session, cast)
    me = cast.member
    round_keys.community_key(
        house.keystore, cast.round_id, one, reader=me.staff_id, pair=me.pair
    )
    round_keys.withdraw(house.keystore, cast.round_id, one, me.staff_id)
    with pytest.raises(NoKeyError):
        round_keys.community_key(
            house.keystore, cast.round_id, one, reader=me.staff_id, pair=me.pair
        )


def test_who_left_or_may_not_read_is_no_reader(cast: Cast, session: Session) -> None:
    one, _ = place_ids(session, cast)
    team_id = session.query(people.TeamPlace).filter_by(place_id=one).one().team_id
    team = session.get_one(people.Team, team_id)
    people.join(session, team, staff=cast.office.staff(session), duty=Duty.STREET)
    cast.mate.staff(session).is_active = False
    readers = people.readers_of(session, cast.round_id, one)
    assert [s.username for s in readers] == ["member", "recused"]


def test_joining_again_changes_the_duty(cast: Cast, session: Session) -> None:
    row = session.query(people.Membership).filter_by(staff_id=cast.mate.staff_id).one()
    team = session.get_one(people.Team, row.team_id)
    people.join(session, team, staff=cast.mate.staff(session), duty=Duty.SPECIALIST)
    session.refresh(row)
    assert row.duty is Duty.SPECIALIST


def test_a_stolen_session_file_is_not_a_cookie(tmp_path: Path) -> None:
    """The twin: a table that kept the token would give the keys to its thief."""
    pair, token = KeyPair.make(), "the token"
    row = StaffSession(
        token_hash=token.encode(),
        staff_id=1,
        locked_seed=sealing.lock(pair.seed, sessions._key(token)),
        expires_at=MORNING,
    )
    assert sessions.keys_in(row, row.token_hash.decode()) == pair
