"""What is printed, as data: sizes, where each part stands, and in which colours.

Lengths are millimetres from the top left corner of the sheet, type sizes are points.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from math import sqrt

# A phone's scanner works on its preview: 1920 pixels over a field of view of about
# 65° see 2 · 1000 · tan(32.5°) / 1920 = 0.66 mm a pixel at one metre, and a decoder
# wants two pixels a module.
MODULE_PER_METRE = 1.33  # mm
QUIET_ZONE = 4  # modules (ISO/IEC 18004 §6.3.8)
A3_TO_A4 = sqrt(2)


class Part(StrEnum):
    """What stands in a box."""

    BAND = "band"
    SEAL = "seal"
    CODE = "code"
    RULE = "rule"
    BAR = "bar"
    WHO = "who"
    TITLE = "title"
    PLACE = "place"
    STEPS = "steps"
    TYPED = "typed"
    HOST = "host"
    LETTERS = "letters"
    LEAD = "lead"
    PROMISE = "promise"
    SHORT_PROMISE = "short_promise"
    CONTACT = "contact"
    HOTLINE = "hotline"
    DEADLINE = "deadline"
    PRESS = "press"


class Ink(StrEnum):
    """Which of a style's colours."""

    INK = "ink"
    SOFT = "soft"
    ON_BAND = "on_band"
    ACCENT = "accent"


@dataclass(frozen=True)
class Box:
    """A part's place: x, y, width, height in mm; the type's size in points."""

    part: Part
    x: float
    y: float
    width: float
    height: float
    size: float = 0.0
    ink: Ink = Ink.INK
    align: str = "left"

    def scaled(self, by: float) -> "Box":
        """The same box on a larger or smaller sheet."""
        lengths = {
            name: getattr(self, name) * by
            for name in ("x", "y", "width", "height", "size")
        }
        return replace(self, **lengths)


@dataclass(frozen=True)
class Format:
    """A sheet: its size, its boxes, and from how far its code is to be read."""

    name: str  # in addresses and file names
    label: str
    width: float
    height: float
    distance: float  # metres
    boxes: tuple[Box, ...]
    columns: int = 1
    rows: int = 1
    margin: tuple[float, float] = (0.0, 0.0)  # of a sheet of several, left and top
    pitch: tuple[float, float] = (0.0, 0.0)  # from one to the next, across and down
    sheet: tuple[float, float] = (0.0, 0.0)  # of a sheet of several

    @property
    def code(self) -> Box:
        """Where the code stands, its quiet zone included."""
        return next(box for box in self.boxes if box.part is Part.CODE)

    @property
    def page(self) -> tuple[float, float]:
        """Width and height of the printed page."""
        return self.sheet if self.columns > 1 else (self.width, self.height)

    def module(self, modules: int) -> float:
        """Millimetres of one of `modules` modules in a row, quiet zone apart."""
        return self.code.width / (modules + 2 * QUIET_ZONE)

    def fits(self, modules: int) -> bool:
        """Whether a code of so many modules can be read from the format's distance."""
        return self.module(modules) >= MODULE_PER_METRE * self.distance


A4 = Format(
    "a4",
    "A4 海报",
    210,
    297,
    1.5,
    (
        Box(Part.BAND, 0, 0, 210, 82),
        Box(Part.WHO, 17, 12, 138, 9, 16, Ink.ON_BAND),
        Box(Part.TITLE, 17, 25, 138, 48, 49, Ink.ON_BAND),
        Box(Part.SEAL, 161, 13, 32, 32),
        Box(Part.CODE, 17, 93, 91, 91),
        Box(Part.STEPS, 116, 97, 78, 84, 18),
        Box(Part.TYPED, 17, 190, 176, 7, 14, Ink.SOFT),
        Box(Part.HOST, 17, 198, 108, 11, 20),
        Box(Part.LETTERS, 128, 198, 65, 11, 24, Ink.INK, "right"),
        Box(Part.BAR, 17, 216, 1.6, 38),
        Box(Part.LEAD, 24, 216, 169, 9, 18, Ink.ACCENT),
        Box(Part.PROMISE, 24, 226, 169, 29, 15),
        Box(Part.RULE, 17, 260, 176, 0.5),
        Box(Part.CONTACT, 17, 264, 108, 24, 13),
        Box(Part.DEADLINE, 128, 264, 65, 24, 13, Ink.INK, "right"),
    ),
)
A3 = replace(
    A4,
    name="a3",
    label="A3 海报",
    width=297,
    height=420,
    distance=2.0,
    boxes=tuple(box.scaled(A3_TO_A4) for box in A4.boxes),
)
LIFT = Format(
    "lift",
    "电梯间 A5",
    148,
    210,
    0.5,
    (
        Box(Part.BAND, 0, 0, 148, 50),
        Box(Part.WHO, 12, 8, 96, 7, 12, Ink.ON_BAND),
        Box(Part.TITLE, 12, 16, 96, 30, 32, Ink.ON_BAND),
        Box(Part.SEAL, 114, 12, 24, 24),
        Box(Part.CODE, 34, 55, 80, 80),
        Box(Part.TYPED, 12, 138, 124, 6, 11, Ink.SOFT, "center"),
        Box(Part.HOST, 12, 144.5, 72, 8, 14),
        Box(Part.LETTERS, 86, 144.5, 50, 8, 17, Ink.INK, "right"),
        Box(Part.BAR, 12, 156, 1.4, 26),
        Box(Part.LEAD, 17, 155.5, 119, 6.5, 13, Ink.ACCENT),
        Box(Part.PROMISE, 17, 162.5, 119, 20.5, 11),
        Box(Part.RULE, 12, 185, 124, 0.4),
        Box(Part.CONTACT, 12, 187.5, 78, 18, 9.5),
        Box(Part.DEADLINE, 92, 187.5, 44, 18, 9.5, Ink.INK, "right"),
    ),
)
CARD = Format(
    "card",
    "A6 卡片",
    105,
    148,
    0.3,
    (
        Box(Part.BAND, 0, 0, 105, 29),
        Box(Part.WHO, 8, 4, 70, 5.5, 9, Ink.ON_BAND),
        Box(Part.TITLE, 8, 9.5, 70, 18, 20, Ink.ON_BAND),
        Box(Part.SEAL, 80, 6, 17, 17),
        Box(Part.CODE, 25, 32, 55, 55),
        Box(Part.TYPED, 8, 89, 89, 5, 8.5, Ink.SOFT, "center"),
        Box(Part.HOST, 8, 94, 51, 6.5, 11),
        Box(Part.LETTERS, 60, 94, 37, 6.5, 13, Ink.INK, "right"),
        Box(Part.BAR, 8, 104, 1.1, 21),
        Box(Part.LEAD, 12, 103.5, 85, 5, 9.5, Ink.ACCENT),
        Box(Part.PROMISE, 12, 109, 85, 16.5, 8.5),
        Box(Part.RULE, 8, 128, 89, 0.3),
        Box(Part.CONTACT, 8, 130, 54, 14, 7),
        Box(Part.DEADLINE, 64, 130, 33, 14, 7, Ink.INK, "right"),
    ),
)
# Twelve labels of 63.5 × 72 mm on A4, as office supply shops sell them.
STICKER = Format(
    "sticker",
    "不干胶贴 12 枚",
    63.5,
    72,
    0.3,
    (
        Box(Part.BAND, 0, 0, 63.5, 14.5),
        Box(Part.TITLE, 4, 1.5, 55.5, 11.5, 12, Ink.ON_BAND, "center"),
        Box(Part.CODE, 13.75, 15.5, 36, 36),
        Box(Part.PLACE, 3, 51.6, 57.5, 4, 7.5, Ink.INK, "center"),
        Box(Part.HOST, 3, 56, 33.5, 4.5, 7.5),
        Box(Part.LETTERS, 37, 56, 23.5, 4.5, 8.5, Ink.INK, "right"),
        Box(Part.SHORT_PROMISE, 3, 61, 57.5, 4.2, 6.5, Ink.ACCENT, "center"),
        Box(Part.HOTLINE, 3, 66, 27, 5, 5, Ink.SOFT),
        Box(Part.DEADLINE, 31, 66, 29.5, 5, 5, Ink.SOFT, "right"),
    ),
    columns=3,
    rows=4,
    margin=(7.2, 4.5),
    pitch=(66.04, 72.0),
    sheet=(210, 297),
)
SHARE = Format(
    "share",
    "群分享图",
    108,
    144,
    0.3,
    (
        Box(Part.BAND, 0, 0, 108, 37),
        Box(Part.WHO, 8, 5, 72, 6, 10, Ink.ON_BAND),
        Box(Part.TITLE, 8, 12, 72, 22, 22, Ink.ON_BAND),
        Box(Part.SEAL, 83, 8, 18, 18),
        Box(Part.CODE, 25, 40, 58, 58),
        Box(Part.PRESS, 8, 99, 92, 7, 13, Ink.ACCENT, "center"),
        Box(Part.PLACE, 8, 107, 92, 6, 11, Ink.INK, "center"),
        Box(Part.SHORT_PROMISE, 8, 114, 92, 6, 10, Ink.ACCENT, "center"),
        Box(Part.HOST, 8, 121, 52, 5.5, 9, Ink.SOFT),
        Box(Part.LETTERS, 62, 121, 38, 5.5, 10, Ink.SOFT, "right"),
        Box(Part.RULE, 8, 128, 92, 0.3),
        Box(Part.CONTACT, 8, 130, 56, 11, 7.5, Ink.SOFT),
        Box(Part.DEADLINE, 66, 130, 34, 11, 7.5, Ink.SOFT, "right"),
    ),
)
FORMATS: Mapping[str, Format] = {
    one.name: one for one in (A4, A3, LIFT, CARD, STICKER, SHARE)
}
SHARE_WIDTH = 1080  # pixels of the picture for chat groups


@dataclass(frozen=True)
class Look:
    """A style's colours; the code itself is always black on white."""

    name: str
    label: str
    sheet: str
    band: str
    inks: Mapping[Ink, str]


LOOKS: Mapping[str, Look] = {
    look.name: look
    for look in (
        Look(
            "formal",
            "正式红",
            sheet="#faf6ee",
            band="#a4271b",
            inks={
                Ink.INK: "#1e1a16",
                Ink.SOFT: "#5b5147",
                Ink.ON_BAND: "#ffffff",
                Ink.ACCENT: "#1d5b4f",
            },
        ),
        Look(
            "plain",
            "素色（省墨）",
            sheet="#ffffff",
            band="#ffffff",
            inks={
                Ink.INK: "#000000",
                Ink.SOFT: "#333333",
                Ink.ON_BAND: "#000000",
                Ink.ACCENT: "#000000",
            },
        ),
    )
}
