"""Recovery shares: a key in three parts, any two of which are the whole.

One standing recovery key is made with the installation. Its public half lies in the
key store, and backups of the store are sealed to it; its private half exists on paper
only, in three shares, so no machine can open its own backups.

Replicated secret sharing (Ito, Saito, Nishizeki 1989): the key is a XOR b XOR c with
random a and b; each share holds two of the three, so one share says nothing.
"""

import hashlib
import secrets

from portal.kernel import codes
from portal.kernel.errors import InvalidError
from portal.kernel.keystore import KeyStore
from portal.kernel.sealing import KeyPair

KEY = 32  # bytes
PUBLIC = "recovery"  # the public half's name in the key store
FINGERPRINT = 12  # Crockford characters: enough that paper and screen are compared
_HELD = {1: (0, 1), 2: (1, 2), 3: (2, 0)}  # which parts a share holds


class ShareError(InvalidError):
    """The shares do not make a key."""

    sentence = "恢复份额不对：需要三份中的任意两份，请对照纸面逐字核对。"


def establish(keystore: KeyStore) -> tuple[str, str, str]:
    """Make the recovery key, in place of an earlier one; gives its shares, once."""
    pair = KeyPair.make()
    keystore.put(PUBLIC, pair.public)
    return split(pair.seed)


def fingerprint(public: bytes) -> str:
    """What stands on the shares and is said at every backup, to be compared."""
    digest = hashlib.sha256(public).digest()
    return codes.in_fours(codes.base32(digest, FINGERPRINT))


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
