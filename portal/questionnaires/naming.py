"""New permanent ids: readable, the same every time, and never one used before.

In: the words of a question or option. Out: an id of initials in pinyin and a digest
of the words, as `zdlsn_k3f9q`. Because the digest is of the words, other words never
get the id of a question that was deleted long ago, and the same words get the same.
"""

import base64
import hashlib
import unicodedata
from bisect import bisect_right

from portal.questionnaires.definition import RESERVED

INITIALS, DIGEST = 10, 5

# GB 2312 keeps its 3 755 common characters in the order of pinyin (its rows 16 to
# 55): the first code of each initial tells the initial of every other.
_FIRST = (
    *(0xB0A1, 0xB0C5, 0xB2C1, 0xB4EE, 0xB6EA, 0xB7A2, 0xB8C1, 0xB9FE, 0xBBF7, 0xBFA6),
    *(0xC0AC, 0xC2E8, 0xC4C3, 0xC5B6, 0xC5BE, 0xC6DA, 0xC8BB, 0xC8F6, 0xCBFA, 0xCDDA),
    *(0xCEF4, 0xD1B9, 0xD4D1),
)
_LETTERS = "abcdefghjklmnopqrstwxyz"
_LAST = 0xD7F9


class Names:
    """Hands out ids that are not among those taken."""

    def __init__(self, taken: set[str]) -> None:
        self.taken = RESERVED | taken
        self._given: dict[tuple[str, ...], int] = {}

    def fresh(self, words: str, *more: str) -> str:
        """An id for `words`; what else makes it another thing goes into the digest."""
        stem, told = initials(words) or "x", (words, *more)
        times = self._given.get(told, 0)
        while (found := f"{stem}_{_digest(*told, *_again(times))}") in self.taken:
            times += 1
        self._given[told] = times + 1  # where the next of the same words begins
        self.taken |= {found}
        return found


def initials(words: str) -> str:
    """The first letters of the words in pinyin; it begins with a letter, if anything.

    >>> initials("去社区办事，顺不顺？")
    'qsqbssbs'
    """
    letters = "".join(map(_letter, unicodedata.normalize("NFKC", words).lower()))
    return letters.lstrip("0123456789")[:INITIALS]


def _again(times: int) -> tuple[str, ...]:
    return (f"again {times}",) if times else ()


def _letter(sign: str) -> str:
    if sign.isascii():
        return sign if sign.isalnum() else ""
    code = int.from_bytes(sign.encode("gb2312", "ignore"), "big")
    if not _FIRST[0] <= code <= _LAST:
        return ""
    return _LETTERS[bisect_right(_FIRST, code) - 1]


def _digest(*words: str) -> str:
    told = "\x1f".join(unicodedata.normalize("NFC", word) for word in words)
    digest = hashlib.sha256(told.encode()).digest()
    return base64.b32encode(digest).decode().lower()[:DIGEST]
