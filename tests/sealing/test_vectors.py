"""Permanent vectors of every format. The files were made once and never change: a new form is a new version byte.

Where a format is deterministic, given its randomness, the same stream must still give the same bytes; `Stream` is named
after the file's subject. HPKE draws its own randomness, so its records are only opened.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.sealing import reference
from tests.sealing.stream import Stream
from vault.domain.ids import AccountId, CredentialId, Fingerprint, PersonId, UnitId, VaultId
from vault.domain.keys import KdfParameters
from vault.domain.secret import Secret
from vault.sealing.atrest import StorageKeyring
from vault.sealing.bindings import RECOVERY, data_key_info, storage_key_info, unit_key_info
from vault.sealing.codes import TotpSeed, parse_seed
from vault.sealing.envelope import EnvelopeHeader, Part, open_part, seal_envelope
from vault.sealing.frames import frame
from vault.sealing.identity import Identity
from vault.sealing.invitation import InvitationCode
from vault.sealing.keypairs import SealingKey, open_seed
from vault.sealing.passphrase import lock_identity, unlock_identity
from vault.sealing.session import unwrap_identity, wrap_identity
from vault.sealing.shares import Share, combine, split
from vault.sealing.signatures import SigningKey, SigningPublicKey

PRINT = Fingerprint(bytes(range(32, 64)))


def vector(name: str) -> dict[str, Any]:
    values: dict[str, Any] = json.loads((Path(__file__).parent / "vectors" / f"{name}.json").read_text())
    return values


def raw(values: dict[str, Any], *names: str) -> list[bytes]:
    return [bytes.fromhex(values[name]) for name in names]


def test_the_frame_of_the_vector_stands() -> None:
    v = vector("frame")
    parts = [bytes.fromhex(part) for part in v["parts"]]
    assert frame(v["context"], *parts).hex() == reference.frame(v["context"], *parts).hex() == v["frame"]


def test_the_signature_of_the_vector_stands() -> None:
    v = vector("signature")
    seed, public, message, signature = raw(v, "seed", "public", "message", "signature")
    key = SigningKey.from_seed(seed)
    assert (key.public, key.sign(v["context"], message)) == (public, signature)
    SigningPublicKey(public).verify(v["context"], message, signature)


def test_the_sealed_seeds_of_the_vector_open() -> None:
    v = vector("sealed")
    seed, public, print_, plaintext = raw(v, "seed", "public", "fingerprint", "plaintext")
    key = SealingKey.from_seed(seed)
    assert (key.public.to_bytes(), key.public.fingerprint) == (public, print_)
    vault = VaultId(bytes(range(32)))
    bindings = [
        unit_key_info(vault=vault, unit=UnitId("uni_a"), epoch=2, recipient="per_a", recipient_fingerprint=PRINT),
        data_key_info(
            vault=vault,
            account=AccountId("acc_a"),
            credential=CredentialId("cre_a"),
            version=3,
            sealer=PersonId("per_s"),
            recipient="uni_a",
            recipient_fingerprint=PRINT,
        ),
        storage_key_info(vault=vault, recipient=RECOVERY, recipient_fingerprint=PRINT),
    ]
    for record, binding in zip(v["records"], bindings, strict=True):
        info, sealed = raw(record, "info", "sealed")
        assert binding.info == info
        assert open_seed(key, sealed, binding) == reference.open_sealed(seed, sealed, info) == plaintext


def test_the_locked_identity_of_the_vector_stands() -> None:
    v = vector("identity")
    salt, pepper, nonce, record, commitment = raw(v, "salt", "pepper", "nonce", "record", "commitment")
    parameters = KdfParameters(memory_kib=v["memory_kib"], passes=v["passes"], lanes=v["lanes"], salt=salt)
    identity = Identity.from_seeds(*(bytes.fromhex(seed) for seed in v["seeds"]))
    words = Secret(v["passphrase"])
    locked = lock_identity(
        identity, words, person=v["person"], parameters=parameters, pepper=pepper, random=lambda _: nonce
    )
    assert (locked.record, locked.commitment) == (record, commitment)
    opened = unlock_identity(
        record, words, person=v["person"], parameters=parameters, pepper=pepper, commitment=commitment
    )
    assert opened.public == identity.public


def test_the_session_of_the_vector_stands() -> None:
    v = vector("session")
    vault, person, key = VaultId(bytes.fromhex(v["vault"])), PersonId(v["person"]), Secret(v["session_key"])
    identity = unwrap_identity(bytes.fromhex(v["blob"]), key, vault=vault, person=person)
    assert [seed.hex() for seed in identity.reveal_seeds()] == v["seeds"]
    again = wrap_identity(identity, vault=vault, person=person, random=Stream("session"))
    assert (again.blob.hex(), again.session_key) == (v["blob"], key)


def test_the_envelope_of_the_vector_stands() -> None:
    v = vector("envelope")
    record, data_key, commitment = raw(v, "record", "data_key", "commitment")
    header = EnvelopeHeader(
        vault=VaultId(bytes.fromhex(v["vault"])),
        account=AccountId(v["account"]),
        credential=CredentialId(v["credential"]),
        version=v["version"],
        sealer=PersonId(v["sealer"]),
    )
    parts = {part: bytes.fromhex(v["parts"].get(part.label, "")) for part in Part}
    assert {part: open_part(record, header, data_key, commitment, part) for part in Part} == parts
    again = seal_envelope(header, parts, random=Stream("envelope"))
    assert (again.record, again.data_key, again.commitment) == (record, data_key, commitment)


def test_the_storage_key_of_the_vector_stands() -> None:
    v = vector("atrest")
    keyring = StorageKeyring.parse(v["text"])
    assert keyring.to_text() == v["text"]
    assert [keyring.decrypt(v["context"], each) for each in raw(v, "old", "new")] == [b"old", b"new"]
    assert keyring.mark(v["mark_context"], v["mark_text"]).hex() == v["mark"]


def test_the_shares_of_the_vector_stand() -> None:
    v = vector("shares")
    secret, set_id = raw(v, "secret", "set_id")
    shares = [Share.parse(Secret(each["text"])) for each in v["shares"]]
    for share, each in zip(shares, v["shares"], strict=True):
        assert (share.index, share.data.hex(), share.commitment.hex()) == (
            each["index"],
            each["data"],
            each["commitment"],
        )
        assert (share.threshold, share.set_id) == (v["threshold"], set_id)
    assert combine(shares[1:4], [share.commitment for share in shares]) == secret
    assert split(secret, 3, 5, Stream("shares")) == tuple(shares)


def test_the_invitation_code_of_the_vector_stands() -> None:
    v = vector("invitation")
    code = InvitationCode.parse(Secret(v["text"]))
    assert (code.public.hex(), code.to_text().reveal()) == (v["public"], v["text"])
    assert reference.typed_text("custody-vault/invitation-text/1", bytes.fromhex(v["code"])) == v["text"]


def test_the_sealed_seed_of_the_vector_stands() -> None:
    v = vector("totp")
    seed = TotpSeed.from_bytes(bytes.fromhex(v["content"]))
    assert seed == parse_seed(Secret(v["address"]))
    assert seed.to_bytes().hex() == v["content"]
