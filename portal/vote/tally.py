"""Splitting opened ballots so that they can be counted by anybody and joined by none.

Pure. In: the ballots of a community. Out: a list `check code → score` for every
dimension and the list of used slips with how their ballots came in, each in its own
sorted order, and their place in the record.
"""

import hashlib
import secrets
from collections import Counter
from collections.abc import Container, Iterable
from dataclasses import dataclass

from portal.vote.box import Ballot, Entered
from portal.vote.election import Electorate
from portal.vote.terms import Terms, canonical

PUBLISHED_FROM = 10  # ballots of a community; below it only counts and a commitment
FORMAT = "mashangxun-closing-3"
USED = "used"  # the name of the list of used slips
COUNTED = (
    "以截止前最后一次为准。每个方面的得分：各选项的分值按票数平均，没有分值的选项"
    "不计入。一个社区的得分：各方面的得分按权重平均。发票数含抽验作废的票；"
    "回收率按能投的票算。"
)
DEFINITIONS = {
    Electorate.RESIDENTS: f"居民测评，一户一票。{COUNTED}",
    Electorate.CADRES: f"干部测评，只算干部，一人一票，不并入居民满意度。{COUNTED}",
}


@dataclass(frozen=True)
class Tally:
    """One community's split ballots; `set_aside` is how many were not genuine.

    `lists` by name: the used slips' (id, how entered), each dimension's (code, option).
    """

    terms: Terms
    lists: dict[str, tuple[tuple[str, str], ...]]
    set_aside: int

    @property
    def count(self) -> int:
        """How many ballots count."""
        return len(self.lists[USED])

    @property
    def is_published(self) -> bool:
        """Whether enough households voted for the lists to be shown."""
        return self.count >= PUBLISHED_FROM

    @property
    def totals(self) -> dict[str, dict[str, int]]:
        """How often each value stands in each list, by the list's name."""
        totals = {}
        for name, rows in self.lists.items():
            found = Counter(value for _, value in rows)
            totals[name] = {value: found[value] for value in self._values(name)}
        return totals

    def files(self) -> dict[str, bytes]:
        """The CSV files by name."""
        return {f"{name}.csv": _csv(name, rows) for name, rows in self.lists.items()}

    def _values(self, name: str) -> list[str]:
        """What may stand beside an id or a code."""
        return (
            [e.value for e in Entered]
            if name == USED
            else [o.id for o in self.terms.scale]
        )


@dataclass(frozen=True)
class Withheld:
    """The files of a small community, for two closers' eyes, and what is said of them.

    The commitment is SHA-256 over a random salt and the files. Without the salt the
    printer, who knew every check code, could try out the few possible lists.
    """

    commitment: str
    opening: bytes


def split(
    ballots: Iterable[Ballot | None], slip_ids: Container[bytes], *, terms: Terms
) -> Tally:
    """Sort the parts of the genuine ballots of known slips, each list by itself.

    A check code that comes twice was not made by the printer; of such ballots the
    first by slip id counts, so that the lists keep one row per ballot.
    """
    used: list[tuple[str, str]] = []
    columns: dict[str, list[tuple[str, str]]] = {d.id: [] for d in terms.dimensions}
    seen: set[str] = set()
    set_aside = 0
    for ballot in ballots:
        check_codes = {code for code, _ in ballot.entries} if ballot else set()
        is_new = len(check_codes) == len(columns) and seen.isdisjoint(check_codes)
        if ballot is None or ballot.slip_id not in slip_ids or not is_new:
            set_aside += 1
            continue
        seen |= check_codes
        used.append((ballot.slip_id.hex(), ballot.entered.value))
        for column, entry in zip(columns.values(), ballot.entries, strict=True):
            column.append(entry)
    lists = {
        name: tuple(sorted(rows)) for name, rows in {USED: used, **columns}.items()
    }
    return Tally(terms, lists, set_aside)


def withhold(tally: Tally) -> Withheld:
    """Commit to a small community's files without showing them."""
    salt = secrets.token_hex(32)
    texts = {name: file.decode("ascii") for name, file in tally.files().items()}
    opening = canonical({"salt": salt, "files": texts})
    return Withheld(hashlib.sha256(opening).hexdigest(), opening)


def place_entry(tally: Tally, withheld: Withheld | None) -> dict[str, object]:
    """What the closing record says of one community's ballots."""
    said: dict[str, object] = {"ballots": tally.count, "set_aside": tally.set_aside}
    if withheld:
        return {**said, "commitment": withheld.commitment}
    hashes = {n: hashlib.sha256(f).hexdigest() for n, f in tally.files().items()}
    return {**said, "files": hashes, "totals": tally.totals}


def _csv(name: str, rows: Iterable[tuple[str, str]]) -> bytes:
    header = ("slip_id", "entered") if name == USED else ("check_code", "score")
    return "".join(f"{key},{value}\n" for key, value in (header, *rows)).encode("ascii")
