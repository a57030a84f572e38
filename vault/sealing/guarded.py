"""What every object that holds key material has in common."""

from __future__ import annotations

from typing import NoReturn

from vault.errors import CannotOpen

SEED_BYTES = 32
"""Length of every seed, data key and storage key term: 256 bits."""


class KeyMaterial:
    """Shows nothing when printed and refuses to be pickled or copied."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"{type(self).__name__}(********)"

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"a {type(self).__name__} is never pickled or copied")


def require_seed(seed: bytes, what: str) -> bytes:
    """The seed again, when it has the one length that seeds have.

    Args:
        seed: What came out of a sealed record or of a random source.
        what: Which key it is for, as the error names it.

    Raises:
        CannotOpen: It is not 32 bytes, so whoever sealed it did not seal a seed.
    """
    if len(seed) != SEED_BYTES:
        raise CannotOpen(f"{what}: what was sealed is not a seed of {SEED_BYTES} bytes")
    return seed
