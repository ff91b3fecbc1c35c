"""What a list says, apart from where it is kept: aspects → points → problems.

In: a shipped sample as JSON data, or what a workbook or a page was given. Out: plain
values that can be compared; every text in them is in its normal form.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from portal.kernel.exports import legal
from portal.kernel.workbooks import plain

LONGEST_TITLE = 60  # characters of an aspect or a point
LONGEST_PROBLEM = 200
MOST_PROBLEMS = 2_000  # of one list; the longest known has about 250

_NUMBERING = re.compile(
    r"(?:[一二三四五六七八九十]+、|\([一二三四五六七八九十\d]+\)|\d+[、.])"
)


class Scope(StrEnum):
    """共性 or 个性."""

    COMMON = "common"
    INDIVIDUAL = "individual"


class UnitKind(StrEnum):
    """What kind of unit an optional block is for (S4)."""

    GOVERNMENT = "government"  # 政府部门
    MASS = "mass"  # 群团组织
    ENTERPRISE = "enterprise"  # 企事业单位


class Form(StrEnum):
    """How a problem is put, and by that which answer to it is bad (S4)."""

    FAULT = "fault"  # said outright; bad where it is so
    WHETHER = "whether"  # 是否: what should be; bad where it is not
    ANY = "any"  # 有没有: what should not be; bad where there is some

    @property
    def answers(self) -> tuple[str, str]:
        """What one can answer: the good one, and the one that makes it a problem."""
        return ("是", "否") if self is Form.WHETHER else ("没有", "有")


def form_of(text: str) -> Form:
    """The form a problem shows by its first words.

    「是否存在」 asks for something bad, as 「有没有」 does.
    """
    if text.startswith(("有没有", "有无", "是否存在")):
        return Form.ANY
    return Form.WHETHER if text.startswith(("是否", "能否")) else Form.FAULT


def fits(wanted: Collection[str], kinds: Collection[str]) -> bool:
    """Whether something for the `wanted` kinds, none: everybody, is for these."""
    return not wanted or not set(wanted).isdisjoint(kinds)


@dataclass(frozen=True)
class ProblemText:
    """One concrete thing to look for."""

    text: str
    form: Form


@dataclass(frozen=True)
class PointText:
    """One point; `code` is "" where it has none yet. A point may have no problems."""

    code: str
    title: str
    problems: tuple[ProblemText, ...]


@dataclass(frozen=True)
class AspectText:
    """One aspect or block; `kinds` are whom it is for, none: everybody."""

    title: str
    points: tuple[PointText, ...]
    kinds: tuple[str, ...] = ()

    def fits(self, kinds: Collection[str]) -> bool:
        """Whether it is for a community or unit of these kinds and traits."""
        return fits(self.kinds, kinds)


@dataclass(frozen=True)
class Outline:
    """A whole list; `kind` is the kind or trait of communities it is for, or None."""

    title: str
    kind: str | None
    aspects: tuple[AspectText, ...]

    @property
    def points(self) -> Iterator[PointText]:
        """Every point, in order."""
        return (point for aspect in self.aspects for point in aspect.points)

    @property
    def problems(self) -> Iterator[ProblemText]:
        """Every problem, in order."""
        return (problem for point in self.points for problem in point.problems)

    def counts(self) -> tuple[int, int, int]:
        """How many aspects, points and problems."""
        return len(self.aspects), len(list(self.points)), len(list(self.problems))


def worded(text: str) -> str:
    """A text in its normal form: one line, full-width letters and digits half-width.

    Chinese punctuation stays as it is written; what nobody sees goes.
    """
    shown = (m for m in legal(text) if unicodedata.category(m) not in {"Cf", "Cs"})
    return " ".join(unicodedata.normalize("NFC", "".join(map(_narrow, shown))).split())


def _narrow(mark: str) -> str:
    is_wide = unicodedata.east_asian_width(mark) == "F" and mark.isalnum()
    return unicodedata.normalize("NFKC", mark) if is_wide else mark


def key(text: str) -> str:
    """A title as it is compared: width, case, gaps and numbering do not matter."""
    bare = plain(text).replace(" ", "").casefold()
    return _NUMBERING.sub("", bare) or bare


def outline_from(document: Mapping[str, Any]) -> Outline:
    """The outline of a shipped sample; its forms show by their first words."""
    aspects = tuple(_aspect(entry) for entry in document["aspects"])
    return Outline(document["title"], document.get("kind"), aspects)


def _aspect(entry: Mapping[str, Any]) -> AspectText:
    points = tuple(_point(entry["code"], point) for point in entry["points"])
    return AspectText(entry["title"], points, tuple(entry.get("kinds", ())))


def _point(aspect: str, entry: Mapping[str, Any]) -> PointText:
    texts = tuple(ProblemText(text, form_of(text)) for text in entry["problems"])
    return PointText(f"{aspect}.{entry['code']}", entry["title"], texts)
