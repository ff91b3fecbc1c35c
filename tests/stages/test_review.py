"""Letters on the desk: keys, recusal, the log, dialogue, the inbox."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.intake.receipts import UnknownReceiptError
from portal.intake.records import Letter, LetterState
from portal.kernel import codes
from portal.kernel.audit import AuditEntry, first_break
from portal.kernel.errors import NotFoundError
from portal.kernel.sealing import KeyPair
from portal.people import readers_of
from portal.review import inbox, letters
from portal.review.dialogue import Progress, standing
from portal.review.letters import EmptyWordsError, Reader, WrongLetterMoveError
from portal.rounds import keys
from portal.rounds.keys import NoKeyError
from portal.web.installation import Installation
from tests.makers import Cast, make_complaint, make_reader
from tests.stages.review_scenes import CANARY, Scene


@pytest.fixture
def scene(session: Session, house: Installation, cast: Cast) -> Scene:
    return Scene(session, house, cast)


def actions(session: Session) -> list[tuple[str, str]]:
    rows = session.scalars(select(AuditEntry).order_by(AuditEntry.number))
    return [(row.actor, row.action) for row in rows]


def test_a_member_reads_a_letter_of_their_community(scene: Scene) -> None:
    opened = letters.read(
        scene.session, scene.letter(), reader=scene.reader(scene.cast.member)
    )
    assert opened.text == CANARY
    assert opened.has_contact is False
    assert opened.letter.state is LetterState.WORKING


def test_the_recused_the_stranger_and_the_office_have_no_key(scene: Scene) -> None:
    letter = scene.letter(code=scene.cast.liutang)
    for name in ("recused", "stranger", "office", "chief", "admin", "unit"):
        reader = scene.reader(getattr(scene.cast, name))
        with pytest.raises(NoKeyError):
            letters.read(scene.session, letter, reader=reader)
        with pytest.raises(NoKeyError):
            letters.words_of(letter, reader=reader)
    assert letters.read(
        scene.session, letter, reader=scene.reader(scene.cast.mate)
    ).text


def test_no_wrap_lies_in_the_key_store_for_the_recused_or_the_stranger(
    scene: Scene,
) -> None:
    place = scene.place_id("999001001201")
    holders = keys.holders(scene.house.keystore, scene.cast.round_id, place)
    assert holders == {scene.cast.member.staff_id, scene.cast.mate.staff_id}
    entitled = readers_of(scene.session, scene.cast.round_id, place)
    assert holders == {one.id for one in entitled}


def test_somebody_elses_wrap_does_not_open_with_ones_own_pair(scene: Scene) -> None:
    letter = scene.letter()
    member = scene.reader(scene.cast.member)
    thief = Reader(
        staff=member.staff,
        pair=KeyPair.make(),
        keystore=member.keystore,
        now=member.now,
        today=member.today,
    )
    with pytest.raises(NoKeyError):
        letters.read(scene.session, letter, reader=thief)


def test_a_letter_of_another_team_is_not_found(scene: Scene) -> None:
    letter = scene.letter(code=scene.cast.liutang)
    for name in ("recused", "stranger", "office"):
        staff_id = getattr(scene.cast, name).staff_id
        with pytest.raises(NotFoundError):
            letters.get_letter(scene.session, letter.id, staff_id=staff_id)


def test_every_reading_is_one_entry_of_a_sound_log(scene: Scene) -> None:
    letter = scene.letter()
    before = len(actions(scene.session))
    for name in ("member", "mate", "member"):
        reader = scene.reader(getattr(scene.cast, name))
        letters.read(scene.session, letter, reader=reader)
    assert actions(scene.session)[before:] == [
        ("member", "letter.read"),
        ("mate", "letter.read"),
        ("member", "letter.read"),
    ]
    assert first_break(scene.session) is None


def test_a_refused_reading_leaves_neither_entry_nor_state(scene: Scene) -> None:
    letter = scene.letter()
    before = actions(scene.session)
    with pytest.raises(NoKeyError):
        letters.read(scene.session, letter, reader=scene.reader(scene.cast.stranger))
    assert actions(scene.session) == before
    assert letter.state is LetterState.UNREAD


def test_nothing_of_a_letter_stands_in_the_log(scene: Scene) -> None:
    letter = scene.letter(contact="老王 000-1111")
    member = scene.reader(scene.cast.member)
    letters.read(scene.session, letter, reader=member)
    letters.read_contact(scene.session, letter, reader=member, reason="约时间")
    letters.reply(scene.session, letter, reader=member, text="请问哪个单元？")
    letters.note(scene.session, letter, reader=member, text="周三去看。")
    log = scene.session.scalars(select(AuditEntry)).all()
    written = "".join(f"{e.actor}{e.action}{e.subject}{e.reason}" for e in log)
    for word in (CANARY, "老王", "单元", "周三"):
        assert word not in written
    assert leaks(f"{written}{CANARY}")


def leaks(text: str) -> bool:
    return CANARY in text


def test_the_contact_is_read_with_a_reason_only(scene: Scene) -> None:
    letter = scene.letter(contact="老王 000-1111")
    member = scene.reader(scene.cast.member)
    with pytest.raises(EmptyWordsError):
        letters.read_contact(scene.session, letter, reader=member, reason=" ")
    found = letters.read_contact(scene.session, letter, reader=member, reason="核实")
    assert found == "老王 000-1111"
    with pytest.raises(NotFoundError):
        letters.read_contact(
            scene.session, scene.letter("别的"), reader=member, reason="x"
        )


def test_replies_are_read_by_the_receipt_and_by_the_team(scene: Scene) -> None:
    receipt = make_complaint(scene.house, scene.cast.yunxi, text="路灯坏了。")
    assert (
        standing(scene.session, scene.house.door, typed=receipt).progress
        is Progress.IN_BOX
    )
    scene.session.commit()
    scene.house.open_letterbox(by="office", reason="test")
    letter = scene.session.scalars(select(Letter)).one()
    member = scene.reader(scene.cast.member)
    letters.read(scene.session, letter, reader=member)
    letters.reply(scene.session, letter, reader=member, text="已报修。")
    letters.reply(scene.session, letter, reader=member, text="修好了吗？")
    told = standing(scene.session, scene.house.door, typed=receipt)
    assert told.replies == (
        (member.today, "已报修。"),
        (member.today, "修好了吗？"),
    )
    mate = letters.read(scene.session, letter, reader=scene.reader(scene.cast.mate))
    assert [text for _, text in mate.replies] == ["已报修。", "修好了吗？"]


def test_a_receipt_nobody_got_finds_nothing(scene: Scene) -> None:
    typed = codes.with_check_digits("123456789012345678")
    with pytest.raises(UnknownReceiptError):
        standing(scene.session, scene.house.door, typed=typed)


def test_a_letter_moves_along_its_table(scene: Scene) -> None:
    letter, member = scene.letter(), scene.reader(scene.cast.member)
    with pytest.raises(WrongLetterMoveError):
        letters.move(scene.session, letter, to=LetterState.CLOSED, reader=member)
    letters.read(scene.session, letter, reader=member)
    for state in (LetterState.ASKED, LetterState.PASSED_ON, LetterState.CLOSED):
        letters.move(scene.session, letter, to=state, reader=member)
    letters.move(scene.session, letter, to=LetterState.WORKING, reader=member)
    assert letter.state is LetterState.WORKING


def wanted(scene: Scene, name: str, **given: object) -> inbox.Wanted:
    staff_id = getattr(scene.cast, name).staff_id
    return inbox.Wanted(round_id=scene.cast.round_id, staff_id=staff_id, **given)  # type: ignore[arg-type]


def test_the_inbox_has_ones_own_communities_only(scene: Scene) -> None:
    here = scene.letter("云溪的信")
    there = scene.letter("柳塘的信", code=scene.cast.liutang)
    scene.letter("厂东的信", code=scene.cast.changdong)
    rows = {
        name: {row.id for row in inbox.inbox(scene.session, wanted(scene, name))}
        for name in ("member", "recused", "office")
    }
    assert rows == {
        "member": {here.id, there.id},
        "recused": {here.id},
        "office": set(),
    }


def test_a_filter_by_a_foreign_community_finds_nothing(scene: Scene) -> None:
    scene.letter("厂东的信", code=scene.cast.changdong)
    place = scene.place_id("999001002001")
    asked = wanted(scene, "member", place_id=place)
    assert inbox.inbox(scene.session, asked) == []
    assert sum(inbox.counts(scene.session, asked).values()) == 0


def test_the_inbox_counts_every_state_and_shows_the_wanted_one(scene: Scene) -> None:
    letter = scene.letter("一")
    scene.letter("二")
    letters.read(scene.session, letter, reader=scene.reader(scene.cast.member))
    asked = wanted(scene, "mate", state=LetterState.WORKING)
    assert [row.id for row in inbox.inbox(scene.session, asked)] == [letter.id]
    counts = inbox.counts(scene.session, asked)
    assert counts[LetterState.UNREAD] == counts[LetterState.WORKING] == 1


def test_the_inbox_does_not_fetch_what_is_sealed(scene: Scene) -> None:
    scene.letter()
    scene.session.expunge_all()
    row = inbox.inbox(scene.session, wanted(scene, "member"))[0]
    assert {"sealed", "reply_key"}.isdisjoint(vars(row))
    whole = scene.session.get_one(Letter, row.id, populate_existing=True)
    assert "sealed" in vars(whole)


def test_remarks_need_the_key_and_are_logged_with_their_number(
    scene: Scene, session: Session, house: Installation, cast: Cast
) -> None:
    place = scene.place_id("999001001001")
    member = make_reader(session, house, cast.member)
    assert letters.remarks(session, cast.round_id, place, reader=member) == []
    assert actions(session)[-1] == ("member", "remarks.read")
    with pytest.raises(NoKeyError):
        letters.remarks(
            session,
            cast.round_id,
            place,
            reader=make_reader(session, house, cast.stranger),
        )
