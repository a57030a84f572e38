"""The attack that key commitment is for: one AES-GCM ciphertext and tag that are valid under two keys.

GHASH is linear in each ciphertext block. With every block fixed but the last, the two tags differ by a constant plus
that block times the difference of two powers of the hash keys; solving for the block makes them equal.
"""

from __future__ import annotations

from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK: Final = 16


def forge(first: bytes, second: bytes, nonce: bytes, bound: bytes, *, blocks: int) -> bytes:
    """Ciphertext of that many blocks, and a tag, that decrypt under both keys to different texts."""
    fixed = [int.from_bytes(bytes((at % 251,)) * BLOCK, "big") for at in range(blocks - 1)]
    keys = [_block(key, bytes(BLOCK)) for key in (first, second)]
    masks = [_block(key, nonce + b"\0\0\0\x01") for key in (first, second)]
    rest = [_ghash(key, bound, [*fixed, 0]) ^ mask for key, mask in zip(keys, masks, strict=True)]
    # The last ciphertext block is followed by the block of lengths, so its weight is the square of the hash key.
    weights = [_multiply(key, key) for key in keys]
    last = _multiply(rest[0] ^ rest[1], _inverse(weights[0] ^ weights[1]))
    tag = _ghash(keys[0], bound, [*fixed, last]) ^ masks[0]
    return b"".join(block.to_bytes(BLOCK, "big") for block in [*fixed, last, tag])


def _block(key: bytes, block: bytes) -> int:
    encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()  # noqa: S305 - one block of the cipher itself
    return int.from_bytes(encryptor.update(block) + encryptor.finalize(), "big")


def _ghash(key: int, bound: bytes, blocks: list[int]) -> int:
    padded = bound + bytes(-len(bound) % BLOCK)
    bounds = [int.from_bytes(padded[at : at + BLOCK], "big") for at in range(0, len(padded), BLOCK)]
    lengths = (len(bound) * 8) << 64 | len(blocks) * BLOCK * 8
    value = 0
    for block in [*bounds, *blocks, lengths]:
        value = _multiply(value ^ block, key)
    return value


def _multiply(left: int, right: int) -> int:
    """GF(2**128) in GCM's bit order (NIST SP 800-38D, 6.3)."""
    product = 0
    for bit in range(127, -1, -1):
        if left >> bit & 1:
            product ^= right
        right = right >> 1 ^ (0xE1 << 120 if right & 1 else 0)
    return product


def _inverse(value: int) -> int:
    """The power 2**128 - 2."""
    result, power = 1 << 127, value
    for _ in range(127):
        power = _multiply(power, power)
        result = _multiply(result, power)
    return result
