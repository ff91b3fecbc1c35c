"""Slips and ballots by the hundred thousand: seconds, and memory per community.

The reference is SHA-256 alone: as many hashes as the step cannot do without.
"""

import hashlib
import resource
import secrets
import time
from collections.abc import Iterator

from portal.kernel.sealing import KeyPair
from portal.vote import verify
from portal.vote.box import Ballot
from portal.vote.manifest import Manifest, make_manifest
from portal.vote.slips import Precinct, Slip, make_slips
from portal.vote.tally import place_entry, split
from portal.vote.terms import DEFAULT_TERMS

PLACE = "990101001001"
PRECINCT = Precinct("2026-1", PLACE, DEFAULT_TERMS)
SLIPS = 100_000
COMMUNITIES = (2, 10)  # of SLIPS ballots each: the last makes a million


def peak() -> float:
    """Megabytes this process has held at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def hashes(number: int) -> float:
    """Seconds for so many SHA-256 of 64 bytes."""
    block, start = bytes(64), time.perf_counter()
    for _ in range(number):
        hashlib.sha256(block).digest()
    return time.perf_counter() - start


def made() -> tuple[str, list[Slip], Manifest]:
    """A row of the table, and what was made."""
    start = time.perf_counter()
    slips = list(make_slips(PRECINCT, SLIPS))
    ids = (slip.slip_id for slip in slips)
    manifest = make_manifest(PRECINCT, slip_ids=ids, printer=KeyPair.make())
    took = time.perf_counter() - start
    ratio = took / hashes(SLIPS * (3 + 2 * len(DEFAULT_TERMS.dimensions)))
    row = f"{SLIPS} slips and manifest  {took:7.1f} s  {ratio:5.1f} x hashing"
    return f"{row}  peak {peak():6.0f} MB", slips, manifest


def ballots(slips: list[Slip]) -> Iterator[Ballot]:
    """One of every slip, as the box gives them."""
    scale = [option.id for option in DEFAULT_TERMS.scale]
    for slip in slips:
        chosen = (scale[secrets.randbelow(len(scale))] for _ in slip.check_codes)
        entries = tuple(zip(slip.check_codes.values(), chosen, strict=True))
        yield Ballot(bytes.fromhex(slip.slip_id), entries)


def counted(slips: list[Slip], manifest: Manifest, communities: int) -> str:
    """A row: tallied and listed, one community after the other."""
    start, ids = time.perf_counter(), frozenset(manifest.slip_ids)
    files: dict[str, bytes] = {}
    for _ in range(communities):
        tally = split(ballots(slips), ids, precinct=PRECINCT)
        files = {
            **{f"{n}.csv": f for n, f in tally.shown.items()},
            "manifest.json": manifest.to_json(),
        }
        require_agreed(files, manifest, place_entry(tally, None))
    took, number = time.perf_counter() - start, SLIPS * communities
    ratio = took / hashes(number * 3)
    size = sum(map(len, files.values())) // 1_000_000
    row = (
        f"{number} ballots tallied and verified  {took:7.1f} s  {ratio:5.1f} x hashing"
    )
    return f"{row}  peak {peak():6.0f} MB  {size} MB of lists a community"


def require_agreed(
    files: dict[str, bytes], manifest: Manifest, entry: dict[str, object]
) -> None:
    """What the published verifier does for one community; it must find nothing."""
    root, number = manifest.root.hex(), manifest.count
    place = {"place": PLACE, "entitled": number, "issued": number, "root": root}
    record = {
        "code": PRECINCT.code,
        "printer_key": manifest.printer_key.hex(),
        "terms": DEFAULT_TERMS.fields(),
    }
    for check in (verify.check_manifest, verify.check_lists):
        if found := list(check(files, record, place | entry)):
            raise SystemExit(found[0])


def table() -> str:
    """The whole table."""
    row, slips, manifest = made()
    rows = [row, *(counted(slips, manifest, number) for number in COMMUNITIES)]
    return "\n".join(["the vote", *rows])


if __name__ == "__main__":
    print(table())
