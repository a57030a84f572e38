"""What does not verify: reading stops with a typed error that names the entry, and nothing is taken in."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.ledger.readers import refuse
from tests.ledger.town import Town
from vault.domain.keys import PublicKeys
from vault.domain.persons import Role
from vault.errors import Broken, IntegrityError
from vault.ledger.entry import FRAME_VERSION, hash_frame
from vault.ledger.ports import StoredEntry
from vault.sealing.identity import Identity
from vault.sealing.signatures import SigningKey

LOW_ORDER = bytes([1]) + bytes(31)


def put(town: Town, frame: bytes) -> int:
    """Put a frame after the newest entry, its hash reckoned anew."""
    seq = town.store.entries[-1].seq + 1
    town.store.force(StoredEntry(seq=seq, hash=hash_frame(frame), frame=frame))
    return seq


# -- bytes ----------------------------------------------------------------------------------------------------------


def test_every_byte_of_a_frame_counts(town: Town) -> None:
    """A7, A9: flipped alone the hash tells; with the hash reckoned anew, format, chain or signature do."""
    stored = town.sign("emma", town.forms.request().events[0])
    for at in range(len(stored.frame)):
        frame = stored.frame[:at] + bytes([stored.frame[at] ^ 1]) + stored.frame[at + 1 :]
        for hash_ in (stored.hash, hash_frame(frame)):
            reader = town.copy("reader")
            reader.store.force(replace(stored, frame=frame, hash=hash_))
            with pytest.raises(Broken, match=f"ledger entry {stored.seq} "):
                reader.witness.follow()
            assert reader.state.documents == town.state.documents


@pytest.mark.parametrize("bit", [0x80, 0x20, 0x02])
def test_every_byte_of_an_enrolment_counts(town: Town, bit: int) -> None:
    """A1, A7: both signatures and both public keys are in it."""
    town.invite("newcomer", "district", Role.EMPLOYEE)
    stored = town.sign("newcomer", town.forms.enrol(town.keys["newcomer"]).events[0])
    reader = town.copy("reader")
    for at in range(0, len(stored.frame), 3):
        frame = stored.frame[:at] + bytes([stored.frame[at] ^ bit]) + stored.frame[at + 1 :]
        reader.store.force(replace(stored, frame=frame, hash=hash_frame(frame)))
        with pytest.raises(Broken, match=f"ledger entry {stored.seq} "):
            reader.witness.follow()
        reader.store.drop_entry(stored.seq)
    reader.store.force(stored)
    reader.witness.follow()
    assert reader.person("newcomer").keys == town.keys["newcomer"].public


def test_every_cut_of_a_frame_is_refused(town: Town) -> None:
    """A7."""
    stored = town.sign("emma", town.forms.request().events[0])
    for length in range(len(stored.frame)):
        frame = stored.frame[:length]
        reader = town.copy("reader")
        reader.store.force(replace(stored, frame=frame, hash=hash_frame(frame)))
        with pytest.raises(Broken, match=f"ledger entry {stored.seq} has an unknown format"):
            reader.witness.follow()


@pytest.mark.parametrize("tail", [b"\x00", bytes(63), bytes(64), bytes(65), bytes(128)])
def test_bytes_after_a_frame_are_refused(town: Town, tail: bytes) -> None:
    """A7."""
    seq = put(town, town.sign("emma", town.forms.request().events[0]).frame + tail)
    words = "has a second signature that nothing asks for" if len(tail) == 64 else "has an unknown format"
    refuse(town, Broken, f"ledger entry {seq} .*{words}")


@pytest.mark.parametrize("version", [0, 2, 255])
def test_another_version_of_the_frame_is_refused(town: Town, version: int) -> None:
    """A9."""
    frame = bytes([version]) + town.sign("emma", town.forms.request().events[0]).frame[1:]
    refuse_seq = put(town, frame)
    assert version != FRAME_VERSION
    refuse(town, Broken, f"ledger entry {refuse_seq} has an unknown format")


@pytest.mark.parametrize("frame", [b"", b"\x01", b"\x01\x00\x00\x00\x00", bytes(200), b"\xff" * 500])
def test_what_is_no_frame_is_refused(town: Town, frame: bytes) -> None:
    """A7: blank columns."""
    refuse(town, Broken, f"ledger entry {put(town, frame)} has an unknown format")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"null",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"vault":NaN}',
        b'{"vault":"' + b"A" * 44 + b'"}',
    ],
)
def test_a_signed_body_that_is_no_envelope_is_refused(town: Town, body: bytes) -> None:
    """A7."""
    signature = town.keys["emma"].signing.sign("custody-vault/entry/1", body)
    seq = put(town, bytes([1]) + len(body).to_bytes(4, "big") + body + signature)
    refuse(town, Broken, f"ledger entry {seq} is not readable")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'{"vault":', b'{ "vault":'),
        (b'"rules":1', b'"rules":1,"rules":1'),
        (b'"rules":1', b'"rules":1.0'),
        (b'"rules":1', b'"rules":01'),
        (b'"rules":1', b'"rules":9223372036854775808'),
        (b'"rules":1', b'"rules":1,"extra":1'),
        (b'"kind":"permission.r', b'"kind":"\\u0070ermission.r'),
        (b'Z","author"', b'+00:00","author"'),
        (b'Z","author"', b'+01:00","author"'),
        (b'Z","author"', b'","author"'),
        (b'Z","author"', b'.000Z","author"'),
    ],
)
def test_an_envelope_in_another_spelling_is_refused(town: Town, old: bytes, new: bytes) -> None:
    """A7, A9: signed though it is, two readers could take it in two ways."""
    stored = town.sign("emma", town.forms.request().events[0])
    body = stored.frame[5:-64]
    assert body.count(old) == 1
    other = body.replace(old, new)
    signature = town.keys["emma"].signing.sign("custody-vault/entry/1", other)
    seq = put(town, bytes([1]) + len(other).to_bytes(4, "big") + other + signature)
    refuse(town, Broken, f"ledger entry {seq} is not (in its exact form|readable)")


# -- signatures -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("signature", [bytes(64), b"\xff" * 64])
def test_there_is_no_unsigned_mode(town: Town, signature: bytes) -> None:
    """A7."""
    stored = town.sign("emma", town.forms.request().events[0])
    seq = put(town, stored.frame[:-64] + signature)
    refuse(town, Broken, f"ledger entry {seq} does not verify: the signature")


def test_a_signature_for_another_purpose_is_refused(town: Town) -> None:
    stored = town.sign("emma", town.forms.request().events[0])
    other = town.keys["emma"].signing.sign("custody-vault/entry-countersigned/1", stored.frame[5:-64])
    refuse(town, Broken, f"ledger entry {put(town, stored.frame[:-64] + other)} does not verify")


def test_nobody_writes_in_another_persons_name(town: Town) -> None:
    """A1, A3."""
    stored = town.force("mia", town.forms.request().events[0], author=town.persons["emma"])
    refuse(town, Broken, f"ledger entry {stored.seq} does not verify: its key is not one of {town.persons['emma']}")
    with pytest.raises(Broken, match="its key is not one of"):
        town.ledger.write(
            replace(town.author("mia"), person=town.persons["emma"]), lambda _view, _at: town.forms.request()
        )


def test_a_key_that_nobody_has_is_refused(town: Town) -> None:
    town.keys["emma"] = Identity.make(town.random)
    stored = town.force("emma", town.forms.request().events[0])
    refuse(town, Broken, f"ledger entry {stored.seq} does not verify: its key is not one of")


def test_an_enrolment_is_countersigned_by_the_invitations_code(town: Town) -> None:
    """A1, B2: whoever writes the store cannot put a key of their own under somebody's invitation."""
    town.invite("newcomer", "district", Role.EMPLOYEE)
    draft = town.forms.enrol(town.keys["newcomer"])
    for code in (None, SigningKey.from_seed(b"o" * 32), town.keys["newcomer"].signing):
        twin = town.copy("forged")
        twin.codes.pop("newcomer")
        if code is not None:
            twin.codes["newcomer"] = code
        stored = twin.force("newcomer", draft.events[0])
        refuse(twin, Broken, f"ledger entry {stored.seq} does not verify: the signature")
        with pytest.raises(IntegrityError):
            twin.write("newcomer", draft)
    town.write("newcomer", draft)
    assert town.person("newcomer").keys == town.keys["newcomer"].public


def test_a_used_code_enrols_nobody_again(town: Town) -> None:
    """B2."""
    town.invite("newcomer", "district", Role.EMPLOYEE)
    code = town.codes["newcomer"]
    town.enrol("newcomer")
    town.codes["newcomer"], town.keys["newcomer"] = code, Identity.make(town.random)
    stored = town.force("newcomer", town.forms.enrol(town.keys["newcomer"]).events[0])
    refuse(town, Broken, f"ledger entry {stored.seq} does not verify: nobody has been invited under that id")


def test_an_enrolment_under_no_invitation_is_refused(town: Town) -> None:
    town.persons["ghost"], town.keys["ghost"] = town.persons["emma"], Identity.make(town.random)
    town.codes["ghost"] = SigningKey.from_seed(b"o" * 32)
    stored = town.force("ghost", town.forms.enrol(town.keys["ghost"]).events[0])
    refuse(town, Broken, f"ledger entry {stored.seq} does not verify: nobody has been invited under that id")


def test_an_enrolment_is_signed_by_the_key_that_it_brings(town: Town) -> None:
    """A1."""
    town.invite("newcomer", "district", Role.EMPLOYEE)
    stored = town.force("newcomer", town.forms.enrol(Identity.make(town.random)).events[0])
    refuse(town, Broken, f"ledger entry {stored.seq} does not verify: it names another key than the one it brings")


def test_a_low_order_key_never_enrols(town: Town) -> None:
    """A1: one constant signature verifies under it for many messages."""
    town.invite("newcomer", "district", Role.EMPLOYEE)

    class Constant:
        public = LOW_ORDER

        def sign(self, context: str, message: bytes) -> bytes:
            _ = context, message
            return LOW_ORDER + bytes(32)

    mallory = Identity.make(town.random)
    keys = PublicKeys(sealing=mallory.public.sealing, signing=LOW_ORDER)
    event = replace(town.forms.enrol(mallory).events[0], keys=keys)  # type: ignore[call-arg]
    mallory.signing = Constant()  # type: ignore[assignment]
    town.keys["newcomer"] = mallory
    stored = town.force("newcomer", event)
    refuse(town, Broken, f"ledger entry {stored.seq} does not verify: the signing key is of low order")
