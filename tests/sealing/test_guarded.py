from __future__ import annotations

import copy
import pickle  # noqa: TID251 - to see it refused

import pytest

from tests.sealing.stream import Stream
from vault.domain.secret import Secret
from vault.sealing.atrest import StorageKeyring
from vault.sealing.codes import TotpSeed
from vault.sealing.envelope import SealedEnvelope
from vault.sealing.guarded import KeyMaterial
from vault.sealing.identity import Identity
from vault.sealing.invitation import make_invitation_code
from vault.sealing.keypairs import SealingKey
from vault.sealing.recovery import make_recovery_key
from vault.sealing.session import WrappedIdentity
from vault.sealing.shares import Share
from vault.sealing.signatures import SigningKey

SEED = bytes(range(32))
MATERIAL = [
    SigningKey.from_seed(SEED),
    SealingKey.from_seed(SEED),
    Identity.from_seeds(SEED, SEED),
    StorageKeyring({1: SEED}, SEED),
    make_invitation_code(Stream("guarded")),
]


@pytest.mark.parametrize("material", MATERIAL, ids=lambda each: type(each).__name__)
def test_key_material_shows_nothing_and_is_never_copied(material: KeyMaterial) -> None:
    """B1"""
    assert f"{material}" == f"{material!r}" == f"{type(material).__name__}(********)"
    for copied in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="never pickled or copied"):
            copied(material)
    assert not hasattr(material, "__dict__")


def test_dataclasses_with_secrets_leave_them_out_of_their_text() -> None:
    """B1"""
    recovery = make_recovery_key(Stream("recovery"), threshold=2, shares=3)
    share = Share(set_id=bytes(8), index=1, threshold=2, data=b"canary")
    wrapped = WrappedIdentity(session_key=Secret("canary"), blob=b"canary")
    envelope = SealedEnvelope(record=b"canary", data_key=b"canary", commitment=b"c")
    seed = TotpSeed(key=b"canary")
    for each in (share, wrapped, envelope, seed):
        assert "canary" not in repr(each)
    assert "Share" not in repr(recovery)
