"""The Merkle tree hash of RFC 6962 §2.1 (SHA-256)."""

import hashlib
from collections.abc import Sequence


def root(leaves: Sequence[bytes]) -> bytes:
    """The 32-byte tree head of `leaves` in their order.

    Nodes are paired from the left and an odd one moves up, which is the same tree as
    the RFC's split at the largest power of two below the number of leaves.
    """
    if not leaves:
        return hashlib.sha256().digest()
    level = [hashlib.sha256(b"\x00" + leaf).digest() for leaf in leaves]
    while len(level) > 1:
        paired = [
            hashlib.sha256(b"\x01" + left + right).digest()
            for left, right in zip(level[::2], level[1::2], strict=False)
        ]
        level = paired + level[len(paired) * 2 :]
    return level[0]


def path(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The inclusion proof of RFC 6962 §2.1.1: the hashes beside the way to the top."""
    level = [hashlib.sha256(b"\x00" + leaf).digest() for leaf in leaves]
    found = []
    while len(level) > 1:
        beside = index ^ 1
        if beside < len(level):
            found.append(level[beside])
        level = [_above(level[i : i + 2]) for i in range(0, len(level), 2)]
        index //= 2
    return found


def root_of(leaf: bytes, index: int, *, size: int, path: Sequence[bytes]) -> bytes:
    """The tree head that an inclusion proof leads to; empty where it has other steps.

    RFC 9162 §2.1.3.2 checks the same; `size` is how many leaves the tree has.
    """
    steps, found = list(path), hashlib.sha256(b"\x00" + leaf).digest()
    while size > 1:
        if index ^ 1 < size:
            if not steps:
                return b""
            beside = steps.pop(0)
            found = _above([beside, found] if index % 2 else [found, beside])
        index, size = index // 2, (size + 1) // 2
    return b"" if steps else found


def _above(pair: Sequence[bytes]) -> bytes:
    if len(pair) == 1:
        return pair[0]
    return hashlib.sha256(b"\x01" + pair[0] + pair[1]).digest()
