"""补充: what the holder of a receipt sends after the letter, through the same gate.

    receipt → letter's community → round open? → cleaned → sealed to the community,
    and once more to the receipt → letterbox

The server opens neither; where the letter itself still waits in the box, only the
outer layer of that one item is opened, to learn its community. An addition waits,
is shuffled and dated like a letter, and finds its letter at the opening.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.intake import receipts, sanitize
from portal.intake.receive import LONGEST_LETTER, AnswersError, Door, box_key
from portal.intake.records import Addition, AdditionKind, Letter
from portal.kernel import codes, sealing
from portal.kernel.errors import ConflictError, InvalidError
from portal.rounds import Phase, Round, RoundPlace
from portal.rounds.phases import PublicAct, allows

MOST_PICTURES = 3  # of one letter
MOST_WAITING = 20  # additions of one letter between two openings
LARGEST_PICTURE = 4 * 65536 - 1  # bytes; every picture is sealed as if it had them
_BUCKET = 1  # byte of its letter in an item's key: one in 256 shares it by chance


class Resolution(StrEnum):
    """「解决了吗」."""

    RESOLVED = "resolved"  # 已解决
    PARTLY = "partly"  # 部分解决
    UNRESOLVED = "unresolved"  # 未解决
    UNCLEAR = "unclear"  # 不清楚


class NotAddableError(ConflictError):
    """The round was put away, or its texts were destroyed."""

    sentence = "这一轮已经归档，不能再补充了。您写的还在下面，可以复制下来。"


class TooManyAdditionsError(ConflictError):
    """More than anybody reads at once."""

    sentence = "这封信补充得够多了，等下次开箱以后再来。您写的还在下面。"


class TooManyPicturesError(ConflictError):
    """The letter has its pictures."""

    sentence = "一封信最多放三张照片，这封信已经满了。"


class LargePictureError(InvalidError):
    """Beyond the size every picture is sealed in."""

    sentence = "这张图片太大了，请换一张小些的。"


class EmptyAdditionError(AnswersError):
    """An addition without words."""

    def __init__(self) -> None:
        super().__init__({"text": "还没有写内容。写一句话也行。"})


class LongAdditionError(AnswersError):
    """Words beyond the limit."""

    def __init__(self, length: int, field: str) -> None:
        over = length - LONGEST_LETTER
        super().__init__({field: f"写多了 {over} 个字，请删短些，或分两次补充。"})


class NoAnswerError(AnswersError):
    """「解决了吗」 sent without a choice."""

    def __init__(self) -> None:
        super().__init__({"outcome": "请在四个里面选一个。"})


@dataclass(frozen=True)
class Enclosure:
    """What is added: for the team the payload, for its sender's own eyes the echo."""

    kind: AdditionKind
    payload: bytes = field(repr=False)
    echo: bytes = field(repr=False)


def enclosed_text(text: str) -> Enclosure:
    """Words, in answer to the team or of one's own accord.

    Raises EmptyAdditionError, LongAdditionError.
    """
    words = _cleaned(text, "text").encode()
    if not words:
        raise EmptyAdditionError
    return Enclosure(AdditionKind.TEXT, words, words)


def enclosed_picture(image: bytes) -> Enclosure:
    """A picture, drawn anew by whoever took it in: its bytes are kept as they are.

    Raises LargePictureError.
    """
    if len(image) > LARGEST_PICTURE:
        raise LargePictureError
    return Enclosure(AdditionKind.PICTURE, image, b"")


def enclosed_outcome(answer: str, words: str = "") -> Enclosure:
    """The answer to 「解决了吗」, with words if one likes.

    Raises NoAnswerError, LongAdditionError.
    """
    if answer not in Resolution.__members__.values():
        raise NoAnswerError
    content = f"{answer}\n{_cleaned(words, 'words')}".encode()
    return Enclosure(AdditionKind.OUTCOME, content, content)


def outcome_in(content: bytes) -> tuple[Resolution, str]:
    """What an opened answer to 「解决了吗」 says: the choice and the words."""
    answer, _, words = content.decode().partition("\n")
    return Resolution(answer), words


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """An addition in the box: its item's key, its kind, its echo still sealed."""

    key: bytes
    kind: AdditionKind
    echo: bytes


def receive_addition(
    session: Session,
    door: Door,
    *,
    receipt: str,
    nonce: str,
    addition: Enclosure,
    today: date,
) -> None:
    """Let an addition fall into the box, once, under its letter's receipt.

    A second answer to 「解决了吗」 before the opening replaces the first.

    Raises MistypedReceiptError, UnknownReceiptError, NotAddableError,
    TooManyAdditionsError, TooManyPicturesError.
    """
    keys = receipts.keys_of(door.pepper, receipts.typed_receipt(receipt))
    public_key = _community_key(session, door, keys.lookup)
    key = _item_key(door, keys.lookup, nonce=nonce, addition=addition)
    if door.box.knows(key):
        return
    earlier = waiting_additions(door, keys.lookup)
    _require_room(session, keys.lookup, addition.kind, earlier=earlier)
    least = LARGEST_PICTURE + 1 if addition.kind is AdditionKind.PICTURE else 0
    message = {
        "what": "addition",
        "kind": addition.kind,
        "lookup": keys.lookup.hex(),
        "content": _sealed(addition.payload, public_key, least=least),
        "echo": _sealed(addition.echo, keys.pair.public),
    }
    door.box.drop(key, json.dumps(message, sort_keys=True).encode())
    if addition.kind is AdditionKind.OUTCOME:
        replaced = [one.key for one in earlier if one.kind is AdditionKind.OUTCOME]
        door.box.remove(replaced, today=today)


def waiting_additions(door: Door, lookup: bytes) -> list[Waiting]:
    """The additions of a letter that wait in the box, in no order."""
    found: list[Waiting] = []
    for key, message in door.box.peek_under(_bucket(door, lookup)).items():
        item: Mapping[str, Any] = json.loads(message)
        if item["what"] == "addition" and item["lookup"] == lookup.hex():
            kind, echo = AdditionKind(item["kind"]), b64decode(item["echo"])
            found.append(Waiting(key=key, kind=kind, echo=echo))
    return found


def can_be_added_to(session: Session, door: Door, lookup: bytes) -> bool:
    """Whether the letter of a look-up can be added to now."""
    try:
        _community_key(session, door, lookup)
    except (NotAddableError, receipts.UnknownReceiptError):
        return False
    return True


def _community_key(session: Session, door: Door, lookup: bytes) -> bytes:
    phase, public_key = _community(session, door, lookup)
    if public_key is None or not allows(phase, PublicAct.ADD):
        raise NotAddableError
    return public_key


def _community(
    session: Session, door: Door, lookup: bytes
) -> tuple[Phase, bytes | None]:
    """Phase and key of the letter's community.

    The box is asked first: what leaves it is in the database before.
    """
    letter = (Letter.round_id, Letter.place_id)
    here: tuple[int, int] | None = None
    if message := door.box.peek(box_key(lookup)):
        item = json.loads(message)
        here = item["round"], item["place"]
    elif row := session.execute(select(*letter).where(Letter.lookup == lookup)).first():
        here = row.round_id, row.place_id
    if here is None:
        raise receipts.UnknownReceiptError
    round_, place = session.get_one(Round, here[0]), session.get(RoundPlace, here)
    return round_.phase, place.public_key if place else None


def _require_room(
    session: Session, lookup: bytes, kind: AdditionKind, *, earlier: list[Waiting]
) -> None:
    if len(earlier) >= MOST_WAITING:
        raise TooManyAdditionsError
    if kind is not AdditionKind.PICTURE:
        return
    kept = (
        select(func.count())
        .select_from(Addition)
        .join(Letter, Letter.id == Addition.letter_id)
        .where(Letter.lookup == lookup, Addition.kind == kind)
    )
    waiting = sum(one.kind is kind for one in earlier)
    if waiting + (session.scalar(kept) or 0) >= MOST_PICTURES:
        raise TooManyPicturesError


def _item_key(door: Door, lookup: bytes, *, nonce: str, addition: Enclosure) -> bytes:
    """One byte that letter's additions share with every 256th item, and a MAC."""
    parts = (lookup, nonce.encode(), addition.kind.encode(), addition.payload)
    mac = codes.mac(door.pepper, b"addition", *parts)
    return _bucket(door, lookup) + mac[_BUCKET:]


def _bucket(door: Door, lookup: bytes) -> bytes:
    return codes.mac(door.pepper, b"additions", lookup)[:_BUCKET]


def _sealed(content: bytes, key: bytes, *, least: int = 0) -> str:
    return b64encode(sealing.seal(sealing.pad(content, least=least), key)).decode()


def _cleaned(text: str, field_: str) -> str:
    words = sanitize.plain_text(text)
    if len(words) > LONGEST_LETTER:
        raise LongAdditionError(len(words), field_)
    return words
