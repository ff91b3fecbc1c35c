"""A draw that anybody can repeat: a list, a seed, and the smallest hashes; pure.

In: numbers of findings and a seed. Out: which are drawn, the same on every machine.
"""

import hashlib
import secrets
from collections.abc import Collection

_FIRST, _LAST = 10_000, 99_999  # five digits, to be read aloud


def commitment(numbers: Collection[int]) -> str:
    """What a list is held to: SHA-256, in hex, over its sorted numbers, one a line."""
    return fingerprint("\n".join(str(number) for number in sorted(numbers)))


def redraw(seed: str, numbers: Collection[int], *, size: int) -> list[int]:
    """The `size` numbers with the smallest SHA-256("seed|number"), sorted.

    Every number has its own place in the order, so neither the order of the list
    nor the rest of it decides whether one comes before another.
    """
    ranked = sorted(numbers, key=lambda number: fingerprint(f"{seed}|{number}"))
    return sorted(ranked[:size])


def fingerprint(text: str) -> str:
    """SHA-256 of a text in UTF-8, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def fresh_number(taken: Collection[int]) -> int:
    """A number of five random digits that is not taken."""
    while True:
        number = _FIRST + secrets.randbelow(_LAST - _FIRST + 1)
        if number not in taken:
            return number
