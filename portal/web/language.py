"""The second language: a sentence is found by its Chinese wording.

Chinese is what the program is written in, so it needs no catalogue. Stages fill
numbers and names into their sentences before the web sees them; such a sentence is
found again by its pattern: `最多选 {most} 项` in the catalogue fits 「最多选 3 项」.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from babel.messages.pofile import read_po
from flask import request
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

CATALOGUES = Path(__file__).parent.parent / "locale"
LANGUAGES = ("zh", "en")
LONGEST_SENTENCE = 400  # characters; longer texts are not ours and stay as they are

# Whoever asks for one of these (RFC 5646) reads Chinese rather than English.
CHINA = {"zh", "cmn", "yue", "wuu", "nan", "hak", "gan", "hsn"}
CHINA |= {"bo", "ug", "mn", "ii", "za", "kk", "*"}

_CHINESE = re.compile("[\u3400-\u9fff]")
_SPOT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Catalogue:
    """Whole sentences, and patterns of those that are filled in."""

    whole: dict[str, str]
    filled: tuple[tuple[re.Pattern[str], str], ...]

    def text(self, message: str) -> str:
        """The message in this language; what is not in the catalogue as it is."""
        found = self.whole.get(message)
        if found:
            return found
        if len(message) > LONGEST_SENTENCE or not _CHINESE.search(message):
            return message
        for pattern, text in self.filled:
            fit = pattern.fullmatch(message)
            if fit:
                spots = {name: self._spot(s) for name, s in fit.groupdict().items()}
                return text.format(**spots)
        return message

    def _spot(self, filling: str) -> str:
        """What was filled in: a sentence, a name, or a list of names."""
        found = self.text(filling)
        if found != filling:
            return found
        return ", ".join(self.text(name) for name in filling.split("、"))


def pattern_of(message: str) -> re.Pattern[str]:
    """What a message with `{spots}` looks like when they are filled in."""
    parts, seen = _SPOT.split(message), set[str]()
    for i in range(1, len(parts), 2):
        name = parts[i]
        parts[i] = f"(?P={name})" if name in seen else f"(?P<{name}>.+?)"
        seen.add(name)
    parts[::2] = map(re.escape, parts[::2])
    return re.compile("".join(parts), re.DOTALL)


@lru_cache
def catalogue(language: str) -> Catalogue:
    """The catalogue of a language; an empty one where there is none."""
    path = CATALOGUES / f"{language}.po"
    if not path.exists():
        return Catalogue({}, ())
    with path.open("rb") as file:
        entries = read_po(file, locale=language)
    whole = {str(e.id): str(e.string) for e in entries if e.id and e.string}
    with_spots = sorted((m for m in whole if _SPOT.search(m)), key=len, reverse=True)
    return Catalogue(whole, tuple((pattern_of(m), whole[m]) for m in with_spots))


def language() -> str:
    """`lang` of the address; else English for a browser that asks for no Chinese.

    The desk is Chinese unless its address asks otherwise.
    """
    if "lang" in request.args and request.args["lang"] in LANGUAGES:
        return request.args["lang"]
    if request.path.startswith("/desk"):
        return "zh"
    return _wished(request.headers.get("Accept-Language", ""))


@lru_cache
def _wished(header: str) -> str:
    """What a browser asks for (RFC 9110 §12.5.4); there are few wishes, often sent."""
    wishes = {
        tag.lower().partition("-")[0]
        for tag in parse_accept_header(header, LanguageAccept).values()
    }
    return "zh" if not wishes or wishes & CHINA else "en"


def gettext(message: str, **values: object) -> str:
    """The message in the language of this request, as plain text."""
    chosen = language()
    text = message if chosen == "zh" else catalogue(chosen).text(message)
    return text % values if values else text


def ngettext(one: str, _: str, __: int, **values: object) -> str:
    """Neither Chinese nor our English sentences change with a number."""
    return gettext(one, **values)
