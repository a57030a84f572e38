from __future__ import annotations

import pytest

from tests.sealing.reference import public
from tests.sealing.stream import Stream
from vault.domain.keys import PublicKeys
from vault.errors import CannotOpen, UnsafeKey
from vault.sealing.bindings import Binding
from vault.sealing.identity import Identity, require_safe_keys
from vault.sealing.keypairs import seal_to

BINDING = Binding(what="a thing", info=b"info")


def test_an_identity_is_two_random_seeds() -> None:
    identity, random = Identity.make(Stream("person")), Stream("person")
    assert identity.reveal_seeds() == (random(32), random(32))


def test_the_same_seeds_give_the_same_public_keys() -> None:
    identity = Identity.make(Stream("person"))
    again = Identity.from_seeds(*identity.reveal_seeds())
    assert again.public == identity.public
    assert identity.public.sealing == public(identity.reveal_seeds()[0])


def test_loaded_public_keys_seal_and_verify_for_the_identity() -> None:
    identity = Identity.make(Stream("person"))
    sealing, signing = require_safe_keys(identity.public)
    assert identity.sealing.open(seal_to(sealing, b"secret", BINDING), BINDING) == b"secret"
    signing.verify("entry", b"message", identity.signing.sign("entry", b"message"))


def test_either_unsafe_half_refuses_the_pair() -> None:
    """A1"""
    good = Identity.make(Stream("person")).public
    with pytest.raises(UnsafeKey, match="signing"):
        require_safe_keys(PublicKeys(sealing=good.sealing, signing=bytes(32)))
    with pytest.raises(UnsafeKey, match="sealing"):
        require_safe_keys(PublicKeys(sealing=good.signing, signing=good.signing))


@pytest.mark.parametrize("seeds", [(b"", b"s" * 32), (b"s" * 32, b"s" * 31)])
def test_a_seed_of_another_length_makes_no_identity(seeds: tuple[bytes, bytes]) -> None:
    with pytest.raises(CannotOpen, match="not a seed"):
        Identity.from_seeds(*seeds)
