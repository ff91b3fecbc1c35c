"""Random and typed codes: Crockford base32, digit receipts, look-alikes forgiven.

Crockford base32 (https://www.crockford.com/base32.html): 0-9 A-Z without I L O U.
"""

import hashlib
import secrets
import unicodedata

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOK_ALIKES = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V"})
_CHINESE_DIGITS = str.maketrans(  # as written, on cheques, and read aloud
    "〇零○一二三四五六七八九壹贰叁肆伍陆柒捌玖貳參陸幺两",
    "00012345678912345678923612",
)


def random_code(length: int) -> str:
    """`length` Crockford characters of 5 random bits each."""
    return "".join(ALPHABET[byte & 31] for byte in secrets.token_bytes(length))


def random_id() -> str:
    """A random primary key: 16 bytes as 32 hex characters."""
    return secrets.token_hex(16)


def base32(data: bytes, length: int) -> str:
    """The first `length` Crockford characters of `data`, most significant bit first."""
    bits = int.from_bytes(data, "big")
    size = len(data) * 8
    return "".join(ALPHABET[(bits >> (size - 5 * (i + 1))) & 31] for i in range(length))


def typed_code(text: str) -> str:
    """What somebody meant when typing a code: width, case, gaps and look-alikes."""
    folded = _folded(text).upper().translate(_LOOK_ALIKES)
    return "".join(c for c in folded if c.isalnum())


def typed_digits(text: str) -> str:
    """What somebody meant when typing digits: width, gaps and Chinese numerals."""
    folded = _folded(text.translate(_CHINESE_DIGITS))
    return "".join(c for c in folded if c in "0123456789")


def _folded(text: str) -> str:
    """The text with digits of every kind (３ ٣ ③ ❸ 𝟛) as those of ASCII, in NFKC.

    Combining marks are left out first: NFKC sorts long runs in quadratic time.
    """
    if text.isascii():
        return text
    bare = "".join(c for c in text if not unicodedata.category(c).startswith("M"))
    return "".join(
        c if (digit := unicodedata.digit(c, None)) is None else str(digit)
        for c in unicodedata.normalize("NFKC", bare)
    )


def with_check_digits(digits: str) -> str:
    """`digits` followed by two check digits (ISO/IEC 7064, MOD 97-10)."""
    return f"{digits}{(98 - int(digits) * 100 % 97) % 97:02d}"


def has_right_check_digits(digits: str) -> bool:
    """Whether the last two digits check the others (ISO/IEC 7064, MOD 97-10)."""
    return len(digits) > 2 and with_check_digits(digits[:-2]) == digits


def in_fours(code: str) -> str:
    """The code in groups of four, as it is printed and read aloud."""
    return " ".join(code[i : i + 4] for i in range(0, len(code), 4))


def mac(key: bytes, *parts: bytes) -> bytes:
    """Keyed BLAKE2b (RFC 7693) over length-prefixed parts: no two lists collide.

    32 bytes; `key` has 64 at most. Not HMAC: OpenSSL takes twenty times as long for
    one where its caches are cold, as they are after each Argon2id.
    """
    message = b"".join(len(part).to_bytes(8, "big") + part for part in parts)
    return hashlib.blake2b(message, key=key, digest_size=32, person=b"mac").digest()
