from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sealing import reference
from tests.sealing.stream import Stream
from vault.domain.ids import PersonId, VaultId
from vault.domain.secret import Secret
from vault.errors import CannotOpen, Locked
from vault.sealing.identity import Identity
from vault.sealing.session import unwrap_identity, wrap_identity

VAULT, PERSON = VaultId(b"v" * 32), PersonId("per_one")
IDENTITY = Identity.make(Stream("identity"))
WRAPPED = wrap_identity(IDENTITY, vault=VAULT, person=PERSON, random=Stream("session"))


def unwrap(
    blob: bytes = WRAPPED.blob,
    session_key: Secret = WRAPPED.session_key,
    *,
    vault: VaultId = VAULT,
    person: PersonId = PERSON,
) -> Identity:
    return unwrap_identity(blob, session_key, vault=vault, person=person)


def test_a_session_gives_the_identity_back() -> None:
    assert unwrap().reveal_seeds() == IDENTITY.reveal_seeds()


def test_the_second_implementation_opens_it() -> None:
    seeds = reference.open_session(WRAPPED.blob, bytes.fromhex(WRAPPED.session_key.reveal()), VAULT, PERSON)
    assert seeds == b"".join(IDENTITY.reveal_seeds())


def test_the_blob_holds_neither_seed_nor_session_key() -> None:
    """A16"""
    for secret in (*IDENTITY.reveal_seeds(), bytes.fromhex(WRAPPED.session_key.reveal())):
        assert secret not in WRAPPED.blob


@pytest.mark.parametrize(
    "changed",
    [
        {"session_key": Secret("ab" * 32)},
        {"vault": VaultId(b"w" * 32)},
        {"person": PersonId("per_two")},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_another_session_person_or_vault_is_locked(changed: dict[str, Any]) -> None:
    with pytest.raises(Locked, match="the session key does not belong to the open session of per_") as caught:
        unwrap(**changed)
    assert caught.value.hint == "custody unlock"


@pytest.mark.parametrize("text", ["", "ab" * 31, "AB" * 32, "zz" * 32, "ab" * 32 + "\n", "\uff11" * 64])
def test_a_malformed_session_key_is_locked_and_not_repeated(text: str) -> None:
    """B1"""
    with pytest.raises(Locked, match="not one that unlocking prints") as caught:
        unwrap(session_key=Secret(text))
    assert not text or text.strip() not in str(caught.value)


def test_every_flipped_byte_of_the_blob_is_refused() -> None:
    """A10: in the commitment it looks like another session, elsewhere like alteration."""
    for at in range(len(WRAPPED.blob)):
        altered = WRAPPED.blob[:at] + bytes((WRAPPED.blob[at] ^ 1,)) + WRAPPED.blob[at + 1 :]
        with pytest.raises(Locked if 1 <= at < 33 else CannotOpen, match="per_one"):
            unwrap(altered)


@given(st.binary(max_size=130))
def test_random_bytes_are_no_session(blob: bytes) -> None:
    """A9, A10"""
    with pytest.raises((CannotOpen, Locked)):
        unwrap(blob)
    with pytest.raises(Locked):
        unwrap((b"\x01" + blob).ljust(125, b"\0")[:125])


@pytest.mark.parametrize("blob", [WRAPPED.blob[:-1], WRAPPED.blob + b"\0", b"\x02" + WRAPPED.blob[1:], b""])
def test_a_blob_of_another_form_is_refused(blob: bytes) -> None:
    """A9"""
    with pytest.raises(CannotOpen, match="the session of per_one is not in a form that this program knows"):
        unwrap(blob)
