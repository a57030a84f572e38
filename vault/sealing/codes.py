"""One-time codes of other people's platforms (TOTP, RFC 6238): their seeds, their codes, and the proof of a seed."""

from __future__ import annotations

import base64
import enum
import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, ClassVar, Final

from vault.domain.secret import Secret
from vault.errors import CannotOpen, InvalidInput
from vault.sealing.frames import same

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyotp

VERSION: Final = 1
LEAST_BITS: Final = 80
STRONG_BITS: Final = 112
"""Below this a seed is weak (NIST SP 800-131A); RFC 4226 itself asks for 128. Platforms still issue 80 bits."""
MOST_BYTES: Final = 128
DIGITS: Final = (6, 7, 8)
PERIODS: Final = (30, 60)
SKEW_SEARCHED: Final = timedelta(hours=26)
"""How far off a clock is looked for: every time zone mistaken for every other, and a day on top of UTC. Further out a
code of six digits would fit some step by chance."""


class Algorithm(enum.Enum):
    """The hash of a seed, with the byte that stands for it in the sealed part."""

    SHA1 = 1
    SHA256 = 2
    SHA512 = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class TotpCode:
    """A code to type.

    Attributes:
        code: Its digits.
        valid_seconds: How long it is still the current one; at least 1.
    """

    code: Secret
    valid_seconds: int


class Proof(enum.Enum):
    """What a typed code says about a seed."""

    PROVED = "proved"
    SKEWED = "skewed"
    WRONG = "wrong"
    MALFORMED = "malformed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofOfSeed:
    """The outcome of comparing a typed code with a seed.

    Attributes:
        proof: What was found.
        step: The time step whose code was typed, where there is one; a step is never accepted twice.
        skew: How much later than this machine the typed code's clock is; zero unless `skewed`.
        message: What to do, in the user's words; "" when proved.
    """

    proof: Proof
    step: int | None = None
    skew: timedelta = timedelta()
    message: str = ""

    @property
    def is_proved(self) -> bool:
        """Whether the code is the seed's, within one step of now."""
        return self.proof is Proof.PROVED


@dataclass(frozen=True, slots=True, kw_only=True)
class TotpSeed:
    """A platform's seed and how it makes codes.

    Attributes:
        key: The raw seed; not shown when printed.
        algorithm: Its hash.
        digits: 6, 7 or 8.
        period: 30 or 60 seconds.
    """

    key: bytes = field(repr=False)
    algorithm: Algorithm = Algorithm.SHA1
    digits: int = 6
    period: int = 30

    @property
    def is_weak(self) -> bool:
        """Whether it has fewer than 112 bits: accepted, as the platform chose it, and worth a warning."""
        return len(self.key) * 8 < STRONG_BITS

    def code(self, at: datetime) -> TotpCode:
        """The code at a moment.

        Args:
            at: An aware time, from 1970 on.
        """
        seconds = _seconds(at)
        code = self._generator().generate_otp(seconds // self.period)
        return TotpCode(code=Secret(code), valid_seconds=self.period - seconds % self.period)

    def proves(self, code: Secret, at: datetime) -> ProofOfSeed:
        """Whether a typed code shows that the seed is the one that the platform holds.

        ASCII digits only, spaces aside; one step either way is accepted (RFC 6238, section 5.2). A code that fits a
        step further off names the skew, so that a wrong clock is not taken for a wrong seed.

        Args:
            code: As typed.
            at: An aware time, from 1970 on.
        """
        typed = "".join(code.reveal().split(" "))
        if not (typed.isascii() and typed.isdigit() and len(typed) == self.digits):
            return ProofOfSeed(
                proof=Proof.MALFORMED, message=f"a code of this seed is {self.digits} digits from 0 to 9"
            )
        now = _seconds(at) // self.period
        return self._search(typed, now) or ProofOfSeed(
            proof=Proof.WRONG,
            message=f"the code is not one of this seed; this machine's clock says {at.astimezone(UTC):%F %H:%M} UTC",
        )

    def to_bytes(self) -> bytes:
        """The sealed part: version, algorithm, digits and period, one byte each, then the key."""
        return bytes((VERSION, self.algorithm.value, self.digits, self.period)) + self.key

    @classmethod
    def from_bytes(cls, content: bytes) -> TotpSeed:
        """The seed of a sealed part.

        Raises:
            CannotOpen: It is not in the one form, whoever sealed it.
        """
        version, algorithm, digits, period = content[:4].ljust(4, b"\0")
        known = (
            version == VERSION
            and algorithm in {each.value for each in Algorithm}
            and digits in DIGITS
            and period in PERIODS
            and LEAST_BITS // 8 <= len(content) - 4 <= MOST_BYTES
        )
        if not known:
            raise CannotOpen("the sealed seed is not in a form that this program knows")
        return cls(key=content[4:], algorithm=Algorithm(algorithm), digits=digits, period=period)

    def _search(self, typed: str, now: int) -> ProofOfSeed | None:
        generate = self._generator().generate_otp
        farthest = SKEW_SEARCHED // timedelta(seconds=self.period)
        for step in _outwards(now, farthest):
            if same(generate(step).encode(), typed.encode()):
                skew = (step - now) * timedelta(seconds=self.period)
                if abs(step - now) <= 1:
                    return ProofOfSeed(proof=Proof.PROVED, step=step)
                return ProofOfSeed(proof=Proof.SKEWED, step=step, skew=skew, message=_skew_message(skew))
        return None

    def _generator(self) -> pyotp.TOTP:
        # Late: most commands show no code.
        import pyotp

        class PlatformTotp(pyotp.TOTP):
            """PyOTP refuses seeds below 112 bits, and platforms still issue 80."""

            min_secret_length_bits: ClassVar[int] = LEAST_BITS

        digest = {Algorithm.SHA1: hashlib.sha1, Algorithm.SHA256: hashlib.sha256, Algorithm.SHA512: hashlib.sha512}
        text = base64.b32encode(self.key).decode()
        return PlatformTotp(text, digits=self.digits, digest=digest[self.algorithm], interval=self.period)


def parse_seed(text: Secret) -> TotpSeed:
    """The seed that a platform shows, as an `otpauth://` address or as bare base 32.

    Spaces, dashes, lower case and padding are forgiven. The address's label and issuer are not kept.

    Args:
        text: What was pasted.

    Raises:
        InvalidInput: It is neither, or a kind that the vault cannot use; the text is never repeated.
    """
    typed = text.reveal().strip()
    if not typed.isascii():
        raise InvalidInput("a seed has only the letters A to Z and the digits 2 to 7")
    if ":" in typed:
        from vault.sealing.otpauth import parse_address  # late: it loads urllib

        return parse_address(typed)
    return TotpSeed(key=decode_seed(typed))


def decode_seed(typed: str) -> bytes:
    """The raw bytes of a base 32 seed as a person typed it.

    Raises:
        InvalidInput: A character that base 32 does not have, a length that it cannot have, too short or too long.
    """
    letters = "".join(typed.replace("-", " ").split()).rstrip("=").upper()
    if letters.isdigit() and len(letters) in DIGITS:
        raise InvalidInput("this is a code, not a seed; the seed is the long text or address beside the QR picture")
    if not set(letters) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"):
        raise InvalidInput("a seed has only the letters A to Z and the digits 2 to 7; look for 0, 1, 8 and 9")
    if len(letters) % 8 in {1, 3, 6}:
        raise InvalidInput("the seed is incomplete: its length cannot be; copy it again whole")
    key = base64.b32decode(letters + "=" * (-len(letters) % 8))
    if not LEAST_BITS // 8 <= len(key) <= MOST_BYTES:
        raise InvalidInput(f"the seed has {len(key) * 8} bits; it must have {LEAST_BITS} to {MOST_BYTES * 8}")
    return key


def _seconds(at: datetime) -> int:
    if at.tzinfo is None:
        raise ValueError("a time without an offset")
    return int(at.timestamp() // 1)


def _outwards(now: int, farthest: int) -> Iterator[int]:
    """Steps from now outwards, nearest first, none before 1970."""
    yield now
    for away in range(1, farthest + 1):
        yield from (step for step in (now - away, now + away) if step >= 0)


def _skew_message(skew: timedelta) -> str:
    minutes = round(abs(skew) / timedelta(minutes=1))
    side = "behind" if skew > timedelta() else "ahead of"
    return (
        f"the code would be right on a clock that differs: this machine's clock is about {minutes} minutes {side} the "
        "one that made it; set both clocks and type a new code"
    )
