"""What changed between two versions of a list, point by point.

In: two outlines. Out: points that are new, gone, reworded or otherwise changed. A
point is known by its code, so one whose title changes must still mean the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from portal.checklists.outline import AspectText, Outline, PointText, ProblemText


@dataclass(frozen=True)
class Placed:
    """A point where it stands."""

    aspect: str
    kinds: tuple[str, ...]
    point: PointText


@dataclass(frozen=True)
class PointChange:
    """One point before and after, None where it was not or is no more."""

    before: Placed | None
    after: Placed | None

    @property
    def point(self) -> PointText:
        """The point as it stands, or as it last stood."""
        found = self.after or self.before
        if found is None:
            message = "a change of nothing"
            raise ValueError(message)
        return found.point

    @property
    def is_reworded(self) -> bool:
        """Whether its title changed: the code then must not have changed hands."""
        both = self.before and self.after
        return bool(both) and self._title(self.before) != self._title(self.after)

    @property
    def is_moved(self) -> bool:
        """Whether it stands in another aspect, or that is for others."""
        if self.before is None or self.after is None:
            return False
        was, is_ = self.before, self.after
        return (was.aspect, was.kinds) != (is_.aspect, is_.kinds)

    @property
    def new_problems(self) -> tuple[ProblemText, ...]:
        """Problems it did not have before."""
        had = self.before.point.problems if self.before else ()
        return tuple(one for one in self._problems(self.after) if one not in had)

    @property
    def gone_problems(self) -> tuple[ProblemText, ...]:
        """Problems it has no more."""
        has = self.after.point.problems if self.after else ()
        return tuple(one for one in self._problems(self.before) if one not in has)

    def _title(self, placed: Placed | None) -> str:
        return placed.point.title if placed else ""

    def _problems(self, placed: Placed | None) -> tuple[ProblemText, ...]:
        return placed.point.problems if placed else ()


@dataclass(frozen=True)
class Difference:
    """Everything that changed; `is_reordered` where nothing but the order did."""

    changes: tuple[PointChange, ...]
    is_reordered: bool = False

    @property
    def added(self) -> list[PointChange]:
        """Points that are new."""
        return [one for one in self.changes if one.before is None]

    @property
    def removed(self) -> list[PointChange]:
        """Points that are gone."""
        return [one for one in self.changes if one.after is None]

    @property
    def reworded(self) -> list[PointChange]:
        """Points under another title."""
        return [one for one in self.changes if one.is_reworded]

    @property
    def changed(self) -> list[PointChange]:
        """Points under the same title with other problems or at another place."""
        both = (one for one in self.changes if one.before and one.after)
        return [one for one in both if not one.is_reworded]


def differences(before: Outline | None, after: Outline) -> Difference:
    """What has to be known before `after` replaces `before`, in the order of `after`.

    Points without a code are new. What the list is called is no difference.
    """
    was, is_ = _placed(before) if before else {}, _placed(after)
    fresh = [p for a in after.aspects for p in _of(a) if not p.point.code]
    found = [PointChange(was.get(code), placed) for code, placed in is_.items()]
    gone = [PointChange(old, None) for code, old in was.items() if code not in is_]
    new = [PointChange(None, placed) for placed in fresh]
    changes = (*(one for one in found if _is_change(one)), *new, *gone)
    same = before is not None and before.aspects == after.aspects
    return Difference(changes, is_reordered=not changes and not same)


def _is_change(one: PointChange) -> bool:
    if one.before is None or one.is_reworded or one.is_moved:
        return True
    return bool(one.new_problems or one.gone_problems)


def _placed(outline: Outline) -> Mapping[str, Placed]:
    pairs = (placed for aspect in outline.aspects for placed in _of(aspect))
    return {placed.point.code: placed for placed in pairs if placed.point.code}


def _of(aspect: AspectText) -> list[Placed]:
    return [Placed(aspect.title, aspect.kinds, point) for point in aspect.points]
