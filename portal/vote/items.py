"""居民测评 of what was disclosed: 「这一项改好了吗」, asked finding by finding.

In: a round's disclosures at the moment somebody decides to ask. Out: a document of
items by community, of which the same fields give the same bytes. It is frozen with the
election and stands, wording included, in the closing record: slips are printed before
and cannot carry it.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from sqlalchemy.orm import Session

from portal import disclosure
from portal.kernel.errors import InvalidError
from portal.vote.terms import Option, canonical

QUESTION = "这一项改好了吗"
SCALE = (
    Option("fixed", "改好了", 100),
    Option("partly", "改了一些", 50),
    Option("unfixed", "没改", 0),
    Option("unclear", "不清楚", None),
)
MOST = 20  # items of a community: more would not be answered, nor fit a light page
LONGEST = 60  # characters of an item
_PREFIX = "item-"  # no dimension's id begins like this

Items = dict[str, tuple["Item", ...]]  # by community code


class NothingDisclosedError(InvalidError):
    """There is nothing to ask about."""

    sentence = (
        "这一轮还没有公示的问题，没有可以逐条问的。请先公示，或者不勾「逐条问」。"
    )


@dataclass(frozen=True)
class Item:
    """One disclosed finding; `id` names its list and is in its check codes."""

    id: str
    words: str

    @property
    def disclosure_id(self) -> int:
        """What was disclosed."""
        return int(self.id.removeprefix(_PREFIX))


def disclosed(session: Session, round_id: int) -> Items:
    """What a round's communities may be asked about, in the order of disclosure.

    Raises NothingDisclosedError.
    """
    found: Items = {}
    for entry in disclosure.entries(session, round_id):
        code = entry.place.code
        mine = found.get(code, ())
        if not entry.is_withdrawn and len(mine) < MOST:
            item = Item(f"{_PREFIX}{entry.id}", _shortened(entry.problem))
            found[code] = (*mine, item)
    if not found:
        raise NothingDisclosedError
    return found


def to_json(items: Items) -> bytes:
    """The document."""
    return canonical({code: [asdict(i) for i in mine] for code, mine in items.items()})


def from_json(document: bytes) -> Items:
    """The items of a document."""
    fields = json.loads(document).items()
    return {code: tuple(Item(**item) for item in mine) for code, mine in fields}


def asked_fields() -> dict[str, object]:
    """What the closing record says of how the items were asked."""
    return {"question": QUESTION, "scale": [asdict(option) for option in SCALE]}


def scales(items: Iterable[Item]) -> dict[str, tuple[Option, ...]]:
    """What may be answered, by item id."""
    return {item.id: SCALE for item in items}


def _shortened(problem: str) -> str:
    words = " ".join(problem.split())
    return words if len(words) <= LONGEST else f"{words[: LONGEST - 1]}…"
