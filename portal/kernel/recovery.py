"""Recovery shares: a key in three parts, any two of which are the whole.

Replicated secret sharing (Ito, Saito, Nishizeki 1989): the key is a XOR b XOR c with
random a and b; each share holds two of the three, so one share says nothing.
"""

import secrets

from portal.kernel import codes
from portal.kernel.errors import InvalidError

KEY = 32  # bytes
_HELD = {1: (0, 1), 2: (1, 2), 3: (2, 0)}  # which parts a share holds


class ShareError(InvalidError):
    """The shares do not make a key."""

    sentence = "恢复份额不对：需要三份中的任意两份，请对照纸面逐字核对。"


def split(key: bytes) -> tuple[str, str, str]:
    """Three printable shares of a 32-byte key."""
    first, second = secrets.token_bytes(KEY), secrets.token_bytes(KEY)
    parts = (first, second, _xor(key, _xor(first, second)))
    one, two, three = (
        f"{number}-{(parts[a] + parts[b]).hex().upper()}"
        for number, (a, b) in _HELD.items()
    )
    return one, two, three


def join(shares: tuple[str, str]) -> bytes:
    """The key of any two different shares.

    Raises ShareError.
    """
    parts: dict[int, bytes] = {}
    for share in shares:
        number, _, digits = share.strip().partition("-")
        held = _HELD.get(int(number) if number.isdecimal() else 0)
        try:
            content = bytes.fromhex(codes.typed_code(digits))
        except ValueError as error:
            raise ShareError from error
        if held is None or len(content) != 2 * KEY:
            raise ShareError
        for position, part in zip(held, (content[:KEY], content[KEY:]), strict=True):
            if parts.setdefault(position, part) != part:
                raise ShareError
    if len(parts) != 3:
        raise ShareError
    return _xor(parts[0], _xor(parts[1], parts[2]))


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))
