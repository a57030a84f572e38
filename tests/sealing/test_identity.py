from __future__ import annotations

import pytest

from tests.sealing.reference import public
from tests.sealing.stream import Stream
from vault.errors import CannotOpen
from vault.sealing.bindings import Binding
from vault.sealing.identity import Identity
from vault.sealing.keypairs import SealingPublicKey, seal_to
from vault.sealing.signatures import SigningPublicKey

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
    sealing = SealingPublicKey.from_bytes(identity.public.sealing)
    signing = SigningPublicKey(identity.public.signing)
    assert identity.sealing.open(seal_to(sealing, b"secret", BINDING), BINDING) == b"secret"
    signing.verify("entry", b"message", identity.signing.sign("entry", b"message"))


@pytest.mark.parametrize("seeds", [(b"", b"s" * 32), (b"s" * 32, b"s" * 31)])
def test_a_seed_of_another_length_makes_no_identity(seeds: tuple[bytes, bytes]) -> None:
    with pytest.raises(CannotOpen, match="not a seed"):
        Identity.from_seeds(*seeds)
