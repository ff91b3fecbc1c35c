"""Sealed boxes, readers' keys, and padding that hides lengths (libsodium via PyNaCl).

Seeds of 32 bytes are what people and rounds hold; box and signing keys derive from
them, so one secret per holder is kept and wrapped.
"""

import hashlib
import secrets
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache

import nacl.exceptions
import nacl.public
import nacl.secret
import nacl.signing
from argon2.low_level import Type, hash_secret_raw

SIZE_CLASSES = (256, 1024, 4096, 16384, 65536)  # bytes on disk before sealing
PASSWORD_MEMORY_KIB = 64 * 1024  # a staff sign-in: 64 MiB, 3 passes (RFC 9106 §4)
PASSWORD_PASSES = 3
RECEIPT_MEMORY_KIB = 8 * 1024  # a receipt: 8 MiB, 1 pass, about 10 ms
RECEIPT_PASSES = 1

# One thread for all receipts: their 8 MiB are there once and at hand, and the caches
# of the threads that serve pages stay theirs. A letter takes 1 ms of 7 less by it.
_at_work = ThreadPoolExecutor(1, "argon2id")


class UnreadableError(Exception):
    """The key does not open this, or it was altered."""


@dataclass(frozen=True)
class KeyPair:
    """A 32-byte seed, the box key it opens with and the key it signs with."""

    seed: bytes = field(repr=False)

    @classmethod
    def make(cls) -> "KeyPair":
        """A fresh pair."""
        return cls(secrets.token_bytes(32))

    @property
    def public(self) -> bytes:
        """The 32-byte X25519 key to seal to."""
        return bytes(self._box().public_key)

    @property
    def verify_key(self) -> bytes:
        """The 32-byte Ed25519 key to check signatures with."""
        return bytes(self._signing().verify_key)

    def open(self, sealed: bytes) -> bytes:
        """What was sealed to `public`.

        Raises UnreadableError.
        """
        try:
            return nacl.public.SealedBox(self._box()).decrypt(sealed)
        except (nacl.exceptions.CryptoError, ValueError) as error:
            raise UnreadableError from error

    def sign(self, message: bytes) -> bytes:
        """The 64-byte Ed25519 signature."""
        return self._signing().sign(message).signature

    def _box(self) -> nacl.public.PrivateKey:
        return nacl.public.PrivateKey(derive(self.seed, "box"))

    def _signing(self) -> nacl.signing.SigningKey:
        return nacl.signing.SigningKey(derive(self.seed, "sign"))


def derive(secret: bytes, purpose: str) -> bytes:
    """A 32-byte key for one purpose, which tells nothing of another purpose's."""
    return hashlib.blake2b(
        purpose.encode(), key=secret[:64], digest_size=32, person=b"mashangxun"
    ).digest()


def seal(message: bytes, to: bytes) -> bytes:
    """Seal to a public key: 48 bytes longer, and the sender cannot open it again."""
    return nacl.public.SealedBox(_public(to)).encrypt(message)


@lru_cache(maxsize=4096)
def _public(key: bytes) -> nacl.public.PublicKey:
    return nacl.public.PublicKey(key)


def is_signed(message: bytes, signature: bytes, by: bytes) -> bool:
    """Whether the Ed25519 key `by` signed `message`."""
    try:
        nacl.signing.VerifyKey(by).verify(message, signature)
    except (nacl.exceptions.BadSignatureError, ValueError):
        return False
    return True


def lock(message: bytes, key: bytes) -> bytes:
    """Encrypt under a 32-byte key (XSalsa20-Poly1305, random nonce)."""
    return bytes(nacl.secret.SecretBox(key).encrypt(message))


def unlock(locked: bytes, key: bytes) -> bytes:
    """The message under `lock`.

    Raises UnreadableError.
    """
    try:
        return nacl.secret.SecretBox(key).decrypt(locked)
    except (nacl.exceptions.CryptoError, ValueError) as error:
        raise UnreadableError from error


def pad(message: bytes, *, least: int = 0) -> bytes:
    """`message` padded *in bytes* to a size class, so that its length does not show.

    ISO/IEC 7816-4 padding: 0x80, then zeros. Beyond the last class: its multiples.
    The class is one of at least `least` bytes.
    """
    needed = max(len(message) + 1, least)
    last = SIZE_CLASSES[-1]
    size = next((s for s in SIZE_CLASSES if s >= needed), -(-needed // last) * last)
    return message + b"\x80" + bytes(size - len(message) - 1)


def unpad(padded: bytes) -> bytes:
    """The message under `pad`."""
    return padded.rstrip(b"\x00")[:-1]


def password_key(password: str, salt: bytes) -> bytes:
    """The 32-byte Argon2id key of a staff password."""
    return _argon2id(password.encode(), salt, PASSWORD_PASSES, PASSWORD_MEMORY_KIB)


def receipt_key(receipt: str, pepper: bytes) -> bytes:
    """The 32-byte Argon2id key of a resident's receipt, under the store's pepper."""
    salt = derive(pepper, "receipt salt")[:16]
    working = _at_work.submit(
        _argon2id, receipt.encode(), salt, RECEIPT_PASSES, RECEIPT_MEMORY_KIB
    )
    return working.result()


def _argon2id(secret: bytes, salt: bytes, passes: int, memory_kib: int) -> bytes:
    return hash_secret_raw(
        secret,
        salt,
        time_cost=passes,
        memory_cost=memory_kib,
        parallelism=1,
        hash_len=32,
        type=Type.ID,
    )
