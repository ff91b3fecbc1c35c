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
