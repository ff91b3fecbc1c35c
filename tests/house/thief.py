"""A thief who reads every byte of what was left lying about, in every usual encoding."""

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from ipaddress import ip_address, ip_network
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import select

from portal.intake.records import Contact, Letter, Remark
from portal.kernel.sealing import KeyPair, unpad
from portal.rounds import RoundPlace
from portal.rounds.keys import community_key, holders
from portal.web.installation import Installation
from tests.makers import Cast

HASHES = ("md5", "sha1", "sha256", "sha512", "blake2b", "blake2s", "sha3_256")
ENOUGH = 8  # bytes of a digest that do not meet by chance


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file under a folder by name, and the names themselves."""
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    return {**files, "file names": "\n".join(files).encode()}


def found(pieces: Mapping[str, bytes], patterns: Mapping[str, bytes]) -> list[str]:
    """Which patterns lie in which piece."""
    return [
        f"{what} in {where}"
        for where, content in pieces.items()
        for what, pattern in patterns.items()
        if pattern in content
    ]


def patterns_of(words: Iterable[str]) -> dict[str, bytes]:
    """Words in every encoding they might have been kept in."""
    return {
        f"{word!r} as {name}": pattern
        for word in words
        for name, pattern in _encodings(word).items()
    }


def patterns_of_address(address: str) -> dict[str, bytes]:
    """An address, its block, and plain digests of either, in every encoding."""
    ip = ip_address(address)
    block = ip_network(f"{address}/{24 if ip.version == 4 else 64}", strict=False)
    names = {address, ip.exploded, str(block)}
    patterns = patterns_of(names)
    if ip.version == 6:  # four bytes of an IPv4 address would meet by chance
        patterns |= {f"{address} packed": ip.packed, f"{address}/64": ip.packed[:8]}
    for name in sorted(names):
        for kind in HASHES:
            digest = hashlib.new(kind, name.encode()).digest()
            patterns |= {
                f"{kind}({name}) as {encoding}": pattern
                for encoding, pattern in _digest(digest).items()
            }
    return patterns


def _encodings(word: str) -> dict[str, bytes]:
    raw = word.encode()
    found = {
        "text": raw,
        "utf-16": word.encode("utf-16-le"),
        "gb18030": word.encode("gb18030"),
        "json": json.dumps(word)[1:-1].encode(),
        "url": quote(word).encode(),
        "hex": raw.hex().encode(),
        "HEX": raw.hex().upper().encode(),
        "backwards": raw[::-1],
    }
    for shift in range(3):
        core = _base64_core(raw, shift)
        if len(core) >= ENOUGH:
            found[f"base64+{shift}"] = core
    return found


def _base64_core(raw: bytes, shift: int) -> bytes:
    """What base64 makes of `raw` wherever it starts, without its blurred ends."""
    encoded = base64.b64encode(bytes(shift) + raw).rstrip(b"=")
    start = (shift * 8 + 5) // 6
    end = (shift + len(raw)) * 8 // 6
    return encoded[start:end]


def _digest(digest: bytes) -> dict[str, bytes]:
    head = digest[:ENOUGH]
    return {
        "bytes": head,
        "hex": head.hex().encode(),
        "base64": base64.b64encode(digest)[:10],
    }


def keys_of(house: Installation, cast: Cast) -> dict[int, KeyPair]:
    """The key of every community of the cast's round, by place id."""
    with house.sessions() as session:
        places = session.scalars(
            select(RoundPlace.place_id).where(RoundPlace.round_id == cast.round_id)
        ).all()
    found: dict[int, KeyPair] = {}
    for place_id in places:
        for player in (cast.member, cast.stranger):
            if player.staff_id in holders(house.keystore, cast.round_id, place_id):
                found[place_id] = community_key(
                    house.keystore,
                    cast.round_id,
                    place_id,
                    reader=player.staff_id,
                    pair=player.pair,
                )
    return found


def under_the_seals(house: Installation, cast: Cast) -> dict[str, bytes]:
    """What the readers' keys open: letters, contacts and remarks that came out."""
    keys, found = keys_of(house, cast), dict[str, bytes]()
    with house.sessions() as session:
        for letter in session.scalars(select(Letter)):
            key = keys[letter.place_id]
            found[f"letter {letter.id}"] = unpad(key.open(letter.sealed))
            contact = session.get(Contact, letter.id)
            if contact is not None:
                found[f"contact {letter.id}"] = unpad(key.open(contact.sealed))
        for remark in session.scalars(select(Remark)):
            key = keys[remark.place_id]
            found[f"remark {remark.id}"] = unpad(key.open(remark.sealed))
    return found


def in_the_box(house: Installation) -> dict[str, bytes]:
    """What lies in the letterbox under the outer seal; the key store opens it."""
    found: dict[str, bytes] = {}
    for name in house.keystore.names("letterbox"):
        content = house.door.box.content(int(name.rpartition("/")[2]))
        found |= {f"item {key.hex()}": m for key, m in content.messages.items()}
    return found
