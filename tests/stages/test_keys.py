"""Keys of a community through the years: new locks, leavers, forgotten passwords."""

from dataclasses import dataclass

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import people, resets, rounds
from portal.intake.records import Letter
from portal.kernel import sealing
from portal.kernel.sealing import KeyPair, UnreadableError
from portal.people import Duty, Role, Team
from portal.places import get_place
from portal.review import letters
from portal.rounds import Phase, RoundPlace, key_holders, keys
from portal.rounds.key_holders import LastKeyError
from portal.rounds.keys import NoKeyError, community_key, generations, holders
from portal.rounds.round import NoReaderError
from portal.web.installation import Installation
from tests.makers import (
    MORNING,
    Cast,
    Player,
    in_phase,
    make_complaint,
    make_player,
    make_reader,
    make_vote,
)

YUNXI, LIUTANG, CHANGDONG = "999001001001", "999001001201", "999001002001"


@dataclass
class Years:
    """The cast's round with letters written as time goes by."""

    session: Session
    house: Installation
    cast: Cast

    def place(self, code: str) -> RoundPlace:
        place = get_place(self.session, code)
        return rounds.round_place(self.session, self.cast.round_id, place.id)

    def letter(self, text: str, code: str = "") -> Letter:
        """A letter that came out of the box now."""
        seen = set(self.session.scalars(select(Letter.id)))
        self.session.commit()
        make_complaint(self.house, code or self.cast.yunxi, text=text)
        self.house.open_letterbox(by="timetable", reason="set hour")
        return next(x for x in self.session.scalars(select(Letter)) if x.id not in seen)

    def read(self, letter: Letter, player: Player) -> str:
        reader = make_reader(self.session, self.house, player)
        return letters.read(self.session, letter, reader=reader).text

    def copied_wraps(self, player: Player, code: str) -> list[bytes]:
        """What somebody could carry home: their wraps, word for word."""
        place = self.place(code)
        folder = f"rounds/{place.round_id}/{place.place_id}"
        names = [
            name
            for name in self.house.keystore.names(folder)
            if name.partition(".")[0] == f"{folder}/{player.staff_id}"
        ]
        return [self.house.keystore.get(name) or b"" for name in names]

    def take_away(self, player: Player, code: str) -> None:
        key_holders.take_away(
            self.session,
            self.house.keystore,
            staff_id=player.staff_id,
            places=[self.place(code)],
        )

    def rotate(self, code: str) -> None:
        keys.rotate(self.session, self.house.keystore, self.place(code))

    def ring(self, player: Player, code: str) -> keys.KeyRing:
        place = self.place(code)
        return community_key(
            self.house.keystore,
            place.round_id,
            place.place_id,
            reader=player.staff_id,
            pair=player.pair,
        )

    def grant(self, giver: Player, to: Player, code: str) -> None:
        place = self.place(code)
        keys.grant(
            self.house.keystore,
            place.round_id,
            place.place_id,
            key=self.ring(giver, code),
            to=to.staff(self.session),
        )


@pytest.fixture
def years(session: Session, house: Installation, cast: Cast) -> Years:
    return Years(session, house, cast)


def opens(letter: Letter, wraps: list[bytes], thief: Player) -> bool:
    """Whether somebody with copied wraps and their own seed reads a letter."""
    for wrap in wraps:
        try:
            KeyPair(thief.pair.open(wrap)).open(letter.sealed)
        except UnreadableError:
            continue
        return True
    return False


# A new lock


def test_a_new_lock_reads_new_letters_and_old_ones(years: Years, cast: Cast) -> None:
    before = years.letter("换锁以前的信")
    was = years.place(YUNXI).public_key
    years.rotate(YUNXI)
    after = years.letter("换锁以后的信")
    assert years.place(YUNXI).public_key != was
    for player in (cast.member, cast.mate):
        assert years.read(before, player) == "换锁以前的信"
        assert years.read(after, player) == "换锁以后的信"
    assert years.ring(cast.member, YUNXI).public == years.place(YUNXI).public_key


def test_a_copied_wrap_is_worthless_behind_a_new_lock(years: Years, cast: Cast) -> None:
    copied = years.copied_wraps(cast.mate, YUNXI)
    before = years.letter("换锁以前的信")
    assert opens(before, copied, cast.mate)  # the leaking twin: the same lock as then
    years.take_away(cast.mate, YUNXI)
    after = years.letter("换锁以后的信")
    assert not opens(after, copied, cast.mate)
    assert years.copied_wraps(cast.mate, YUNXI) == []
    assert years.read(before, cast.member) == "换锁以前的信"
    assert years.read(after, cast.member) == "换锁以后的信"
    with pytest.raises(NoKeyError):
        years.read(before, cast.mate)


def test_taking_the_wrap_without_a_new_lock_leaves_a_copy_good(
    years: Years, cast: Cast
) -> None:
    """The leaking twin: the wrap destroyed, the lock as it was."""
    copied = years.copied_wraps(cast.mate, YUNXI)
    place = years.place(YUNXI)
    keys.withdraw(
        years.house.keystore, place.round_id, place.place_id, cast.mate.staff_id
    )
    assert opens(years.letter("以后的信"), copied, cast.mate)


def test_a_new_lock_makes_no_new_reader(years: Years, cast: Cast) -> None:
    """Whoever composes teams cannot read by putting somebody in and changing locks."""
    puppet = make_player(
        years.house, years.session, username="puppet", role=Role.MEMBER
    )
    team = years.session.scalars(select(Team).where(Team.name == "第一组")).one()
    people.join(
        years.session, team, staff=puppet.staff(years.session), duty=Duty.MEMBER
    )
    years.rotate(YUNXI)
    years.take_away(cast.mate, YUNXI)
    assert puppet.staff_id not in held_by(years, YUNXI)
    with pytest.raises(NoKeyError):
        years.read(years.letter("不给傀儡看"), puppet)


def test_who_joins_after_a_new_lock_is_given_every_key(
    years: Years, cast: Cast
) -> None:
    before = years.letter("换锁以前的信")
    years.rotate(YUNXI)
    years.rotate(YUNXI)
    after = years.letter("换了两次以后的信")
    late = make_player(years.house, years.session, username="late", role=Role.MEMBER)
    team = years.session.scalars(select(Team).where(Team.name == "第一组")).one()
    people.join(years.session, team, staff=late.staff(years.session), duty=Duty.MEMBER)
    years.grant(cast.mate, late, YUNXI)
    assert years.read(before, late) == "换锁以前的信"
    assert years.read(after, late) == "换了两次以后的信"
    place = years.place(YUNXI)
    lacking = key_holders.lacking(
        years.session, years.house.keystore, place.round_id, place.place_id
    )
    assert late.staff_id not in {one.id for one in lacking}


def test_who_holds_new_keys_only_is_told_to_ask_for_the_old(
    years: Years, cast: Cast
) -> None:
    before = years.letter("换锁以前的信")
    place, keystore = years.place(YUNXI), years.house.keystore
    years.rotate(YUNXI)
    keystore.destroy(f"rounds/{place.round_id}/{place.place_id}/{cast.mate.staff_id}")
    with pytest.raises(NoKeyError):
        years.read(before, cast.mate)
    assert years.read(years.letter("以后的信"), cast.mate) == "以后的信"
    where = place.round_id, place.place_id
    lacking = key_holders.lacking(years.session, keystore, *where)
    assert cast.mate.staff_id in {one.id for one in lacking}
    assert key_holders.can_give(
        keystore, *where, giver=cast.member.staff_id, to=cast.mate.staff_id
    )
    assert not key_holders.can_give(
        keystore, *where, giver=cast.mate.staff_id, to=cast.member.staff_id
    )
    years.grant(cast.member, cast.mate, YUNXI)
    assert years.read(before, cast.mate) == "换锁以前的信"


def test_what_a_whole_ring_does_not_open_is_damaged(years: Years, cast: Cast) -> None:
    ring = years.ring(cast.member, YUNXI)
    with pytest.raises(UnreadableError):
        ring.open(sealing.seal(b"x", KeyPair.make().public))


def test_a_lock_is_not_changed_where_nobody_could_open_it(
    years: Years, cast: Cast
) -> None:
    place = years.place(CHANGDONG)
    was = place.public_key
    keys.withdraw(
        years.house.keystore, place.round_id, place.place_id, cast.stranger.staff_id
    )
    with pytest.raises(NoReaderError):
        years.rotate(CHANGDONG)
    assert place.public_key == was


# Leaving


def test_the_last_holder_of_an_old_key_does_not_leave(years: Years, cast: Cast) -> None:
    """The newest key alone would leave the letters before it shut for ever."""
    before = years.letter("换锁以前的信")
    place, keystore = years.place(YUNXI), years.house.keystore
    years.take_away(cast.recused, YUNXI)
    keystore.destroy(f"rounds/{place.round_id}/{place.place_id}/{cast.mate.staff_id}")
    with pytest.raises(LastKeyError):
        years.take_away(cast.member, YUNXI)
    assert years.read(before, cast.member) == "换锁以前的信"


def test_a_stopped_account_loses_its_keys_and_every_lock_is_changed(
    years: Years, cast: Cast
) -> None:
    copied = years.copied_wraps(cast.mate, YUNXI)
    mate = cast.mate.staff(years.session)
    mate.is_active = False
    kept = key_holders.take_away_what_others_hold(
        years.session, years.house.keystore, mate
    )
    assert kept == []
    for code in (YUNXI, LIUTANG):
        assert cast.mate.staff_id not in held_by(years, code)
    assert not opens(years.letter("停用以后的信"), copied, cast.mate)
    assert not opens(years.letter("村里的信", cast.liutang), copied, cast.mate)


def test_a_stopped_account_keeps_what_nobody_else_could_open(
    years: Years, cast: Cast
) -> None:
    before = years.letter("厂里的信", cast.changdong)
    stranger = cast.stranger.staff(years.session)
    stranger.is_active = False
    kept = key_holders.take_away_what_others_hold(
        years.session, years.house.keystore, stranger
    )
    assert [place.name for place in kept] == ["厂东社区"]
    stranger.is_active = True
    assert years.read(before, cast.stranger) == "厂里的信"


# A forgotten password


def reset(years: Years, player: Player) -> Player:
    """The account after its reset, signed in with the password that was shown."""
    staff = player.staff(years.session)
    password, totp = resets.reset(
        years.session, years.house.keystore, staff, by="admin", now=MORNING
    )
    key = sealing.password_key(password, staff.salt)
    seed = sealing.unlock(staff.locked_seed, key)
    return Player(staff.id, staff.username, password, totp, seed)


def test_what_a_reset_loses_is_known_before(years: Years, cast: Cast) -> None:
    years.letter("厂里的信", cast.changdong)
    years.letter("又一封", cast.changdong)
    keystore = years.house.keystore
    mate = resets.loss(years.session, keystore, cast.mate.staff(years.session))
    assert (mate.handed_back, mate.lost, mate.votes) == (["云溪社区", "柳塘村"], [], [])
    alone = resets.loss(years.session, keystore, cast.stranger.staff(years.session))
    assert (alone.handed_back, alone.lost) == ([], [("厂东社区", 2)])
    nobody = resets.loss(years.session, keystore, cast.office.staff(years.session))
    assert (nobody.handed_back, nobody.lost) == ([], [])


def test_a_reset_loses_nothing_that_a_mate_can_give_back(
    years: Years, cast: Cast
) -> None:
    before = years.letter("重设以前的信")
    mate = reset(years, cast.mate)
    after = years.letter("重设以后的信")
    for letter in (before, after):
        with pytest.raises(NoKeyError):
            years.read(letter, mate)
    years.grant(cast.member, mate, YUNXI)
    assert years.read(before, mate) == "重设以前的信"
    assert years.read(after, mate) == "重设以后的信"


def test_a_reset_of_the_only_reader_loses_old_letters_and_only_those(
    years: Years, cast: Cast
) -> None:
    before = years.letter("厂里的信", cast.changdong)
    stranger = reset(years, cast.stranger)
    after = years.letter("重设以后的信", cast.changdong)
    with pytest.raises(UnreadableError):
        years.read(before, stranger)
    with pytest.raises(NoKeyError):
        years.read(after, cast.stranger)  # the old password's keys
    assert years.read(after, stranger) == "重设以后的信"


def test_old_password_and_cookie_open_nothing_after_a_reset(
    years: Years, cast: Cast
) -> None:
    staff, now = cast.mate.staff(years.session), years.house.clock()
    token = people.sessions.begin(years.session, staff, cast.mate.pair, now=now)
    reset(years, cast.mate)
    assert people.sessions.find(years.session, token, now=now) is None
    old = sealing.password_key(cast.mate.password, staff.salt)
    with pytest.raises(UnreadableError):
        sealing.unlock(staff.locked_seed, old)


def test_a_closer_needed_for_the_count_is_named_before_a_reset(
    years: Years, cast: Cast
) -> None:
    years.session.commit()
    in_phase(years.house, cast.round_id, Phase.VOTING)
    make_vote(years.house, cast)
    years.session.expire_all()
    chief = cast.chief.staff(years.session)
    loss = resets.loss(years.session, years.house.keystore, chief)
    assert loss.votes == ["示例区第一轮巡察"]


# Recovery by destroying


def test_a_round_destroyed_is_destroyed_in_every_generation(
    years: Years, cast: Cast
) -> None:
    before = years.letter("换锁以前的信")
    years.rotate(YUNXI)
    after = years.letter("换锁以后的信")
    keys.destroy_texts(years.house.keystore, cast.round_id)
    place = years.place(YUNXI)
    assert generations(years.house.keystore, place.round_id, place.place_id) == {}
    for letter in (before, after):
        for player in (cast.member, cast.mate):
            with pytest.raises(NoKeyError):
                years.read(letter, player)


def held_by(years: Years, code: str) -> set[int]:
    place = years.place(code)
    return holders(years.house.keystore, place.round_id, place.place_id)
