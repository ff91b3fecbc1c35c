"""Accounts: a password opens a reader's keys; there is no separate password hash.

Argon2id(password) locks a 32-byte seed; from the seed derive the key that texts
are wrapped to and the key that signs. The second factor (TOTP, RFC 6238) lies
locked under a key of the key store, so a stolen database cannot compute codes.
"""

import secrets
from datetime import datetime

import pyotp
from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.kernel import codes, sealing
from portal.kernel.database import Base, fetch
from portal.kernel.errors import InvalidError
from portal.kernel.keystore import KeyStore
from portal.kernel.sealing import KeyPair
from portal.people.permissions import Role

MINIMUM_PASSWORD = 10  # characters; length is what helps (NIST SP 800-63B §5.1.1)
TOTP_STEP = 30  # seconds (RFC 6238 §5.2)


class SignInError(InvalidError):
    """Name, password or code is wrong: which one is not said."""

    sentence = "用户名、密码或动态码不对。动态码每 30 秒换一次，请核对后再试。"


class WeakPasswordError(InvalidError):
    """The password is too short."""

    sentence = "密码太短：至少 10 个字符，可以用一句话。"


class NameTakenError(InvalidError):
    """Somebody has that username."""

    sentence = "这个用户名已经有人用了，请换一个。"


class Staff(Base):
    """Somebody who signs in."""

    __tablename__ = "staff"
    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    role: Mapped[Role]
    unit: Mapped[str] = mapped_column(default="")  # 单位, for role unit
    salt: Mapped[bytes]
    locked_seed: Mapped[bytes]
    locked_totp: Mapped[bytes]
    last_totp_step: Mapped[int] = mapped_column(default=0)
    public_key: Mapped[bytes]
    verify_key: Mapped[bytes]
    is_active: Mapped[bool] = mapped_column(default=True)


def get_staff(session: Session, staff_id: int) -> Staff:
    """One account.

    Raises NotFoundError.
    """
    return fetch(session, Staff, staff_id)


def register(
    session: Session,
    keystore: KeyStore,
    *,
    username: str,
    name: str,
    role: Role,
    pair: KeyPair | None = None,
) -> tuple[Staff, str, str]:
    """Make an account; gives it, its first password and its TOTP secret (base32).

    Its keys are `pair`, or made and forgotten where none is given.

    Raises NameTakenError.
    """
    taken = select(Staff).where(Staff.username == username)
    if session.scalars(taken).first() is not None:
        raise NameTakenError
    staff = Staff(username=username, name=name, role=role)
    password, totp_secret = _give_keys(staff, keystore, pair or KeyPair.make())
    session.add(staff)
    session.flush()
    return staff, password, totp_secret


def reset(session: Session, keystore: KeyStore, staff: Staff) -> tuple[str, str]:
    """New keys for a forgotten password; gives the first password and TOTP secret.

    What was wrapped to the old keys can be opened by nobody any more.
    """
    found = _give_keys(staff, keystore, KeyPair.make())
    session.flush()
    return found


def set_password(staff: Staff, pair: KeyPair, password: str) -> None:
    """Change the password of somebody signed in: the same keys, locked anew.

    Raises WeakPasswordError.
    """
    if len(password) < MINIMUM_PASSWORD:
        raise WeakPasswordError
    staff.salt = secrets.token_bytes(16)
    key = sealing.password_key(password, staff.salt)
    staff.locked_seed = sealing.lock(pair.seed, key)


def sign_in(
    session: Session,
    keystore: KeyStore,
    *,
    username: str,
    password: str,
    totp: str,
    now: datetime,
) -> tuple[Staff, KeyPair]:
    """The account and its opened keys; a code works once.

    Raises SignInError; an unknown name costs as much time as a wrong password.
    """
    staff = session.scalars(select(Staff).where(Staff.username == username)).first()
    if staff is None or not staff.is_active:
        sealing.password_key(password, bytes(16))
        raise SignInError
    try:
        seed = sealing.unlock(
            staff.locked_seed, sealing.password_key(password, staff.salt)
        )
    except sealing.UnreadableError as error:
        raise SignInError from error
    secret = sealing.unlock(staff.locked_totp, _totp_key(keystore)).decode()
    staff.last_totp_step = _accepted_step(staff, secret, totp, now)
    return staff, KeyPair(seed)


def _accepted_step(staff: Staff, secret: str, totp: str, now: datetime) -> int:
    """The time step `totp` belongs to: this one or a neighbour, never used before."""
    current = int(now.timestamp()) // TOTP_STEP
    maker = pyotp.TOTP(secret)
    typed = codes.typed_digits(totp)
    for step in (current, current - 1, current + 1):
        if step > staff.last_totp_step and secrets.compare_digest(
            maker.at(step * TOTP_STEP), typed
        ):
            return step
    raise SignInError


def _give_keys(staff: Staff, keystore: KeyStore, pair: KeyPair) -> tuple[str, str]:
    password, totp_secret = secrets.token_urlsafe(12), pyotp.random_base32()
    staff.locked_totp = sealing.lock(totp_secret.encode(), _totp_key(keystore))
    staff.public_key, staff.verify_key = pair.public, pair.verify_key
    set_password(staff, pair, password)
    return password, totp_secret


def _totp_key(keystore: KeyStore) -> bytes:
    return sealing.derive(keystore.get_or_make("pepper"), "totp")
