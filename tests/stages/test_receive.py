"""The one write gate: what it takes, what it refuses, and what lies in the box then."""

import json
from base64 import b64decode
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.orm import Session

from portal import entrances
from portal.entrances import ChannelKind, entrance_by_staff
from portal.intake import receive
from portal.intake.receipts import keys_of
from portal.intake.receive import Arrival, Complaint
from portal.kernel.sealing import KeyPair, unpad
from portal.questionnaires.frozen import questionnaire_of
from portal.questionnaires.walk import Walk
from portal.rounds import Phase
from portal.rounds.keys import community_key
from portal.web.installation import Installation
from tests.makers import Cast, make_arrival, make_complaint

LETTER = Complaint(category="property", text="电动车占道半年了。", contact="000-0000")


def in_box(house: Installation) -> list[dict[str, Any]]:
    """What lies in the box, by the key of the coming opening."""
    number = int(house.keystore.names("letterbox")[-1].partition("/")[2])
    messages = house.door.box.content(number).messages
    return [json.loads(message) for message in messages.values()]


def key_of(house: Installation, cast: Cast, code: str) -> KeyPair:
    """The community's key as its team leader opens it."""
    with house.sessions() as session:
        place_id = entrances.entrance(session, code).place_id
    return community_key(
        house.keystore,
        cast.round_id,
        place_id,
        reader=cast.member.staff_id,
        pair=cast.member.pair,
    )


def words(key: KeyPair, sealed: str) -> str:
    return unpad(key.open(b64decode(sealed))).decode()


def answer(
    house: Installation,
    session: Session,
    arrival: Arrival,
    posted: Mapping[str, Sequence[str]],
    *,
    revision: str = "",
) -> Walk:
    frozen = questionnaire_of(session, arrival.entrance.round_id)
    return receive.receive_answers(
        session,
        house.door,
        arrival=arrival,
        revision=revision or frozen.revision,
        posted={k: [v] if isinstance(v, str) else v for k, v in posted.items()},
    )


def test_a_letter_is_sealed_to_the_community_and_its_contact_apart(
    house: Installation, cast: Cast
) -> None:
    receipt = make_complaint(house, cast.yunxi, text="路灯不亮", contact="000-0000")
    (item,) = in_box(house)
    key, keys = key_of(house, cast, cast.yunxi), keys_of(house.door.pepper, receipt)
    assert words(key, item.pop("text")) == "路灯不亮"
    assert words(key, item.pop("contact")) == "000-0000"
    with house.sessions() as session:
        place_id = entrances.entrance(session, cast.yunxi).place_id
    assert item == {
        "what": "letter",
        "category": "property",
        "round": cast.round_id,
        "place": place_id,
        "flags": [],
        "lookup": keys.lookup.hex(),
        "reply_key": keys.pair.public.hex(),
    }


def test_answers_carry_the_kind_of_channel_and_nothing_of_the_entrance(
    house: Installation, cast: Cast, session: Session
) -> None:
    arrival = make_arrival(session, cast.yunxi)
    answer(house, session, arrival, {"overall": "good", "more": "一句话"})
    (item,) = in_box(house)
    ((question, sealed),) = item.pop("texts")
    assert question == "more"
    assert words(key_of(house, cast, cast.yunxi), sealed) == "一句话"
    assert item == {
        "what": "answers",
        "channel": "owners_group",
        "revision": questionnaire_of(session, cast.round_id).revision,
        "ticks": {"overall": "good"},
        "round": cast.round_id,
        "place": arrival.entrance.place_id,
        "flags": [],
    }
    assert cast.yunxi not in json.dumps(item)


@pytest.mark.parametrize("phase", list(Phase))
def test_each_phase_takes_what_its_table_says(
    house: Installation, cast: Cast, session: Session, phase: Phase
) -> None:
    open_now = make_arrival(session, cast.yunxi)
    arrival = replace(open_now, entrance=replace(open_now.entrance, phase=phase))
    taken = []
    try:
        receive.receive_complaint(house.door, arrival=arrival, complaint=LETTER)
        taken.append("letter")
    except receive.NotCollectingError:
        pass
    try:
        answer(house, session, arrival, {"overall": "good"})
        taken.append("answers")
    except receive.NotCollectingError:
        pass
    assert taken == {
        Phase.COLLECTING: ["letter", "answers"],
        Phase.REVIEWING: ["letter"],
    }.get(phase, [])
    assert house.door.box.waiting() == len(taken)


@pytest.mark.parametrize("phase", list(Phase))
def test_paper_is_taken_until_the_review_ends_and_answers_at_the_door_are_not(
    house: Installation, cast: Cast, session: Session, phase: Phase
) -> None:
    taken = []
    for name, kind in (("member", ChannelKind.VISIT), ("entry", ChannelKind.PAPER)):
        entrance = entrance_by_staff(
            session,
            cast.players[name].staff(session),
            cast.round_id,
            place_code="999001001001",
            kind=kind,
        )
        arrival = receive.Arrival(entrance=replace(entrance, phase=phase), nonce=name)
        try:
            answer(house, session, arrival, {"overall": "good"})
            taken.append(kind.value)
        except receive.NotCollectingError:
            pass
    assert taken == {
        Phase.COLLECTING: ["visit", "paper"],
        Phase.REVIEWING: ["paper"],
    }.get(phase, [])
    assert house.door.box.waiting() == len(taken)


def test_a_community_without_a_key_takes_nothing(
    house: Installation, cast: Cast, session: Session
) -> None:
    arrival = make_arrival(session, cast.yunxi)
    bare = replace(arrival, entrance=replace(arrival.entrance, public_key=None))
    with pytest.raises(receive.NotCollectingError):
        receive.receive_complaint(house.door, arrival=bare, complaint=LETTER)
    with pytest.raises(receive.NotCollectingError):
        answer(house, session, bare, {"overall": "good"})
    assert house.door.box.waiting() == 0


def test_answers_that_cannot_be_taken_are_named_and_nothing_is_kept(
    house: Installation, cast: Cast, session: Session
) -> None:
    arrival = make_arrival(session, cast.yunxi)
    with pytest.raises(receive.AnswersError) as refused:
        answer(house, session, arrival, {"overall": "sideways", "more": "一" * 1001})
    assert sorted(refused.value.errors) == ["more", "overall"]
    assert house.door.box.waiting() == 0


def test_another_revision_is_refused(
    house: Installation, cast: Cast, session: Session
) -> None:
    arrival = make_arrival(session, cast.yunxi)
    with pytest.raises(receive.QuestionnaireChangedError):
        answer(house, session, arrival, {"overall": "good"}, revision="0" * 64)
    assert house.door.box.waiting() == 0


def test_hidden_answers_are_dropped(
    house: Installation, cast: Cast, session: Session
) -> None:
    """`errand_why` applies only to somebody whose errand failed."""
    arrival = make_arrival(session, cast.yunxi)
    posted = {"errand_why": ["papers", "else"], "errand_why.else": "没人接电话"}
    answer(house, session, arrival, {"errand": "smooth", **posted})
    (item,) = in_box(house)
    assert (item["ticks"], item["texts"]) == ({"errand": "smooth"}, [])


def test_shown_answers_are_kept(
    house: Installation, cast: Cast, session: Session
) -> None:
    """The twin of the test above: the same fields where they apply."""
    arrival = make_arrival(session, cast.yunxi)
    posted = {"errand_why": ["papers", "else"], "errand_why.else": "没人接电话"}
    answer(house, session, arrival, {"errand": "failed", **posted})
    (item,) = in_box(house)
    assert item["ticks"] == {"errand": "failed", "errand_why": ["papers", "else"]}
    assert [question for question, _ in item["texts"]] == ["errand_why.else"]


def test_a_question_of_another_kind_of_community_is_not_taken(
    house: Installation, cast: Cast, session: Session
) -> None:
    arrival = make_arrival(session, cast.yunxi)
    answer(house, session, arrival, {"overall": "good", "rural_assets": "clear"})
    assert in_box(house)[0]["ticks"] == {"overall": "good"}
    rural = make_arrival(session, cast.liutang)
    answer(house, session, rural, {"rural_assets": "clear"})
    assert {"rural_assets": "clear"} in [item["ticks"] for item in in_box(house)]


def test_the_same_form_sent_twice_is_kept_once(
    house: Installation, cast: Cast, session: Session
) -> None:
    arrival = make_arrival(session, cast.yunxi, nonce="form")
    for _ in range(2):
        answer(house, session, arrival, {"overall": "good", "more": "一句话"})
    first = receive.receive_complaint(house.door, arrival=arrival, complaint=LETTER)
    again = receive.receive_complaint(house.door, arrival=arrival, complaint=LETTER)
    assert first == again
    assert house.door.box.waiting() == 2


@pytest.mark.parametrize(
    "change",
    [
        {"text": "是另一件事。"},
        {"category": "other"},
        {"contact": ""},
        {"is_urgent": True},
    ],
)
def test_other_content_on_the_same_form_is_another_letter(
    house: Installation, cast: Cast, session: Session, change: dict[str, Any]
) -> None:
    arrival = make_arrival(session, cast.yunxi, nonce="form")
    other = replace(LETTER, **change)
    first = receive.receive_complaint(house.door, arrival=arrival, complaint=LETTER)
    second = receive.receive_complaint(house.door, arrival=arrival, complaint=other)
    assert first != second
    assert house.door.box.waiting() == 2


def test_other_ticks_on_the_same_form_are_other_answers(
    house: Installation, cast: Cast, session: Session
) -> None:
    arrival = make_arrival(session, cast.yunxi, nonce="form")
    answer(house, session, arrival, {"overall": "good"})
    answer(house, session, arrival, {"overall": "bad"})
    assert house.door.box.waiting() == 2


def test_two_neighbours_with_the_same_words_are_two_letters(
    house: Installation, cast: Cast
) -> None:
    assert make_complaint(house, cast.yunxi) != make_complaint(house, cast.yunxi)
    assert house.door.box.waiting() == 2


def test_invisible_signs_do_not_make_another_letter(
    house: Installation, cast: Cast
) -> None:
    plain = make_complaint(house, cast.yunxi, text="路灯不亮", nonce="form")
    odd = make_complaint(house, cast.yunxi, text=" 路\u200b灯不亮\r\n", nonce="form")
    assert plain == odd
    assert house.door.box.waiting() == 1


@pytest.mark.parametrize("text", ["", "  \n\u3000", "\u200b\u202e", "<b></b>"])
def test_a_letter_without_a_visible_word_is_refused(
    house: Installation, cast: Cast, text: str
) -> None:
    with pytest.raises(receive.EmptyLetterError) as refused:
        make_complaint(house, cast.yunxi, text=text)
    assert list(refused.value.errors) == ["text"]


def test_a_long_letter_is_told_by_how_much(house: Installation, cast: Cast) -> None:
    make_complaint(house, cast.yunxi, text="一" * receive.LONGEST_LETTER)
    with pytest.raises(receive.LongLetterError) as refused:
        make_complaint(house, cast.yunxi, text="一" * (receive.LONGEST_LETTER + 3))
    assert "3 个字" in refused.value.errors["text"]


def test_a_long_contact_is_refused_and_not_cut(house: Installation, cast: Cast) -> None:
    make_complaint(house, cast.yunxi, contact="1" * receive.LONGEST_CONTACT)
    with pytest.raises(receive.LongContactError) as refused:
        make_complaint(house, cast.yunxi, contact="1" * (receive.LONGEST_CONTACT + 1))
    assert list(refused.value.errors) == ["contact"]
    assert house.door.box.waiting() == 1
