"""Whether sums may be published beside the tables they are sums of.

A cell hidden in a community can follow from the sum over all. It does not where people
of two communities may have answered the other way round without any published number
becoming another. Such exchanges lead from what was answered to other worlds that look
the same; where every secret is different in one of them, nobody can tell it.

Whatever is decided here is decided alike in all those worlds, so that the decision
tells nothing either.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from itertools import product
from typing import NamedTuple

MOST_TRIED = 4_000  # exchanges before the sum is given up

Table = tuple[int, ...]  # by part: of a cell of a community
Row = tuple[Table, ...]  # by cell: a community
World = tuple[Row, ...]  # by community
Cell = tuple[
    str, str
]  # of a table, by the name of the table: each has one answer a head
Cube = Mapping[Cell, Mapping[str, int]]  # a community's tables by cell and part
Hidden = Mapping[int, frozenset[Cell]]  # by community
Looks = Callable[[int, Mapping[Cell, int]], object]  # were its counts others


def partnered(
    hidden: Hidden, groups: Mapping[int, str], *, least: int
) -> frozenset[int]:
    """Communities that have so many others to exchange with, for each hidden cell.

    What is hidden where is on the pages, so that it tells nothing who is left out.
    """
    kept = frozenset(hidden)
    while True:
        lonely = {p for p in kept if _is_lonely(p, kept, hidden, groups, least=least)}
        if not lonely:
            return kept
        kept -= lonely


def _is_lonely(
    place: int,
    kept: frozenset[int],
    hidden: Hidden,
    groups: Mapping[int, str],
    *,
    least: int,
) -> bool:
    others = [
        hidden[place] & hidden[other]
        for other in kept
        if other != place and groups[other] == groups[place]
    ]
    return any(
        sum(cell in both and len(both) > 1 for both in others) < least
        for cell in hidden[place]
    )


class Secret(NamedTuple):
    """A cell of a community; of its part alone, where `part` is not None."""

    row: int
    cell: int
    part: int | None = None

    def value(self, world: World) -> int:
        """What it is in a world."""
        cell = world[self.row][self.cell]
        return sum(cell) if self.part is None else cell[self.part]


def deniable(
    cubes: Mapping[int, Cube],
    hidden: Hidden,
    *,
    groups: Mapping[int, str],
    looks: Looks,
) -> bool:
    """Whether no secret follows from the sums, published beside all those tables.

    Sums over all, by group of communities and by part. Secret are the cells hidden in a
    community, and what those of its people said who came by one of several parts: how
    many they are is known. `looks`: how a community would be published.
    """
    places, names = list(cubes), list(next(iter(cubes.values())))
    parts = sorted({p for cube in cubes.values() for by in cube.values() for p in by})
    world: World = tuple(
        tuple(tuple(cube[c].get(p, 0) for p in parts) for c in names)
        for cube in cubes.values()
    )

    @cache
    def appearance(row: int, counts: tuple[int, ...]) -> object:
        return looks(places[row], dict(zip(names, counts, strict=True)))

    return _Search(
        world,
        tables=[table for table, _ in names],
        masks=[[cell in hidden[place] for cell in names] for place in places],
        groups=[groups[place] for place in places],
        appearance=appearance,
    ).succeeds()


class _Search:
    """A walk over the worlds that look like the first one."""

    def __init__(
        self,
        world: World,
        *,
        tables: list[str],
        masks: list[list[bool]],
        groups: list[str],
        appearance: Callable[[int, tuple[int, ...]], object],
    ) -> None:
        self.start, self.tables = world, tables
        self.masks, self.groups = masks, groups
        self.appearance = appearance
        self.secrets = list(_secrets(world, masks))
        self.left = set(self.secrets)
        self.seen = {world}
        self.tried = 0

    def succeeds(self) -> bool:
        """Whether every secret is another in some world."""
        queue = [self.start]
        for secret in self.secrets:  # one exchange each is nearly always enough
            if secret in self.left:
                queue += self._note(next(self._moves(self.start, secret), self.start))
        for world in queue if self.left else ():
            for secret in self.secrets:
                for other in self._moves(world, secret):
                    queue += self._note(other)
                if not self.left or self.tried > MOST_TRIED:
                    return not self.left
        return not self.left

    def _note(self, world: World) -> list[World]:
        """Strike off what is another there; gives the world if it is a new one."""
        if world in self.seen:
            return []
        self.seen.add(world)
        start = self.start
        self.left = {s for s in self.left if s.value(world) == s.value(start)}
        return [world]

    def _moves(self, world: World, secret: Secret) -> Iterator[World]:
        if secret.part is None:
            yield from self._pairs(world, secret)
        else:
            for other in _foursomes(world, secret.row, secret.cell, secret.part):
                self.tried += 1
                yield other

    def _pairs(self, world: World, secret: Secret) -> Iterator[World]:
        """Two people of one group and part, of two communities, exchange answers."""
        one, cell = secret.row, secret.cell
        seconds = [
            c for c, table in enumerate(self.tables) if table == self.tables[cell]
        ]
        for other, second in product(self._partners(one, cell), seconds):
            if second != cell and self.masks[one][second] and self.masks[other][second]:
                yield from self._exchanges(world, (one, other), (cell, second))
                yield from self._exchanges(world, (one, other), (second, cell))

    def _exchanges(
        self, world: World, rows: tuple[int, int], cells: tuple[int, int]
    ) -> Iterator[World]:
        """Somebody of the first row gives up the second cell for the first."""
        (one, other), (gains, loses) = rows, cells
        for part, n in enumerate(world[one][loses]):
            if n and world[other][gains][part]:
                self.tried += 1
                here = _moved(world[one], loses, gains, part)
                there = _moved(world[other], gains, loses, part)
                if self._alike(one, here) and self._alike(other, there):
                    yield _with(world, {one: here, other: there})

    def _alike(self, number: int, row: Row) -> bool:
        """Whether a community is published as it was in the beginning."""
        looks, start = self.appearance, self.start[number]
        return looks(number, _counts(row)) == looks(number, _counts(start))

    def _partners(self, one: int, cell: int) -> list[int]:
        return [
            other
            for other, mask in enumerate(self.masks)
            if other != one and mask[cell] and self.groups[other] == self.groups[one]
        ]


def _secrets(world: World, masks: list[list[bool]]) -> Iterator[Secret]:
    for row, cells in enumerate(world):
        yield from (Secret(row, c) for c, hides in enumerate(masks[row]) if hides)
        if sum(any(by) for by in zip(*cells, strict=True)) > 1:
            for cell, by in enumerate(cells):
                yield from (Secret(row, cell, part) for part, n in enumerate(by) if n)


def _foursomes(world: World, one: int, cell: int, part: int) -> Iterator[World]:
    """Two people each of two communities and two parts: no table of either changes."""
    here = world[one]
    if not here[cell][part]:
        return
    for other, second in product(range(len(world)), range(len(here))):
        there = world[other]
        if other == one or second == cell or not there[second][part]:
            continue
        for elsewhere, n in enumerate(here[second]):
            if elsewhere != part and n and there[cell][elsewhere]:
                mine = _moved(here, cell, second, part)
                theirs = _moved(there, second, cell, part)
                rows = {
                    one: _moved(mine, second, cell, elsewhere),
                    other: _moved(theirs, cell, second, elsewhere),
                }
                yield _with(world, rows)


def _moved(row: Row, loses: int, gains: int, part: int) -> Row:
    cells = list(row)
    for cell, step in ((loses, -1), (gains, 1)):
        parts = list(cells[cell])
        parts[part] += step
        cells[cell] = tuple(parts)
    return tuple(cells)


def _with(world: World, rows: Mapping[int, Row]) -> World:
    communities = list(world)
    for number, row in rows.items():
        communities[number] = row
    return tuple(communities)


def _counts(row: Row) -> tuple[int, ...]:
    return tuple(map(sum, row))
