"""The one write gate: whatever way a submission came, it goes through here.

    open? → typed answers walked → cleaned → paid for → sealed to the community
    → letterbox

Idempotent: the item's key follows from the form's nonce *and* the content, so the
same form sent twice is kept once, and other words on a shared phone are another
letter with another receipt. What is sent again costs nothing.
"""

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from portal.entrances import Entrance
from portal.intake import receipts, sanitize
from portal.intake.box_rows import Compartment
from portal.intake.budget import FREE, Budget, Flag
from portal.intake.letterbox import Letterbox
from portal.kernel import codes, sealing
from portal.kernel.errors import ConflictError, InvalidError
from portal.questionnaires.frozen import definition_of
from portal.questionnaires.walk import Walk, walk
from portal.rounds.phases import PublicAct

LONGEST_LETTER = 5000  # characters; three pages by hand
LONGEST_CONTACT = 100
_JSON = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


class NotCollectingError(ConflictError):
    """The round takes nothing of this kind in its phase."""

    sentence = "这一轮的征集已经结束，没有投进去。您写的字还在下面，可以复制下来。"


class NotOpenError(ConflictError):
    """Somebody opens a form in a phase that does not take it."""

    sentence = (
        "这会儿不收了：征集还没开始，或者已经结束。回到社区首页，看看现在能做什么。"
    )


class QuestionnaireChangedError(ConflictError):
    """The answers belong to another revision."""

    sentence = "问卷已更新，您勾过的都还在，请再看一遍后提交。"


class AnswersError(InvalidError):
    """Some answers cannot be taken as they are; `errors` says which."""

    sentence = "有几道题要再看一下，已经用红字标出来了。"

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__()
        self.errors = errors


class EmptyLetterError(AnswersError):
    """A letter without words."""

    def __init__(self) -> None:
        super().__init__({"text": "还没有写内容。写一句话也行：什么地方，什么事。"})


class LongLetterError(AnswersError):
    """A letter beyond the limit."""

    def __init__(self, length: int) -> None:
        over = length - LONGEST_LETTER
        super().__init__({"text": f"写多了 {over} 个字，请删短些，或分成两封信。"})


class LongContactError(AnswersError):
    """A contact beyond the limit: cut, it would reach nobody."""

    def __init__(self) -> None:
        sentence = f"联系方式太长了，最多 {LONGEST_CONTACT} 个字，写一个电话就够。"
        super().__init__({"contact": sentence})


@dataclass(frozen=True)
class Door:
    """What the gate needs of the installation."""

    box: Letterbox
    pepper: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """How a submission came: the entrance, the form's nonce, what looked odd.

    Without a budget it is free: staff type paper forms in by the pile.
    """

    entrance: Entrance
    nonce: str
    flags: tuple[Flag, ...] = ()
    budget: Budget | None = None


@dataclass(frozen=True, kw_only=True)
class Complaint:
    """A filled complaint form, as typed."""

    category: str
    text: str
    contact: str = ""
    is_urgent: bool = False


def receive_answers(
    session: Session,
    door: Door,
    *,
    arrival: Arrival,
    revision: str,
    posted: Mapping[str, Sequence[str]],
) -> Walk:
    """Take one questionnaire; ticks and texts part at the opening.

    Raises NotCollectingError, QuestionnaireChangedError, AnswersError,
    PuzzleNeededError.
    """
    entrance = arrival.entrance
    _require(arrival, entrance.answering)
    facts = entrance.facts
    definition = definition_of(session, entrance.revision, facts=facts)
    if entrance.answering is PublicAct.ANSWER_ON_PAPER:
        definition = definition.on_paper
    if revision != entrance.revision:
        raise QuestionnaireChangedError
    walked = walk(definition, posted, facts)
    if walked.errors:
        raise AnswersError(walked.errors)
    texts = cleaned(walked)
    message = {
        "what": "answers",
        "channel": entrance.channel_kind,
        "revision": revision,
        "ticks": walked.ticks,
        "texts": [[q, _sealed(arrival, text)] for q, text in texts.items()],
    }
    content = _canonical([revision, walked.ticks, texts])
    key = codes.mac(door.pepper, b"answers", arrival.nonce.encode(), content)
    _drop(door, key, arrival=arrival, message=message, texts=list(texts.values()))
    return walked


def cleaned(walked: Walk) -> dict[str, str]:
    """What was typed as it is sealed, by field name; nothing where no word is left."""
    texts = {q: sanitize.plain_text(text) for q, text in walked.texts.items()}
    texts |= {q: sanitize.one_line(text) for q, text in walked.contact.items()}
    return {q: text for q, text in texts.items() if text}


def receive_complaint(door: Door, *, arrival: Arrival, complaint: Complaint) -> str:
    """Take one letter; gives its receipt, the same one if it was sent before.

    Raises NotCollectingError, EmptyLetterError, LongLetterError, LongContactError,
    PuzzleNeededError.
    """
    _require(arrival, PublicAct.COMPLAIN)
    text = sanitize.plain_text(complaint.text)
    contact = sanitize.one_line(complaint.contact)
    if not text:
        raise EmptyLetterError
    if len(text) > LONGEST_LETTER:
        raise LongLetterError(len(text))
    if len(contact) > LONGEST_CONTACT:
        raise LongContactError
    told = [arrival.entrance.place_code, complaint.category, text, contact]
    content = _canonical([*told, *(["urgent"] if complaint.is_urgent else [])])
    receipt = receipts.receipt_for(door.pepper, arrival.nonce, content)
    keys = receipts.keys_of(door.pepper, receipt)
    message: dict[str, Any] = {
        "what": "letter",
        "category": complaint.category,
        "text": _sealed(arrival, text),
        "contact": _sealed(arrival, contact) if contact else None,
        "lookup": keys.lookup.hex(),
        "reply_key": keys.pair.public.hex(),
    }
    if complaint.is_urgent:
        message["urgent"] = True
    key = box_key(keys.lookup)
    _drop(door, key, arrival=arrival, message=message, texts=[text])
    return receipt


def box_key(lookup: bytes) -> bytes:
    """The key a letter has while it waits in the box."""
    return sealing.derive(lookup, "letterbox")


def _require(arrival: Arrival, act: PublicAct) -> None:
    if not arrival.entrance.allows(act) or arrival.entrance.public_key is None:
        raise NotCollectingError


def _sealed(arrival: Arrival, text: str) -> str:
    key = arrival.entrance.public_key
    if key is None:
        raise NotCollectingError
    return b64encode(sealing.seal(sealing.pad(text.encode()), key)).decode()


def _drop(
    door: Door,
    key: bytes,
    *,
    arrival: Arrival,
    message: dict[str, Any],
    texts: Sequence[str],
) -> None:
    """Let a message fall into the box, once, and pay for it, once."""
    if door.box.knows(key):
        return
    entrance, spent = arrival.entrance, FREE
    if arrival.budget:
        spent = arrival.budget.spend(entrance, key, texts=texts)
    message["round"] = entrance.round_id
    message["place"] = entrance.place_id
    message["flags"] = sorted({*arrival.flags, *spent.flags})
    is_kept = False
    try:
        is_urgent = message.get("urgent", False)
        into = Compartment.URGENT if is_urgent else Compartment.ORDINARY
        is_kept = door.box.drop(key, _canonical(message), into)
    finally:
        if not is_kept:
            spent.give_back()


def _canonical(value: object) -> bytes:
    return _JSON.encode(value).encode()
