"""Shamir's sharing of a 32-byte secret: any `threshold` shares give it, one fewer gives nothing.

Every byte has its own polynomial over GF(256), with coefficients that are uniform over all 256 values, the highest
included: refusing zero there would let a coalition one short exclude a value of the secret.
`docs/adr/0001-secret-sharing.md` says why this is here and not a dependency.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from vault.domain.secret import Secret
from vault.errors import CannotOpen, InvalidInput
from vault.sealing.frames import Random, frame, same, sha256
from vault.sealing.gf256 import evaluate, multiply, weight_at_zero
from vault.sealing.guarded import SEED_BYTES
from vault.sealing.typed import from_typed, to_typed

SET_BYTES: Final = 8
LEAST_THRESHOLD: Final = 2
MOST_SHARES: Final = 255
BODY_BYTES: Final = SET_BYTES + 2 + SEED_BYTES

_TEXT: Final = "custody-vault/share-text/1"
_COMMITMENT: Final = "custody-vault/share/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """One officer's share.

    Attributes:
        set_id: 8 random bytes that all shares of one split have in common.
        index: 1 to 255, different in each share.
        threshold: How many shares give the secret.
        data: 32 bytes; not shown when printed.
    """

    set_id: bytes
    index: int
    threshold: int
    data: bytes = field(repr=False)

    def to_text(self) -> Secret:
        """The share as 18 groups of five characters in three lines, to print or to type."""
        return to_typed(_TEXT, self.set_id + bytes((self.index, self.threshold)) + self.data)

    @classmethod
    def parse(cls, text: Secret) -> Share:
        """The share that an officer typed.

        Raises:
            InvalidInput: A group is mistyped (named by its place), or it is not a share.
        """
        body = from_typed(_TEXT, text, what="a recovery share", length=BODY_BYTES)
        set_id, (index, threshold), data = body[:SET_BYTES], body[SET_BYTES : SET_BYTES + 2], body[SET_BYTES + 2 :]
        if index == 0 or threshold < LEAST_THRESHOLD:
            raise InvalidInput("this is not a recovery share that this program can have printed")
        return cls(set_id=set_id, index=index, threshold=threshold, data=data)

    @property
    def commitment(self) -> bytes:
        """32 bytes for the ledger: SHA-256 of a frame. The data is uniform, so nothing can be guessed from it."""
        return sha256(frame(_COMMITMENT, self.set_id, bytes((self.index, self.threshold)), self.data))


def split(secret: bytes, threshold: int, shares: int, random: Random) -> tuple[Share, ...]:
    """Split a secret.

    Args:
        secret: 32 bytes.
        threshold: How many shares are to give it; at least 2.
        shares: How many there are to be; at most 255.
        random: Source of the set's id and of every coefficient.

    Raises:
        InvalidInput: A threshold below 2 or above the number of shares, or too many shares.
    """
    if not LEAST_THRESHOLD <= threshold <= shares <= MOST_SHARES:
        raise InvalidInput(f"{threshold} of {shares} is no quorum: from {LEAST_THRESHOLD} of 2 to {MOST_SHARES} of 255")
    if len(secret) != SEED_BYTES:
        raise ValueError(f"a secret to split has {SEED_BYTES} bytes")
    set_id = random(SET_BYTES)
    rows = [secret, *(random(SEED_BYTES) for _ in range(threshold - 1))]
    columns = [bytes(column) for column in zip(*rows, strict=True)]
    return tuple(
        Share(set_id=set_id, index=at, threshold=threshold, data=bytes(evaluate(each, at) for each in columns))
        for at in range(1, shares + 1)
    )


def combine(shares: Sequence[Share], commitments: Sequence[bytes]) -> bytes:
    """The secret, from at least `threshold` shares that the ledger commits to.

    Args:
        shares: Shares of one split.
        commitments: Every share's commitment from the signed entry, by index from 1.

    Raises:
        InvalidInput: No share, one twice, one of another set, or fewer than the threshold.
        CannotOpen: A share that is not the one that was handed out under its index, named by it.
    """
    for share in shares:
        require_handed_out(share, commitments)
    return combine_unsafe(shares)


def combine_unsafe(shares: Sequence[Share]) -> bytes:
    """As `combine`, where the ledger and its commitments cannot be read: an altered share gives another secret.

    Whoever uses it must prove the secret otherwise, by what it opens.

    Raises:
        InvalidInput: No share, one twice, one of another set, or fewer than the threshold.
    """
    seen: set[int] = set()
    for share in shares:
        if share.index in seen:
            raise InvalidInput(f"share {share.index} was given twice")
        if (share.set_id, share.threshold) != (shares[0].set_id, shares[0].threshold):
            raise InvalidInput(f"share {share.index} belongs to another set than share {shares[0].index}")
        seen.add(share.index)
    if not shares or len(shares) < shares[0].threshold:
        needed = shares[0].threshold if shares else LEAST_THRESHOLD
        raise InvalidInput(f"{len(shares)} shares were given; at least {needed} are needed")
    indexes = tuple(share.index for share in shares)
    secret = bytearray(SEED_BYTES)
    for share in shares:
        weight = weight_at_zero(indexes, share.index)
        for at, value in enumerate(share.data):
            secret[at] ^= multiply(weight, value)
    return bytes(secret)


def require_handed_out(share: Share, commitments: Sequence[bytes]) -> None:
    """Refuse a share that is not the one that was handed out under its index.

    Args:
        share: What an officer gave.
        commitments: Every share's commitment from the signed entry, by index from 1.

    Raises:
        CannotOpen: It is altered or of another set; names it by its index.
    """
    if share.index > len(commitments) or not same(share.commitment, commitments[share.index - 1]):
        raise CannotOpen(
            f"share {share.index} is not the one that was handed out: it is altered, or of another set",
            hint="ask that officer for the newest share",
        )
