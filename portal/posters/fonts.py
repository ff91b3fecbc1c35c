"""Chinese type on paper: faces found on the machine, cut down to what is printed.

In: font files of any outline kind. Out: small TrueType fonts that ReportLab embeds,
so that a poster looks the same wherever it is printed. PostScript outlines (Noto,
Source Han) are turned into TrueType's quadratic curves to within one font unit.
"""

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any

from fontTools import subset
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTCollection, TTFont, newTable

from portal.kernel.errors import ConflictError

MAX_ERROR = 1.0  # font units between a cubic curve and its quadratic ones

# Where systems keep fonts; a face of one's own is named by PORTAL_FONT.
FOLDERS = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path("~/.local/share/fonts"),
    Path("~/.fonts"),
    Path("/System/Library/Fonts"),
    Path("/Library/Fonts"),
    Path("C:/Windows/Fonts"),
)
SUFFIXES = {".ttf", ".otf", ".ttc", ".otc"}


class Style(StrEnum):
    """What a face is used for."""

    TEXT = "text"
    TITLE = "title"


# File names, best first; a title without a Song face is set in the text's.
KNOWN: dict[Style, tuple[str, ...]] = {
    Style.TITLE: (
        "NotoSerifCJK-Bold",
        "NotoSerifSC-Bold",
        "SourceHanSerifSC-Bold",
        "SourceHanSerifCN-Bold",
        "simsun",
        "Songti",
        "uming",
    ),
    Style.TEXT: (
        "NotoSansCJK-Regular",
        "NotoSansSC",
        "SourceHanSansSC-Regular",
        "SourceHanSansCN-Regular",
        "wqy-microhei",
        "wqy-zenhei",
        "DroidSansFallback",
        "msyh",
        "PingFang",
        "simhei",
        "ukai",
    ),
}
SIMPLIFIED = ("SC", "CN", "GB")  # of a collection, the face of mainland glyphs


class NoFontError(ConflictError):
    """No Chinese font anywhere."""

    sentence = (
        "这台机器上没有中文字体，做不了 PDF 海报。请装一套（Debian：apt install "
        "fonts-noto-cjk），或用 PORTAL_FONT 指定字体文件；也可以先用网页版打印。"
    )


class MissingSignsError(ConflictError):
    """No face on the machine has some of the characters."""

    def __init__(self, signs: Iterable[str]) -> None:
        shown = "、".join(f"{sign}（U+{ord(sign):04X}）" for sign in sorted(signs))
        super().__init__(
            f"找到的字体里没有这几个字：{shown}。"
            "请用 PORTAL_FONT 指定带生僻字的字体文件，再做一次。"
        )


@dataclass(frozen=True)
class Face:
    """One face in a font file."""

    path: Path
    number: int = 0

    def load(self) -> TTFont:
        """The font, tables read when asked for; saved, it keeps its own time."""
        number = self.number
        return TTFont(self.path, fontNumber=number, lazy=True, recalcTimestamp=False)

    @cached_property
    def signs(self) -> frozenset[int]:
        """The code points it has."""
        with self.load() as font:
            return frozenset(font.getBestCmap() or ())


def faces(style: Style, own: Path | None = None) -> list[Face]:
    """Faces for a style, best first: one's own, the known ones, the other style's.

    Raises NoFontError.
    """
    files = {path.stem.lower(): path for path in _files()}
    names = [*KNOWN[style], *(n for kind in Style for n in KNOWN[kind])]
    found = [own] if own else []
    found += [
        files[stem]
        for name in names
        for stem in sorted(files)
        if stem.startswith(name.lower())
    ]
    if not found:
        raise NoFontError
    return [_simplified(path) for path in dict.fromkeys(found)]


def _files() -> Iterator[Path]:
    for folder in FOLDERS:
        for path in sorted(folder.expanduser().rglob("*")):
            if path.suffix.lower() in SUFFIXES:
                yield path


def _simplified(path: Path) -> Face:
    if path.suffix.lower() not in {".ttc", ".otc"}:
        return Face(path)
    with TTCollection(path, lazy=True) as collection:
        names = [str(font["name"].getDebugName(4) or "") for font in collection]
    fits = [
        number
        for number, name in enumerate(names)
        if "Mono" not in name and any(word in name.split() for word in SIMPLIFIED)
    ]
    return Face(path, fits[0] if fits else 0)


def spread(text: Iterable[str], among: Sequence[Face]) -> dict[Face, set[str]]:
    """Which face sets which character: the first that has it.

    Raises MissingSignsError.
    """
    left = {sign for sign in text if not sign.isspace()}
    found: dict[Face, set[str]] = {}
    for face in among:
        here = {sign for sign in left if ord(sign) in face.signs}
        if here:
            found[face], left = here, left - here
        if not left:
            return found
    raise MissingSignsError(left)


def cut(face: Face, signs: Iterable[str]) -> bytes:
    """A TrueType font file with the outlines of `signs` and nothing more."""
    options = subset.Options()
    options.layout_features = []
    options.hinting = False
    options.notdef_outline = True
    options.drop_tables += ["vhea", "vmtx", "VORG", "GSUB", "GPOS", "GDEF", "BASE"]
    cutter = subset.Subsetter(options)
    cutter.populate(text="".join(sorted(signs)))
    target = io.BytesIO()
    with face.load() as font:
        cutter.subset(font)
        if "glyf" not in font:
            _to_truetype(font)
        font.save(target)
    return target.getvalue()


def _to_truetype(font: Any) -> None:
    """Replace PostScript outlines by TrueType's (OpenType spec, `glyf` and `maxp`)."""
    order, drawn = font.getGlyphOrder(), font.getGlyphSet()
    glyphs = {}
    for name in order:
        pen = TTGlyphPen(None)
        drawn[name].draw(Cu2QuPen(pen, MAX_ERROR, reverse_direction=True))
        glyphs[name] = pen.glyph()
    font["loca"], font["glyf"] = newTable("loca"), newTable("glyf")
    font["glyf"].glyphOrder, font["glyf"].glyphs = order, glyphs
    for name, glyph in glyphs.items():
        glyph.recalcBounds(font["glyf"])
        font["hmtx"][name] = (font["hmtx"][name][0], getattr(glyph, "xMin", 0))
    for table in ("CFF ", "CFF2"):
        if table in font:
            del font[table]
    profile = font["maxp"]
    profile.tableVersion = 0x00010000
    for field in _PROFILE:
        setattr(profile, field, 0)
    profile.maxZones = 1
    font["post"].formatType = 3.0
    font.sfntVersion = "\x00\x01\x00\x00"


_PROFILE = (
    "maxTwilightPoints",
    "maxStorage",
    "maxFunctionDefs",
    "maxInstructionDefs",
    "maxStackElements",
    "maxSizeOfInstructions",
    "maxComponentElements",
    "maxPoints",
    "maxContours",
    "maxCompositePoints",
    "maxCompositeContours",
    "maxComponentDepth",
)
