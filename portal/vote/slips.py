"""入户票: the paper slips of a vote, and everything that follows from their secret.

Pure and offline: the printer makes slips; the server only ever derives from a
secret somebody typed, and forgets it. Formulas: see `slip_of`.
"""

import hashlib
import hmac
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from portal.kernel import codes
from portal.kernel.errors import InvalidError
from portal.vote.items import Item, scales
from portal.vote.terms import Option, Terms

SECRET_LENGTH = 16  # Crockford base32: 80 random bits, one guess is tried on all slips
CODE_LENGTH = 8  # 核对码 and 票号, for eyes: no decision rests on a 票号


class NotASecretError(InvalidError):
    """What was typed cannot be the 16 characters of a slip."""

    sentence = "选票密码应为 16 个字符（4 组，每组 4 个），请对照选票再输一遍。"


@dataclass(frozen=True)
class Precinct:
    """A community in one election: whose slips they are, and what they ask.

    `code` is the election's, which is the `round` of the formulas in design §5. `items`
    are known once voting opens, and not to the printer.
    """

    code: str
    place_code: str
    terms: Terms
    items: tuple[Item, ...] = ()

    @property
    def salt(self) -> str:
        """What every formula begins with after its own word."""
        return f"{self.code}|{self.place_code}"

    @property
    def scales(self) -> dict[str, tuple[Option, ...]]:
        """What may be chosen, by dimension id, then by item id."""
        scored = {d.id: self.terms.scale for d in self.terms.dimensions}
        return scored | scales(self.items)


@dataclass(frozen=True)
class Slip:
    """One voter's slip; `slip_id` is 64 hex characters, always compared in full."""

    secret: str
    slip_id: str
    check_codes: dict[str, str]

    @property
    def number(self) -> str:
        """票号: the first 8 base32 characters of the id, for eyes only."""
        return codes.base32(bytes.fromhex(self.slip_id), CODE_LENGTH)


def read_secret(typed: str) -> str:
    """The 16 characters somebody meant; width, case, gaps and look-alikes forgiven.

    Raises NotASecretError.
    """
    secret = codes.typed_code(typed)
    if len(secret) != SECRET_LENGTH or not set(secret) <= set(codes.ALPHABET):
        raise NotASecretError
    return secret


def slip_of(precinct: Precinct, secret: str) -> Slip:
    """The slip that a secret opens in one community of one election (design §5).

    slip id = SHA-256("slip|code|community|s"); 核对码 of a dimension = first 8
    Crockford base32 characters of HMAC-SHA256(s, "trk|code|community|dimension"),
    and of an item likewise with its id.
    """
    slip = f"slip|{precinct.salt}|{secret}"
    return Slip(
        secret=secret,
        slip_id=hashlib.sha256(slip.encode("ascii")).hexdigest(),
        check_codes={
            name: _check_code(secret, f"trk|{precinct.salt}|{name}")
            for name in precinct.scales
        },
    )


def _check_code(secret: str, message: str) -> str:
    mac = hmac.digest(secret.encode("ascii"), message.encode("ascii"), hashlib.sha256)
    return codes.base32(mac, CODE_LENGTH)


def _random_secret() -> str:
    return codes.random_code(SECRET_LENGTH)


def make_slips(
    precinct: Precinct,
    count: int,
    *,
    secret_source: Callable[[], str] = _random_secret,
) -> Iterator[Slip]:
    """`count` slips of one community, one at a time so that progress can be shown.

    No 核对码 and no 票号 occurs twice in the community: a slip that would repeat one
    is thrown away and drawn again.
    """
    numbers: set[str] = set()
    check_codes: set[str] = set()
    while len(numbers) < count:
        slip = slip_of(precinct, secret_source())
        fresh = set(slip.check_codes.values())
        repeats = slip.number in numbers or not check_codes.isdisjoint(fresh)
        if repeats or len(fresh) < len(precinct.terms.dimensions):
            continue
        numbers.add(slip.number)
        check_codes |= fresh
        yield slip
