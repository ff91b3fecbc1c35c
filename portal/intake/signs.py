"""What goes, what stays and why, sign by sign: one table that is read in order.

The promise behind it: nothing that can be seen disappears, nothing that cannot be
seen stays, except beside what it shapes (a family of emoji, a rare form of a name).
Digits keep the form they were typed in (３, ٣, ③, 𝟛): a text is not a code. Where
digits are meant, `kernel.codes` reads all of them alike.

NFC gives compatibility ideographs (U+F900–FAFF, U+2F800–2FA1D) their unified form:
郎 (U+F92C) becomes 郎 (U+90CE), as search and every other system expect. The sign
itself never gets lost; whose form differs, a variation selector says so and stays.
"""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache


class Fate(StrEnum):
    """What becomes of a sign."""

    GOES = "goes"
    STAYS = "stays"
    BESIDE = "beside"  # stays only beside what it shapes
    STACKS = "stacks"  # stays as long as there are few of it on one letter


@dataclass(frozen=True)
class Rule:
    """One line of the table: which signs, what becomes of them, why."""

    what: str
    fate: Fate
    why: str
    ranges: tuple[tuple[int, int], ...] = ()
    categories: frozenset[str] = frozenset()

    def covers(self, sign: str) -> bool:
        """Whether the line is about this sign."""
        number = ord(sign)
        return (
            any(first <= number <= last for first, last in self.ranges)
            or unicodedata.category(sign) in self.categories
        )


def _of(*signs: int) -> tuple[tuple[int, int], ...]:
    return tuple((sign, sign) for sign in signs)


_NONCHARACTERS = (
    (0xFDD0, 0xFDEF),
    *((plane * 0x10000 + 0xFFFE, plane * 0x10000 + 0xFFFF) for plane in range(17)),
)

RULES = (
    Rule(
        "line end and tab",
        Fate.STAYS,
        "people write in paragraphs and lists",
        ranges=_of(0x9, 0xA),
    ),
    Rule(
        "numbers and verse signs of Arabic, Syriac, Kaithi",
        Fate.STAYS,
        "called format, yet they are seen (Prepended_Concatenation_Mark)",
        ranges=(
            (0x600, 0x605),
            *_of(0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD),
        ),
    ),
    Rule(
        "joiners: ZWNJ, ZWJ, Mongolian vowel separator",
        Fate.BESIDE,
        "make one picture of several, and shape Uyghur and Mongolian words",
        ranges=((0x200C, 0x200D), *_of(0x180E)),
    ),
    Rule(
        "variation selectors",
        Fate.BESIDE,
        "choose the form of the sign before: of pictures, and rare ones of names",
        ranges=(
            *((0x180B, 0x180D), *_of(0x180F)),
            *((0xFE00, 0xFE0F), (0xE0100, 0xE01EF)),
        ),
    ),
    Rule(
        "tags",
        Fate.BESIDE,
        "spell three flags; anywhere else they are a hidden text",
        ranges=((0xE0020, 0xE007F),),
    ),
    Rule(
        "bidi controls",
        Fate.GOES,
        "can turn a sentence or an amount around; letters know their direction",
        ranges=((0x200E, 0x200F), (0x202A, 0x202E), (0x2066, 0x2069), *_of(0x61C)),
    ),
    Rule(
        "letters without ink: fillers, grapheme joiner, what programs must ignore",
        Fate.GOES,
        "a letter of nothing but these would be an empty one",
        ranges=(
            *_of(0x34F, 0x3164, 0xFFA0, 0x2065),
            *((0x115F, 0x1160), (0x17B4, 0x17B5), (0xFFF0, 0xFFF8)),
            *((0xE0000, 0xE001F), (0xE0080, 0xE00FF), (0xE01F0, 0xE0FFF)),
        ),
    ),
    Rule(
        "noncharacters",
        Fate.GOES,
        "never a sign of any script, and illegal in Word and Excel files",
        ranges=_NONCHARACTERS,
    ),
    Rule(
        "controls, other zero-width signs, lone surrogates, line separators",
        Fate.GOES,
        "nobody sees them; terminals, files and comparisons stumble over them",
        categories=frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"}),
    ),
    Rule(
        "combining marks",
        Fate.STACKS,
        "an accent belongs to its letter; a tower of them covers other lines (Zalgo)",
        categories=frozenset({"Mn", "Me"}),
    ),
    Rule(
        "everything else: letters, digits, signs, pictures, spaces, private use, "
        "and what this Python does not know yet",
        Fate.STAYS,
        "GB 18030 has names beyond any list: extensions A–I, and private use of old",
        ranges=((0, 0x10FFFF),),
    ),
)

ZWJ = "\u200d"
EMOJI_SELECTORS = "\ufe0e\ufe0f"
_BLACK_FLAG = "\U0001f3f4"
_FLAGS = tuple(
    "".join(chr(0xE0000 + ord(letter)) for letter in region) + "\U000e007f"
    for region in ("gbeng", "gbsct", "gbwls")
)
LONGEST_FLAG = len(_FLAGS[0])
_TONES = range(0x1F3FB, 0x1F400)
_NEW_PICTURES = range(0x1F000, 0x1FB00)  # of a Unicode younger than this Python
_MONGOLIAN = range(0x1820, 0x18AB)
_WRITTEN_JOINED = (  # letters of Mongolian and Arabic (Uyghur, Kazakh, Kirghiz)
    *(_MONGOLIAN, range(0x620, 0x700), range(0x750, 0x780)),
    *(range(0xFB50, 0xFDD0), range(0xFE70, 0xFEFD)),
)
_EMOJI = frozenset({"So", "Sm", "Po", "Pd", "Nd"})  # what ☎️-selectors may follow
_OF_FORMS = frozenset({"Lo", "Co", "Cn", "So", "Sm"})  # what the others may
_LETTERLIKE = "\u2139"  # ℹ is a picture among the letters


@lru_cache(maxsize=8192)
def fate_of(sign: str) -> Fate:
    """What becomes of a sign: the first line of the table that covers it."""
    return next(rule.fate for rule in RULES if rule.covers(sign))


def belongs(sign: str, *, before: str, after: str) -> bool:
    """Whether a sign that stays `BESIDE` others has them beside it.

    `before`: the signs kept so far, the last two at least. `after`: the signs that
    follow, `LONGEST_FLAG` of them at least.
    """
    return _NEIGHBOURS[_kind_of(sign)](sign, before, after)


def _kind_of(sign: str) -> str:
    return next(rule.what for rule in RULES if rule.covers(sign))


def _joins(sign: str, before: str, after: str) -> bool:
    base = before[:-1] if before[-1:] in EMOJI_SELECTORS else before
    left, right = base[-1:], after[:1]
    if sign == ZWJ and _is_picture(left) and _is_picture(right):
        return True
    return _is_written_joined(before[-1:]) and _is_written_joined(right)


def _is_picture(sign: str) -> bool:
    if not sign:
        return False
    category, number = unicodedata.category(sign), ord(sign)
    return (
        category == "So"
        or (category == "Sm" and number > 0x2000)
        or number in _TONES
        or (category == "Cn" and number in _NEW_PICTURES)
    )


def _is_written_joined(sign: str) -> bool:
    return sign != "" and any(ord(sign) in letters for letters in _WRITTEN_JOINED)


def _selects(sign: str, before: str, _: str) -> bool:
    last = before[-1:]
    if not last:
        return False
    if sign < "\ufe00":
        return ord(last) in _MONGOLIAN
    if sign in EMOJI_SELECTORS:
        is_emoji = unicodedata.category(last) in _EMOJI
        return is_emoji or last == _LETTERLIKE or _is_picture(last)
    return unicodedata.category(last) in _OF_FORMS


def _spells_flag(sign: str, before: str, after: str) -> bool:
    """Whether the sign stands in one of the three flags, wherever in it."""
    flag = before.rpartition(_BLACK_FLAG)[2] if _BLACK_FLAG in before else None
    if flag is None:
        return False
    return any(
        known.startswith(flag + sign) and (flag + sign + after).startswith(known)
        for known in _FLAGS
    )


_NEIGHBOURS: dict[str, Callable[[str, str, str], bool]] = {
    RULES[2].what: _joins,
    RULES[3].what: _selects,
    RULES[4].what: _spells_flag,
}
