"""测评办法: what is asked, in what words, and how it is scored; frozen before the vote.

Pure. In: the default of domain.md, or what the office typed. Out: a document of which
the same fields give the same bytes. Its SHA-256 is signed into every manifest, so
that neither a name nor a point nor a weight can change once slips exist.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

from portal.kernel.errors import InvalidError

FORMAT = "mashangxun-terms-1"
DIMENSION_IDS = (  # permanent: names of lists, and what check codes are made of
    "responsibility",
    "measures",
    "resolution",
    "effect",
    "openness",
    "lasting",
    "seventh",
    "eighth",
)
OPTION_IDS = ("satisfied", "mostly", "fair", "dissatisfied", "unknown")
FEWEST_DIMENSIONS = 2
HIGHEST_WEIGHT = 100
LONGEST = {"name": 6, "example": 40, "question": 40, "note": 200}  # characters


class BadTermsError(InvalidError):
    """The file is not a document of terms, or somebody changed it."""

    sentence = "这份测评办法不完整或被改动过，请从工作台「测评办法」重新下载。"


class UnsoundTermsError(InvalidError):
    """What was typed is no scale or nothing to score."""


@dataclass(frozen=True, kw_only=True)
class Dimension:
    """One of the things that are scored, with an example in plain words."""

    id: str
    name: str
    example: str
    weight: int = 1


@dataclass(frozen=True)
class Option:
    """One step of a scale; `points` 0..100, or None where it is left out of means."""

    id: str
    name: str
    points: int | None


@dataclass(frozen=True, kw_only=True)
class Terms:
    """Dimensions in the order of the slip, a scale from best to worst, the wording."""

    dimensions: tuple[Dimension, ...]
    scale: tuple[Option, ...]
    question: str
    note: str  # 说明: what stands below the question

    @property
    def weights(self) -> list[int]:
        """Of the dimensions, in their order."""
        return [dimension.weight for dimension in self.dimensions]

    @property
    def digest(self) -> str:
        """SHA-256 of the file, 64 hex characters."""
        return hashlib.sha256(self.to_json()).hexdigest()

    def fields(self) -> dict[str, Any]:
        """What the file and the closing record say, as plain values."""
        return {
            "format": FORMAT,
            "dimensions": [asdict(dimension) for dimension in self.dimensions],
            "scale": [asdict(option) for option in self.scale],
            "question": self.question,
            "note": self.note,
        }

    def to_json(self) -> bytes:
        """The file, byte for byte what `digest` is of."""
        return canonical(self.fields())

    @classmethod
    def of(cls, fields: Mapping[str, Any]) -> "Terms":
        """The terms that `fields` once gave.

        Raises BadTermsError.
        """
        try:
            found = cls(
                dimensions=tuple(Dimension(**d) for d in fields["dimensions"]),
                scale=tuple(Option(**o) for o in fields["scale"]),
                question=fields["question"],
                note=fields["note"],
            )
            found.require_sound()
        except (KeyError, TypeError, AttributeError, UnsoundTermsError) as error:
            raise BadTermsError from error
        if fields != found.fields():
            raise BadTermsError
        return found

    @classmethod
    def from_json(cls, file: bytes) -> "Terms":
        """The terms in a file.

        Raises BadTermsError.
        """
        try:
            fields = json.loads(file)
        except ValueError as error:
            raise BadTermsError from error
        return cls.of(fields)

    def require_sound(self) -> None:
        """Refuse what cannot be asked, scored or printed.

        Raises UnsoundTermsError with what to mend.
        """
        for fault in self._faults():
            raise UnsoundTermsError(fault)

    def _faults(self) -> Iterable[str]:
        ids = [dimension.id for dimension in self.dimensions]
        if len(ids) < FEWEST_DIMENSIONS or not _are_slots(ids, DIMENSION_IDS):
            yield f"请写 {FEWEST_DIMENSIONS} 至 {len(DIMENSION_IDS)} 个方面。"
        if not all(0 < weight <= HIGHEST_WEIGHT for weight in self.weights):
            yield f"权重写 1 至 {HIGHEST_WEIGHT} 的整数；都一样重就都写 1。"
        points = [o.points for o in self.scale if o.points is not None]
        is_scale = _are_slots([option.id for option in self.scale], OPTION_IDS)
        if not is_scale or len(points) < 2:
            yield "至少要有两个带分值的选项。"
        if not all(0 <= n <= 100 for n in points) or not _falls(points):
            yield "分值写 0 至 100 的整数，从好到差，一个比一个低。"
        yield from self._unfit_words()

    def _unfit_words(self) -> Iterable[str]:
        names = [[one.name for one in self.dimensions], [o.name for o in self.scale]]
        said = [("name", name) for group in names for name in group]
        said += [("example", dimension.example) for dimension in self.dimensions]
        said += [("question", self.question), ("note", self.note)]
        for field, words in said:
            if not words.strip() or words != words.strip():
                yield "名称、例子、问题和说明都要写，前后不留空格。"
            if len(words) > LONGEST[field]:
                yield f"「{words}」太长了，请不要超过 {LONGEST[field]} 个字。"
        if any(len(set(group)) < len(group) for group in names):
            yield "有两个名称一样，请改一个。"


def canonical(fields: Mapping[str, Any]) -> bytes:
    """JSON of which the same fields give the same bytes."""
    text = json.dumps(fields, sort_keys=True, ensure_ascii=False, indent=1)
    return text.encode() + b"\n"


def _are_slots(ids: list[str], slots: tuple[str, ...]) -> bool:
    """Whether they are some of the permanent ids, in their order."""
    return ids == [slot for slot in slots if slot in ids]


def _falls(points: list[int]) -> bool:
    return all(better > worse for better, worse in pairwise(points))


DEFAULT_TERMS = Terms(
    dimensions=tuple(
        Dimension(id=id_, name=name, example=example)
        for id_, name, example in (
            ("responsibility", "责任落实", "该谁管的，有没有真的去管"),
            ("measures", "整改措施", "想的办法对不对路"),
            ("resolution", "问题解决", "问题解决了没有"),
            ("effect", "预期效果", "和原来说好的一样不一样"),
            ("openness", "公开透明", "改了什么，有没有让大家知道"),
            ("lasting", "长效机制", "以后会不会又犯"),
        )
    ),
    scale=(
        Option("satisfied", "满意", 100),
        Option("mostly", "基本满意", 75),
        Option("fair", "一般", 50),
        Option("dissatisfied", "不满意", 0),
        Option("unknown", "不了解", None),
    ),
    question="整改得怎么样，您打个分",
    note="说的是这一轮巡察查出来的问题。不清楚的选「不了解」，单独数。",
)
