"""What could join the lists of a vote: an order they share, with each other or arrival.

Every list of a closed vote knows a ballot by a mark of its own (slip id, or a check
code per dimension). Wherever the marks of two lists lie, the order of the one is
compared with that of the other by Spearman's rank correlation.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import sqrt
from pathlib import Path

from sqlalchemy import Connection, inspect

from portal.kernel.sealing import KeyPair, UnreadableError
from portal.vote import Slip
from tests.house.order import rank_correlation

# Of unordered items the rank correlation · sqrt(n - 1) is close to normal: 5.5 standard
# deviations are passed by chance once in about 25 million measures.
DEVIATIONS = 5.5
FEWEST = 50  # ballots that lie in both places; of fewer, chance says too much
ARRIVAL = "arrival"
Places = dict[int, int]  # where the mark of a ballot lies, by its number of arrival


@dataclass(frozen=True)
class Mark:
    """How a list knows the ballots, in the order of arrival."""

    list_name: str
    written: Sequence[bytes]


def marks_of(slips: Sequence[Slip]) -> list[Mark]:
    """The marks of ballots that were cast in this order."""
    return [
        Mark("slip", [bytes.fromhex(slip.slip_id) for slip in slips]),
        Mark("slip", [slip.slip_id.encode() for slip in slips]),
        *(
            Mark(dimension, [slip.check_codes[dimension].encode() for slip in slips])
            for dimension in slips[0].check_codes
        ),
    ]


@dataclass(frozen=True)
class Order:
    """An order in which one list's marks lie somewhere."""

    list_name: str
    where: str
    places: Places


def orders_in(pieces: Mapping[str, bytes], marks: Iterable[Mark]) -> list[Order]:
    """First and last place of every mark, wherever enough of a list's marks lie."""
    found = [
        Order(mark.list_name, f"{end} in {name}", places)
        for mark in marks
        for name, content in pieces.items()
        for end, places in _ends(content, mark.written).items()
    ]
    return [order for order in found if len(order.places) >= FEWEST]


def _ends(content: bytes, written: Sequence[bytes]) -> dict[str, Places]:
    ends = {"first": content.find, "last": content.rfind}
    return {
        end: {n: at for n, mark in enumerate(written) if (at := find(mark)) >= 0}
        for end, find in ends.items()
    }


def joined(orders: Sequence[Order], ballots: int) -> dict[str, float]:
    """Pairs of lists, or of a list and arrival, whose orders are not independent."""
    arrival = Order(ARRIVAL, ARRIVAL, {n: n for n in range(ballots)})
    return {
        f"{one.list_name} {one.where} ~ {two.list_name} {two.where}": rho
        for one, two in combinations([arrival, *orders], 2)
        if one.list_name != two.list_name
        if (rho := _shared(one.places, two.places))
    }


def _shared(one: Places, two: Places) -> float:
    """The correlation, or 0 where chance gives as much."""
    both = sorted(one.keys() & two.keys(), key=lambda n: one[n])
    if len(both) < FEWEST:
        return 0.0
    rho = rank_correlation([two[n] for n in both])
    return rho if abs(rho) > DEVIATIONS / sqrt(len(both) - 1) else 0.0


def files_in(*folders: Path) -> dict[str, bytes]:
    """Databases and their logs, whole files with every freed page."""
    return {
        f"{folder.name}/{file.name}": file.read_bytes()
        for folder in folders
        for file in sorted(folder.glob("*.db*"))
    }


def heaps_of(connection: Connection) -> dict[str, bytes]:
    """Every table of a PostgreSQL schema as its rows lie in the heap."""
    found = {}
    for table in inspect(connection).get_table_names():
        rows = connection.exec_driver_sql(f'SELECT * FROM "{table}" ORDER BY ctid')  # noqa: S608 -- the database's own names
        values = (value for row in rows for value in row)
        found[table] = b"\n".join(
            bytes(v) if isinstance(v, bytes | memoryview) else str(v).encode()
            for v in values
        )
    return found


def opened_with(seed: bytes, values: Iterable[bytes]) -> list[bytes]:
    """All that one person's key opens of `values`, and what is opened by that."""
    sealed = {value for value in values if len(value) > 48}
    seeds, tried = {seed}, set[bytes]()
    seeds |= {value for value in values if len(value) == 32}
    plain: list[bytes] = []
    while fresh := seeds - tried:
        tried |= fresh
        for pair in map(KeyPair, fresh):
            messages = [m for s in sealed if (m := _opened(pair, s)) is not None]
            plain += messages
            seeds |= {m for m in messages if len(m) == 32}
            if new := {m for m in messages if len(m) > 48} - sealed:
                sealed |= new
                tried.clear()
    return plain


def _opened(pair: KeyPair, sealed: bytes) -> bytes | None:
    try:
        return pair.open(sealed)
    except UnreadableError:
        return None
