"""Whether sums may be published beside the tables they are sums of.

A cell hidden in a community can follow from the sum over all. It does not where people
of two communities may have answered the other way round without any published number
becoming another. Such exchanges lead from what was answered to other worlds that look
the same; where every secret is different in one of them, nobody can tell it.

Whatever is decided here is decided alike in all those worlds, so that the decision
tells nothing either.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import product
from typing import NamedTuple

from portal.figures.suppression import hidden_cells

MOST_WORLDS = 2000  # looked at before the sum is given up

Table = tuple[int, ...]  # by part: of a cell of a community
Row = tuple[Table, ...]  # by cell: a community
World = tuple[Row, ...]  # by community
Cube = Mapping[str, Mapping[str, int]]  # a community's table by cell and part


class Secret(NamedTuple):
    """A cell of a community; of its part alone, where `part` is not None."""

    row: int
    cell: int
    part: int | None = None

    def value(self, world: World) -> int:
        """What it is in a world."""
        cell = world[self.row][self.cell]
        return sum(cell) if self.part is None else cell[self.part]


def deniable(cubes: Mapping[int, Cube], hidden: Mapping[int, frozenset[str]]) -> bool:
    """Whether no secret follows from the sums by part, published beside the tables.

    Secret are the cells hidden in a community, and what the people of a community said
    who came by one of several parts, whose number is known.
    """
    names = list(next(iter(cubes.values())))
    parts = sorted({p for cube in cubes.values() for by in cube.values() for p in by})
    world: World = tuple(
        tuple(tuple(cube[c].get(p, 0) for p in parts) for c in names)
        for cube in cubes.values()
    )
    masks = tuple(tuple(c in hidden[place] for c in names) for place in cubes)
    return _Search(world, masks).succeeds()


class _Search:
    """A walk over the worlds that look like the first one."""

    def __init__(self, world: World, masks: tuple[tuple[bool, ...], ...]) -> None:
        self.start, self.masks = world, masks
        self.secrets = list(_secrets(world, masks))
        self.left = set(self.secrets)
        self.seen = {world}

    def succeeds(self) -> bool:
        """Whether every secret is another in some world."""
        for secret in self.secrets:  # one exchange is nearly always enough
            if secret in self.left:
                self._note(next(self._moves(self.start, secret), self.start))
        queue = [self.start] if self.left else []
        for world in queue:
            for secret in self.secrets:
                for other in self._moves(world, secret):
                    queue += self._note(other)
                    if not self.left or len(self.seen) > MOST_WORLDS:
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
            yield from _foursomes(world, secret.row, secret.cell, secret.part)

    def _pairs(self, world: World, secret: Secret) -> Iterator[World]:
        """Two people of one part and two communities answer the other way round."""
        one, cell = secret.row, secret.cell
        for other, second in product(range(len(world)), range(len(self.masks[one]))):
            both = self.masks[one][second] and self.masks[other][second]
            if other == one or second == cell or not (both and self.masks[other][cell]):
                continue
            for gains, loses in ((cell, second), (second, cell)):
                for part, n in enumerate(world[one][loses]):
                    if n and world[other][gains][part]:
                        rows = (
                            _moved(world[one], loses, gains, part),
                            _moved(world[other], gains, loses, part),
                        )
                        if _alike(rows[0], world[one]) and _alike(
                            rows[1], world[other]
                        ):
                            yield _with(world, {one: rows[0], other: rows[1]})


def _secrets(world: World, masks: tuple[tuple[bool, ...], ...]) -> Iterator[Secret]:
    for row, cells in enumerate(world):
        yield from (
            Secret(row, c) for c, is_hidden in enumerate(masks[row]) if is_hidden
        )
        if sum(any(by) for by in zip(*cells, strict=True)) > 1:
            for cell, by in enumerate(cells):
                yield from (Secret(row, cell, part) for part, n in enumerate(by) if n)


def _foursomes(world: World, one: int, cell: int, part: int) -> Iterator[World]:
    """Two people each of two communities and two parts: no table of either changes."""
    here = world[one]
    for other, there in enumerate(world):
        for second, by in enumerate(here):
            there_too = there[second][part] and here[cell][part]
            if other == one or second == cell or not there_too:
                continue
            for elsewhere, n in enumerate(by):
                if elsewhere != part and n and there[cell][elsewhere]:
                    row = _moved(here, cell, second, part)
                    back = _moved(there, second, cell, part)
                    yield _with(
                        world,
                        {
                            one: _moved(row, second, cell, elsewhere),
                            other: _moved(back, cell, second, elsewhere),
                        },
                    )


def _moved(row: Row, loses: int, gains: int, part: int) -> Row:
    step = {loses: -1, gains: 1}
    return tuple(
        (*by[:part], by[part] + step[cell], *by[part + 1 :]) if cell in step else by
        for cell, by in enumerate(row)
    )


def _with(world: World, rows: Mapping[int, Row]) -> World:
    return tuple(rows.get(number, row) for number, row in enumerate(world))


def _alike(one: Row, other: Row) -> bool:
    """Whether the same is hidden of both."""
    return _hidden(tuple(map(sum, one))) == _hidden(tuple(map(sum, other)))


@lru_cache(maxsize=4096)
def _hidden(counts: tuple[int, ...]) -> frozenset[str]:
    return hidden_cells({str(cell): n for cell, n in enumerate(counts)})
