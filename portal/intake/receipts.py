"""A complaint's receipt: the resident's only key, and what is derived from it.

The receipt itself is derived from the form's nonce and the content under the key
store's pepper, so that sending the same form twice gives the same receipt, while
the next person on a shared phone, with other words, gets another.

    receipt   = 18 digits of HMAC(pepper, nonce, content) + 2 check digits
    master    = Argon2id(receipt, salt from the pepper; 8 MiB, 1 pass)
    look-up   = BLAKE2b(master, "lookup")      stored; finds the letter
    reply key = key pair of BLAKE2b(master, "reply")   never stored; opens replies

Knowing the look-up tells nothing of the reply key.
"""

from dataclasses import dataclass

from portal.kernel import codes, sealing
from portal.kernel.errors import InvalidError, NotFoundError
from portal.kernel.sealing import KeyPair

DIGITS = 20  # 18 random (60 bits) and 2 check digits


class MistypedReceiptError(InvalidError):
    """The check digits do not fit: a typing mistake, nothing was looked up."""

    sentence = "回执码有一位抄错了，请对照着再看一遍：一共 20 个数字。"


class UnknownReceiptError(NotFoundError):
    """The check digits fit, but there is no such letter."""

    sentence = "没有找到这个回执码对应的信。可能抄错了，也可能已过保存期限、信已销毁。"


@dataclass(frozen=True)
class ReceiptKeys:
    """What a receipt opens."""

    lookup: bytes
    pair: KeyPair


def receipt_for(pepper: bytes, nonce: str, content: bytes) -> str:
    """The 20 digits that this nonce and content always give."""
    secret = sealing.derive(pepper, "receipt")
    mac = codes.mac(secret, nonce.encode(), content)
    return codes.with_check_digits(f"{int.from_bytes(mac, 'big') % 10**18:018d}")


def typed_receipt(text: str) -> str:
    """The 20 digits somebody typed, spaces, full-width and Chinese digits forgiven.

    Raises MistypedReceiptError.
    """
    digits = codes.typed_digits(text)
    if len(digits) != DIGITS or not codes.has_right_check_digits(digits):
        raise MistypedReceiptError
    return digits


def keys_of(pepper: bytes, receipt: str) -> ReceiptKeys:
    """What the receipt opens; costs about 10 ms of Argon2id."""
    master = sealing.receipt_key(receipt, pepper)
    return ReceiptKeys(
        lookup=sealing.derive(master, "lookup"),
        pair=KeyPair(sealing.derive(master, "reply")),
    )
