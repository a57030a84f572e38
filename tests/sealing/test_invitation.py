from __future__ import annotations

import pytest

from tests.sealing import reference
from tests.sealing.stream import Stream
from vault.domain.secret import Secret
from vault.errors import InvalidInput
from vault.sealing.invitation import InvitationCode, make_invitation_code
from vault.sealing.shares import split
from vault.sealing.signatures import SigningKey, SigningPublicKey

CODE = make_invitation_code(Stream("invitation"))


def test_a_code_has_at_least_128_random_bits() -> None:
    codes = {make_invitation_code(lambda count, at=at: flipped(count, at)).public for at in range(137)}  # type: ignore[misc]
    assert len(codes) == 137


def flipped(count: int, at: int) -> bytes:
    """So many bytes of zeros with bit `at` set, if there is one."""
    return ((1 << at) & ((1 << count * 8) - 1)).to_bytes(count, "big")


def test_a_typed_code_is_the_same_key() -> None:
    again = InvitationCode.parse(Secret(CODE.to_text().reveal().lower().replace("-", " ")))
    assert again.public == CODE.public
    SigningPublicKey(CODE.public).verify("enrolment", b"entry", again.signing_key.sign("enrolment", b"entry"))


def test_the_key_is_derived_as_the_document_says() -> None:
    seed = reference.hkdf(Stream("invitation")(17), reference.frame("custody-vault/invitation-signing/1"))
    assert SigningKey.from_seed(seed).public == CODE.public


def test_a_mistyped_code_names_its_group_and_a_share_is_no_code() -> None:
    text = CODE.to_text().reveal()
    with pytest.raises(InvalidInput, match="group 8 of an invitation code is mistyped"):
        InvitationCode.parse(Secret(text[:-1] + ("0" if text[-1] != "0" else "1")))
    with pytest.raises(InvalidInput, match="an invitation code has 8 groups of 5 characters; 18 were typed"):
        InvitationCode.parse(split(bytes(32), 2, 2, Stream("share"))[0].to_text())
