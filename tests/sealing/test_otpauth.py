from __future__ import annotations

import pyotp
import pytest

from vault.domain.secret import Secret
from vault.errors import InvalidInput
from vault.sealing.codes import Algorithm, TotpSeed, parse_seed

BARE = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
KEY = b"12345678901234567890"


def address(query: str = f"secret={BARE}", kind: str = "totp") -> Secret:
    return Secret(f"otpauth://{kind}/Site:user%40example.org?{query}")


def test_an_address_says_how_codes_are_made() -> None:
    seed = parse_seed(address(f"secret={BARE}&issuer=Site&algorithm=SHA512&digits=8&period=60"))
    assert seed == TotpSeed(key=KEY, algorithm=Algorithm.SHA512, digits=8, period=60)


def test_an_address_without_more_has_the_usual_values() -> None:
    assert parse_seed(address()) == TotpSeed(key=KEY, algorithm=Algorithm.SHA1, digits=6, period=30)


@pytest.mark.parametrize("algorithm", ["sha1", "SHA-1", "HmacSHA1", " sha1 ", ""])
def test_the_algorithm_is_read_as_platforms_write_it(algorithm: str) -> None:
    assert parse_seed(address(f"secret={BARE}&algorithm={algorithm}")).algorithm is Algorithm.SHA1


@pytest.mark.parametrize(
    "query",
    [
        f"secret={BARE}&issuer=SITE",
        f"SECRET={BARE.lower()}",
        f"secret={BARE[:8]}%20{BARE[8:]}",
        f"secret={BARE[:8]}+{BARE[8:]}",
        f"secret={BARE}%3D%3D%3D%3D",
        f"secret={BARE}&digits=6&image=https%3A%2F%2Fexample.org%2Fi.png",
        f"secret={BARE}&issuer=one&issuer=two",
    ],
)
def test_what_platforms_get_wrong_is_forgiven(query: str) -> None:
    assert parse_seed(address(query)).key == KEY


def test_an_address_of_another_program_is_read() -> None:
    made = pyotp.TOTP(BARE, digits=8, interval=60).provisioning_uri(name="user@example.org", issuer_name="Site")
    assert parse_seed(Secret(made)) == TotpSeed(key=KEY, digits=8, period=60)
    assert parse_seed(Secret(made.replace("otpauth", "OTPAUTH").replace("totp", "TOTP"))).key == KEY


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (address(kind="hotp"), "counts uses instead of time"),
        (address("issuer=Site"), "has no secret in it"),
        (address("secret="), "has no secret in it"),
        (address(f"secret={BARE}&secret={BARE}"), "two values for secret"),
        (address(f"secret={BARE}&Digits=6&digits=8"), "two values for digits"),
        (address(f"secret={BARE}&digits=5"), "digits must be one of 6, 7, 8"),
        (address(f"secret={BARE}&digits=\uff16"), "only the letters"),
        (address(f"secret={BARE}&digits=%EF%BC%96"), "digits must be one of 6, 7, 8"),
        (address(f"secret={BARE}&period=0"), "period must be one of 30, 60"),
        (address(f"secret={BARE}&algorithm=MD5"), "must be SHA1, SHA256 or SHA512"),
        (address(f"secret={BARE}&encoder=steam"), "a platform's own kind"),
        (address("secret=GEZDG"), "bits; it must have"),
        (Secret("otpauth-migration://offline?data=AAAA"), "exports a whole authenticator app"),
        (Secret(f"otpauth://[totp/a?secret={BARE}"), "malformed"),
        (Secret("mailto:someone@example.org"), "a seed is an otpauth:// address"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused_and_not_repeated(text: Secret, message: str) -> None:
    """B1"""
    with pytest.raises(InvalidInput, match=message) as caught:
        parse_seed(text)
    assert BARE not in str(caught.value)
