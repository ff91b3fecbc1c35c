"""票根清单: which slips of a community exist; made offline, posted before the vote.

In: the slips' ids, the terms they were made for and the printer's key. Out: a signed
JSON file. It holds no secret; only it reaches the server. Root, count and the
fingerprint of the key hang on paper before voting opens, so that slips cannot be
added, nor what they are asked changed, afterwards.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace

from portal.kernel import codes
from portal.kernel.errors import InvalidError
from portal.kernel.sealing import KeyPair, is_signed
from portal.vote import merkle
from portal.vote.slips import Precinct

FORMAT = "mashangxun-manifest-2"


class BadManifestError(InvalidError):
    """The file is not a manifest, or somebody changed it."""

    sentence = "票根清单不完整或被改动过，请向制票人重新要一份。"


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """Sorted slip ids (32 bytes each) of one community with a signed root.

    `code` is the election's, `terms` the digest of its terms (64 hex characters).
    """

    code: str
    place_code: str
    terms: str
    slip_ids: tuple[bytes, ...]
    root: bytes
    printer_key: bytes
    signature: bytes

    @property
    def count(self) -> int:
        """N: how many slips were made."""
        return len(self.slip_ids)

    @property
    def statement(self) -> bytes:
        """What the printer signs."""
        signed = (self.code, self.place_code, self.count, self.root.hex(), self.terms)
        return "|".join(["manifest", *map(str, signed)]).encode()

    def require_sound(self) -> None:
        """Recompute root and signature.

        Raises BadManifestError.
        """
        ids = list(self.slip_ids)
        sound = (
            ids == sorted(set(ids))
            and all(len(slip_id) == 32 for slip_id in ids)
            and merkle.root(ids) == self.root
            and is_signed(self.statement, self.signature, self.printer_key)
        )
        if not sound:
            raise BadManifestError

    def to_json(self) -> bytes:
        """The file as it is published: the same fields give the same bytes."""
        fields = {
            "format": FORMAT,
            "code": self.code,
            "place": self.place_code,
            "terms": self.terms,
            "count": self.count,
            "slip_ids": [slip_id.hex() for slip_id in self.slip_ids],
            "root": self.root.hex(),
            "printer_key": self.printer_key.hex(),
            "signature": self.signature.hex(),
        }
        return json.dumps(fields, sort_keys=True, indent=1).encode() + b"\n"

    @classmethod
    def from_json(cls, file: bytes) -> "Manifest":
        """The manifest in a file, recomputed.

        Raises BadManifestError.
        """
        try:
            fields = json.loads(file)
            found = cls(
                code=str(fields["code"]),
                place_code=str(fields["place"]),
                terms=str(fields["terms"]),
                slip_ids=tuple(bytes.fromhex(i) for i in fields["slip_ids"]),
                root=bytes.fromhex(fields["root"]),
                printer_key=bytes.fromhex(fields["printer_key"]),
                signature=bytes.fromhex(fields["signature"]),
            )
        except (ValueError, KeyError, TypeError) as error:
            raise BadManifestError from error
        if fields.get("format") != FORMAT or fields.get("count") != found.count:
            raise BadManifestError
        found.require_sound()
        return found


def make_manifest(
    precinct: Precinct, *, slip_ids: Iterable[str], printer: KeyPair
) -> Manifest:
    """Sort, hash and sign the ids (hex) of a community's slips."""
    ids = tuple(sorted(bytes.fromhex(slip_id) for slip_id in slip_ids))
    unsigned = Manifest(
        code=precinct.code,
        place_code=precinct.place_code,
        terms=precinct.terms.digest,
        slip_ids=ids,
        root=merkle.root(ids),
        printer_key=printer.verify_key,
        signature=b"",
    )
    return replace(unsigned, signature=printer.sign(unsigned.statement))


def fingerprint(key: bytes) -> str:
    """The SHA-256 of a public key, 64 hex characters: what the verifier compares."""
    return hashlib.sha256(key).hexdigest()


def short_fingerprint(key: bytes) -> str:
    """The first 16 base32 characters in fours: for eyes and telephones only."""
    return codes.in_fours(codes.base32(hashlib.sha256(key).digest(), 16))
