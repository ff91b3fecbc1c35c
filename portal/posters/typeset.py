"""Setting Chinese type in boxes: shrink, wrap, and never run over the edge.

A `Type` is cut once for everything a batch prints; lines follow the rule that no
closing mark begins and no opening mark ends a line (GB/T 15834-2011 §5.1).
"""

import hashlib
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import count, groupby
from pathlib import Path

from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from portal.kernel.errors import InvalidError
from portal.posters import fonts
from portal.posters.fonts import Face, Style

LEADING = 1.45  # line height in type sizes
TITLE_LEADING = 1.28
SMALLEST = 0.5  # of the planned size; below that nobody reads it from where they stand
STEP = 0.04  # of the planned size, from one try to the next
NOT_FIRST = "，。、；：？！）」』》”’%…—·"
NOT_LAST = "（「『《“‘"
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9.:/_—–-]*|.", re.DOTALL)
_NUMBERS = count()


class TooMuchTextError(InvalidError):
    """The words do not fit where they stand, however small."""

    def __init__(self, text: str) -> None:
        shown = text if len(text) <= 20 else f"{text[:20]}……"
        super().__init__(f"「{shown}」太长，海报上放不下，请写短一些再做。")


@dataclass(frozen=True)
class Cut:
    """Cut font files by style, with the characters each has; may go to a process."""

    files: Mapping[Style, tuple[tuple[bytes, frozenset[str]], ...]]

    @classmethod
    def of(cls, signs: Iterable[str], own: Path | None = None) -> "Cut":
        """Fonts with `signs` in every style.

        Raises NoFontError, MissingSignsError.
        """
        signs = set(signs)
        return cls({style: _files(signs, fonts.faces(style, own)) for style in Style})


def _files(
    signs: set[str], among: Sequence[Face]
) -> tuple[tuple[bytes, frozenset[str]], ...]:
    """A file for each face that is needed; every one can set a blank."""
    return tuple(
        (fonts.cut(face, part | {" "}), frozenset(part | {" "}))
        for face, part in fonts.spread(signs, among).items()
    )


def _font(name: str, content: bytes) -> TTFont:
    """A cut font under a face name of its own.

    ReportLab takes every font of one face name for the font it saw first, and cuts
    of a face share its name: a second print in one process would lack signs.
    """
    font = TTFont(name, io.BytesIO(content))
    font.face.name += f"-{hashlib.sha256(content).hexdigest()[:8]}".encode()
    return font


@dataclass
class Type:
    """Registered fonts, ready to measure and to draw with."""

    cut: Cut
    _names: dict[Style, dict[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for style, files in self.cut.files.items():
            names: dict[str, str] = {}
            for content, signs in reversed(files):  # the best face sets the blanks
                name = f"cut{next(_NUMBERS)}"
                pdfmetrics.registerFont(_font(name, content))
                names |= dict.fromkeys(signs, name)
            self._names[style] = names
        self.width = lru_cache(maxsize=8192)(self._width)

    def runs(self, text: str, style: Style) -> Iterator[tuple[str, str]]:
        """The text in pieces of one font: (font name, piece)."""
        names = self._names[style]
        first = next(iter(names.values()), "Helvetica")
        for name, piece in groupby(text, lambda sign: names.get(sign, first)):
            yield name, "".join(piece)

    def _width(self, text: str, style: Style) -> float:
        """Width in type sizes."""
        runs = self.runs(text, style)
        return sum(pdfmetrics.stringWidth(piece, name, 1) for name, piece in runs)


@dataclass(frozen=True)
class Lines:
    """Text as it will stand: its lines and the type size in points."""

    lines: tuple[str, ...]
    size: float
    leading: float

    @property
    def height(self) -> float:
        """Millimetres from the first line's top to the last one's bottom."""
        return len(self.lines) * self.size * self.leading / mm


def fitted(
    text: str, style: Style, type_: Type, *, room: tuple[float, float], size: float
) -> Lines:
    """The text in a room (width, height in mm), at `size` or as little less as fits.

    Raises TooMuchTextError.
    """
    leading = TITLE_LEADING if style is Style.TITLE else LEADING
    width, height = room
    factor = 1.0
    while factor >= SMALLEST:
        measure = width * mm / (size * factor)
        lines = tuple(
            line
            for paragraph in text.split("\n")
            for line in _wrapped(paragraph, style, type_, measure)
        )
        found = Lines(lines, size * factor, leading)
        widest = max((type_.width(line, style) for line in lines), default=0)
        if found.height <= height and widest <= measure:
            return found
        factor -= STEP
    raise TooMuchTextError(text)


def _wrapped(text: str, style: Style, type_: Type, measure: float) -> Iterator[str]:
    line = ""
    for word in _units(text):
        if line and type_.width(line + word, style) > measure:
            yield line.rstrip()
            line = word.lstrip()
        else:
            line += word
    yield line.rstrip()


def _units(text: str) -> list[str]:
    """Pieces between which a line may end."""
    units: list[str] = []
    for found in _WORD.finditer(text):
        word = found.group()
        clings = units and (word[0] in NOT_FIRST or units[-1][-1] in NOT_LAST)
        if clings:
            units[-1] += word
        else:
            units.append(word)
    return units
