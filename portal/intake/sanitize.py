"""Text in, text out: what cannot be seen goes, what can be seen stays.

The output is plain text, never HTML; every page escapes it again. bleach takes
markup away (pasted rich text), but it reads `a<b & c>d` as a tag and eats words,
so whatever is not a well-formed tag of HTML is escaped before it gets there.
"""

import html
import re
import unicodedata

import bleach
from bleach.html5lib_shim import HTML_TAGS

_ATTRIBUTE = r"""\s+[a-zA-Z-]+(?:\s*=\s*(?:"[^"<>]*"|'[^'<>]*'|[^\s"'<>=`]+))?"""
_TAG = re.compile(
    rf"</?({'|'.join(sorted(HTML_TAGS))})(?:{_ATTRIBUTE})*\s*/?>", re.IGNORECASE
)
_LONGEST_MARKS = 4  # combining marks on one letter; no script stacks more in prose
_JOINER = "\u200d"  # keeps families of emoji together, means nothing elsewhere
_BLANK_LINES = re.compile(r"\n{3,}")
# Private use is not hidden: GB 18030-2000 put rare characters of names there.
_ORDINARY = re.compile(
    r"[\n\t -~—‘-”…　-〟一-鿿！-～]*"
)  # nothing in it hides or stacks
_HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
_MARKS = {"Mn", "Me"}


def plain_text(text: str) -> str:
    """`text` in NFC without controls, bidi overrides, zero-width or markup.

    Cleaning twice gives the same as once; no visible character disappears but
    the tags of well-formed markup.
    """
    cleaned = _once(text)
    while (again := _once(cleaned)) != cleaned:
        cleaned = again
    return cleaned


def one_line(text: str) -> str:
    """`plain_text` on a single line."""
    return " ".join(plain_text(text).split())


def _once(text: str) -> str:
    return _without_markup(_visible(text))


def _visible(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n")
    text = unicodedata.normalize("NFC", text.replace("\u2029", "\n"))
    if not _ORDINARY.fullmatch(text):
        text = _without_hidden(text)
    return _BLANK_LINES.sub("\n\n", text).strip()


def _without_hidden(text: str) -> str:
    kept: list[str] = []
    marks = 0
    for position, sign in enumerate(text):
        category = unicodedata.category(sign)
        marks = marks + 1 if category in _MARKS else 0
        if marks > _LONGEST_MARKS:
            continue
        is_seen = category not in _HIDDEN or sign in "\n\t"
        if is_seen or (sign == _JOINER and _joins_pictures(text, position)):
            kept.append(sign)
    return "".join(kept)


def _joins_pictures(text: str, position: int) -> bool:
    """Whether the joiner stands between two pictures (a modifier may precede it)."""
    before, after = text[:position].rstrip("\ufe0f"), text[position + 1 : position + 2]
    return _is_picture(before[-1:]) and _is_picture(after)


def _is_picture(sign: str) -> bool:
    return sign != "" and unicodedata.category(sign) in {"So", "Sk"}


def _without_markup(text: str) -> str:
    if "<" not in text:
        return text
    parts: list[str] = []
    end = 0
    for tag in _TAG.finditer(text):
        parts += [html.escape(text[end : tag.start()], quote=False), tag.group()]
        end = tag.end()
    parts.append(html.escape(text[end:], quote=False))
    return html.unescape(bleach.clean("".join(parts), tags=set(), strip=True))
