"""Arithmetic in GF(256) with the polynomial of AES, without tables and without branches on a value.

Python promises no constant time; this only avoids look-ups and jumps that depend on a secret.
"""

from __future__ import annotations

from typing import Final

_REDUCTION: Final = 0x1B


def multiply(left: int, right: int) -> int:
    """The product of two elements, 0 to 255."""
    product = 0
    for _ in range(8):
        product ^= -(right & 1) & left
        left = (left << 1) ^ (-(left >> 7) & (0x100 | _REDUCTION))
        right >>= 1
    return product


def invert(value: int) -> int:
    """The inverse of an element other than 0: its 254th power."""
    power, result = value, 1
    for bit in range(1, 8):
        power = multiply(power, power)
        result = multiply(result, power) if 254 >> bit & 1 else result
    return result


def evaluate(coefficients: bytes, at: int) -> int:
    """The value at a point of the polynomial with these coefficients, constant term first."""
    value = 0
    for coefficient in reversed(coefficients):
        value = multiply(value, at) ^ coefficient
    return value


def weight_at_zero(indexes: tuple[int, ...], index: int) -> int:
    """Lagrange's weight of one point when a polynomial through all of them is evaluated at 0.

    Args:
        indexes: All points, different from each other and from 0.
        index: One of them.
    """
    weight = 1
    for other in indexes:
        if other != index:
            weight = multiply(weight, multiply(other, invert(other ^ index)))
    return weight
