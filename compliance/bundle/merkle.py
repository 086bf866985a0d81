"""The root over all items of a bundle (RFC 9162, section 2.1): what a sample is drawn from, fixed before the auditor's nonce is known."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence


def root(items: Sequence[bytes]) -> str:
    """Merkle tree hash in hexadecimal; of nothing, the hash of the empty string."""
    level = [hashlib.sha256(b"\x00" + item).digest() for item in items]
    if not level:
        return hashlib.sha256(b"").hexdigest()
    while len(level) > 1:
        # Pairing from the left and carrying an odd last node up gives the tree of RFC 9162, split at the largest power of two.
        paired = [hashlib.sha256(b"\x01" + level[i] + level[i + 1]).digest() for i in range(0, len(level) - 1, 2)]
        level = paired + level[len(paired) * 2 :]
    return level[0].hex()
