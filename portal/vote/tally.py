"""Splitting opened ballots so that they can be counted by anybody and joined by none.

Pure. In: the ballots of a community. Out: a list `check code → score` for every
dimension and item and the list of used slips with how their ballots came in, each in
its own sorted order, and their place in the record.
"""

import hashlib
import secrets
from collections import Counter
from collections.abc import Container, Iterable, Mapping
from dataclasses import asdict, dataclass

from portal.vote.box import Ballot, Entered
from portal.vote.election import Electorate
from portal.vote.slips import Precinct
from portal.vote.terms import canonical

PUBLISHED_FROM = 10  # rows; below it of a list only their number and a commitment
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

    `lists` by name: the used slips' (id, how entered), each dimension's and each
    item's (code, option). An item's is shorter by those who did not answer it.
    """

    precinct: Precinct
    lists: dict[str, tuple[tuple[str, str], ...]]
    set_aside: int

    @property
    def count(self) -> int:
        """How many ballots count."""
        return len(self.lists[USED])

    @property
    def shown(self) -> dict[str, bytes]:
        """The CSV files by name that enough rows are in to be published."""
        return {n: f for n, f in self.files().items() if self._is_shown(n)}

    @property
    def withheld(self) -> dict[str, bytes]:
        """The others."""
        return {n: f for n, f in self.files().items() if not self._is_shown(n)}

    @property
    def totals(self) -> dict[str, dict[str, int]]:
        """How often each value stands in each list that is shown, by its name."""
        totals = {}
        for name in filter(self._is_shown, self.lists):
            found = Counter(value for _, value in self.lists[name])
            totals[name] = {value: found[value] for value in self._values(name)}
        return totals

    @property
    def items(self) -> list[dict[str, object]]:
        """What was asked one by one, and how many answered where enough voted.

        Of a few ballots even that would tell who left something out.
        """
        is_told = self._is_shown(USED)
        return [
            {
                **asdict(item),
                "answered": len(self.lists[item.id]) if is_told else None,
            }
            for item in self.precinct.items
        ]

    def files(self) -> dict[str, bytes]:
        """The CSV files by list."""
        return {name: _csv(name, rows) for name, rows in self.lists.items()}

    def _is_shown(self, name: str) -> bool:
        return len(self.lists[name]) >= PUBLISHED_FROM

    def _values(self, name: str) -> list[str]:
        """What may stand beside an id or a code."""
        if name == USED:
            return [entered.value for entered in Entered]
        return [option.id for option in self.precinct.scales[name]]


@dataclass(frozen=True)
class Withheld:
    """Lists that are not shown, for two closers' eyes, and what is said of them.

    The commitment is SHA-256 over a random salt and the files. Without the salt the
    printer, who knew every check code, could try out the few possible lists.
    """

    commitment: str
    opening: bytes


def split(
    ballots: Iterable[Ballot | None], slip_ids: Container[bytes], *, precinct: Precinct
) -> Tally:
    """Sort the parts of the genuine ballots of known slips, each list by itself.

    A check code of a dimension that comes twice was not made by the printer; of such
    ballots the first by slip id counts, so that the lists keep one row per ballot.
    Nobody looked whether those of items repeat: within a list the first counts.
    """
    lists: dict[str, dict[str, str]] = {name: {} for name in (USED, *precinct.scales)}
    seen: set[str] = set()
    set_aside = 0
    for ballot in ballots:
        if ballot is None or ballot.slip_id not in slip_ids:
            set_aside += 1
            continue
        scored = ballot.entries[: len(precinct.terms.dimensions)]
        fresh = {code for code, option in scored if option}
        if len(fresh) < len(scored) or not seen.isdisjoint(fresh):
            set_aside += 1
            continue
        seen |= fresh
        lists[USED][ballot.slip_id.hex()] = ballot.entered.value
        for name, (code, option) in zip(precinct.scales, ballot.entries, strict=True):
            if option:
                lists[name].setdefault(code, option)
    rows = {name: tuple(sorted(column.items())) for name, column in lists.items()}
    return Tally(precinct, rows, set_aside)


def withhold(files: Mapping[str, bytes]) -> Withheld:
    """Commit to lists, by their names, without showing them."""
    salt = secrets.token_hex(32)
    texts = {f"{name}.csv": file.decode("ascii") for name, file in files.items()}
    opening = canonical({"salt": salt, "files": texts})
    return Withheld(hashlib.sha256(opening).hexdigest(), opening)


def place_entry(tally: Tally, withheld: Withheld | None) -> dict[str, object]:
    """What the closing record says of one community's ballots."""
    said: dict[str, object] = {"ballots": tally.count, "set_aside": tally.set_aside}
    said["items"] = tally.items
    if withheld:
        said["commitment"] = withheld.commitment
    if shown := tally.shown:
        said["files"] = {
            f"{name}.csv": hashlib.sha256(file).hexdigest()
            for name, file in shown.items()
        }
        said["totals"] = tally.totals
    return said


def _csv(name: str, rows: Iterable[tuple[str, str]]) -> bytes:
    header = ("slip_id", "entered") if name == USED else ("check_code", "score")
    return "".join(f"{key},{value}\n" for key, value in (header, *rows)).encode("ascii")
