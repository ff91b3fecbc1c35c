"""Text in, text out: what cannot be seen goes, what can be seen stays.

The output is plain text, never HTML; every page escapes it again. bleach takes
markup away (pasted rich text), but it reads `a<b & c>d` as a tag and eats words, so
it is shown only what is a well-formed tag of HTML. Which signs stay is a table of
its own, `intake.signs`. Every step looks at each sign a bounded number of times,
whatever is sent.
"""

import re
import unicodedata
from itertools import chain, zip_longest

import bleach
from bleach.html5lib_shim import HTML_TAGS

from portal.intake.signs import LONGEST_FLAG, Fate, belongs, fate_of

_ATTRIBUTE = (
    r"""\s++[a-zA-Z-]++(?:\s*+=\s*+(?:"[^"<>]*+"|'[^'<>]*+'|[^\s"'<>=`]++))?+"""
)
_TAG = re.compile(
    rf"</?(?:{'|'.join(sorted(HTML_TAGS))})(?:{_ATTRIBUTE})*+\s*+/?>", re.IGNORECASE
)
_BREAK = re.compile(r"<br\b", re.IGNORECASE)
_ANGLES = re.compile("[<>]")
_LONGEST_MARKS = 4  # combining marks on one letter; no script stacks more in prose
_LONGEST_RUN = 30  # marks before NFC sorts them, in quadratic time (UAX #15, D4)
_BLANK_LINES = re.compile(r"\n{3,}")
_BETWEEN = "\ufdd0"  # a noncharacter: none is left when bleach is asked
_TAGS_AT_ONCE = 500  # its tree would copy what it has at each further tag
_ORDINARY = re.compile(
    r"[\n\t -~—‘-”…　-〟一-鿿！-～]*"
)  # nothing in it hides or stacks
# An empty Braille cell is a space with a name of its own.
_LINES = str.maketrans({"\r": "\n", "\u2028": "\n", "\u2029": "\n", "\u2800": " "})


def plain_text(text: str) -> str:
    """`text` in NFC without controls, bidi overrides, zero-width or markup.

    Cleaning twice gives the same as once; no visible character disappears but
    the tags of well-formed markup.
    """
    text = _visible(text)
    if "<" not in text:
        return text
    return _visible(_without_leftovers(_without_markup(text)))


def one_line(text: str) -> str:
    """`plain_text` on a single line."""
    return " ".join(plain_text(text).split())


def _visible(text: str) -> str:
    text = text.replace("\r\n", "\n").translate(_LINES)
    if not _ORDINARY.fullmatch(text):
        text = _with_short_runs(text)
        text = unicodedata.normalize("NFC", text)
        text = _without_hidden(text)
        text = unicodedata.normalize("NFC", text)
    return _BLANK_LINES.sub("\n\n", text).strip()


def _with_short_runs(text: str) -> str:
    """The text in "Stream-Safe Text Format", with what is too much left out."""
    kept: list[str] = []
    marks = 0
    for sign in text:
        is_mark = unicodedata.category(sign)[0] == "M" or unicodedata.combining(sign)
        marks = marks + 1 if is_mark else 0
        if marks <= _LONGEST_RUN:
            kept.append(sign)
    return "".join(kept)


def _without_hidden(text: str) -> str:
    kept: list[str] = []
    marks = 0
    for position, sign in enumerate(text):
        fate = fate_of(sign)
        if fate is Fate.BESIDE:
            before = "".join(kept[-LONGEST_FLAG:])
            after = text[position + 1 : position + 1 + LONGEST_FLAG]
            if belongs(sign, before=before, after=after):
                kept.append(sign)
            continue
        if fate is Fate.GOES:
            continue
        marks = marks + 1 if fate is Fate.STACKS else 0
        if marks <= _LONGEST_MARKS:
            kept.append(sign)
    return "".join(kept)


def _without_markup(text: str) -> str:
    """The text without its tags; a line ends where a browser would end it."""
    tags = _TAG.findall(text)
    left = (
        sign
        for start in range(0, len(tags), _TAGS_AT_ONCE)
        for sign in _stripped(tags[start : start + _TAGS_AT_ONCE])
    )
    pieces = zip_longest(_TAG.split(text), left, fillvalue="")
    return "".join(chain.from_iterable(pieces))


def _stripped(tags: list[str]) -> list[str]:
    """What bleach leaves of each tag: nothing, or the end of a line."""
    broken = ("\n" if _BREAK.match(tag) else tag for tag in tags)
    markup = "<b>" + _BETWEEN.join(broken)  # at its first tag it breaks no line
    return bleach.clean(markup, tags=set(), strip=True).split(_BETWEEN)


def _without_leftovers(text: str) -> str:
    """The text without the tags that came about when the ones inside them went.

    A tag has one `<`, its first sign, and one `>`, its last: so at each `>` only what
    stands since the last `<` can be one, and at most once.
    """
    done: list[str] = []
    open_: list[list[str]] = [[]]  # each but the first begins with a `<`
    end = 0
    for angle in _ANGLES.finditer(text):
        open_[-1].append(text[end : angle.start()])
        end = angle.end()
        if angle.group() == "<":
            open_.append(["<"])
        elif _TAG.fullmatch("".join(open_[-1]) + ">"):
            open_.pop()
        else:
            done += [*chain.from_iterable(open_), ">"]
            open_ = [[]]
    return "".join([*done, *chain.from_iterable(open_), text[end:]])
