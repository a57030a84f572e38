"""The key of a backup file and its stream: what opens it, and everything that must not."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sealing import reference_archive as reference
from tests.sealing.stream import Stream
from vault.domain.ids import VaultId
from vault.domain.keys import KdfParameters
from vault.domain.secret import Secret
from vault.errors import CannotOpen, InvalidInput, UnsafeKey, UnsafeParameters, WrongPassphrase
from vault.sealing.archive import (
    TAG_BYTES,
    ArchiveHeader,
    ArchiveKey,
    make_archive_key,
    open_with_passphrase,
    open_with_recovery,
    read_archive_header,
)
from vault.sealing.archive_stream import CHUNK, ArchiveWriter, open_archive
from vault.sealing.keypairs import SealingKey
from vault.sealing.passphrase import CEILING, FLOOR

WORDS = Secret("saddle orchard brick evening lantern")
VAULT = VaultId(bytes(range(32)))
RECOVERY = SealingKey.from_seed(bytes(range(1, 33)))
COMMITMENTS = tuple(bytes((at,)) * 32 for at in range(3))
SEALED = CHUNK + TAG_BYTES


def make(words: Secret = WORDS, label: str = "archive") -> tuple[ArchiveHeader, ArchiveKey]:
    random = Stream(label)
    return make_archive_key(
        words,
        vault=VAULT,
        parameters=FLOOR.make_parameters(random),
        recovery=RECOVERY.public.to_bytes(),
        commitments=COMMITMENTS,
        random=random,
    )


HEADER, KEY = make()
HEADER_BYTES = len(HEADER.to_bytes())
START = HEADER_BYTES + 16


def seal(content: bytes, *, piece: int = 10_000, label: str = "file") -> bytes:
    out = io.BytesIO()
    writer = ArchiveWriter(out.write, HEADER, KEY, random=Stream(label))
    for at in range(0, len(content), piece):
        writer.write(content[at : at + piece])
    writer.close()
    return out.getvalue()


def unseal(data: bytes, key: ArchiveKey = KEY) -> bytes:
    source = io.BytesIO(data)
    return b"".join(open_archive(source, read_archive_header(source), key))


LONG = Stream("content")(3 * CHUNK + 5)
FILE = seal(LONG)


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 5])
def test_stream_of_any_length_comes_back(size: int) -> None:
    """F8."""
    file = seal(LONG[:size])
    assert unseal(file) == LONG[:size] == reference.open_with_passphrase(file, WORDS.reveal())
    chunks = max(1, -(-size // CHUNK))
    assert len(file) == START + size + chunks * TAG_BYTES


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(min_value=0, max_value=70_000), max_size=4))
def test_how_the_stream_is_handed_over_leaves_no_trace(sizes: list[int]) -> None:
    out, content, at = io.BytesIO(), LONG[: sum(sizes)], 0
    writer = ArchiveWriter(out.write, HEADER, KEY, random=Stream("file"))
    for size in sizes:
        writer.write(content[at : at + size])
        at += size
    writer.close()
    assert out.getvalue() == seal(content)


def test_header_comes_back_and_both_keys_open_it() -> None:
    found = read_archive_header(io.BytesIO(FILE))
    assert found == HEADER
    for key in (open_with_passphrase(found, WORDS), open_with_recovery(found, RECOVERY)):
        assert unseal(FILE, key) == LONG
    assert reference.open_with_recovery(FILE, bytes(range(1, 33))) == LONG


def test_passphrase_is_the_same_however_its_accents_are_typed() -> None:
    """B7."""
    header, _ = make(Secret("cafe\u0301 saddle orchard brick evening"))
    assert open_with_passphrase(header, Secret("caf\u00e9 saddle orchard brick evening"))._key
    with pytest.raises(WrongPassphrase):
        open_with_passphrase(header, Secret("cafe saddle orchard brick evening"))


def test_other_keys_open_nothing() -> None:
    with pytest.raises(WrongPassphrase, match="not the passphrase of this backup"):
        open_with_passphrase(HEADER, Secret("another five words altogether"))
    with pytest.raises(CannotOpen, match="the key of the backup for recovery"):
        open_with_recovery(HEADER, SealingKey.from_seed(bytes(32)))
    _, other = make(label="another file")
    with pytest.raises(CannotOpen, match="chunk 1 of the backup"):
        unseal(FILE, other)


@pytest.mark.parametrize("at", range(0, HEADER_BYTES, 13))
def test_no_byte_of_the_header_can_be_altered(at: int) -> None:
    """A10: by neither road, and nothing of the stream is given out."""
    altered = FILE[:at] + bytes((FILE[at] ^ 0x10,)) + FILE[at + 1 :]
    kinds = (CannotOpen, InvalidInput, WrongPassphrase, UnsafeParameters)
    with pytest.raises(kinds):
        open_with_passphrase(read_archive_header(io.BytesIO(altered)), WORDS)
    with pytest.raises(kinds):
        open_with_recovery(read_archive_header(io.BytesIO(altered)), RECOVERY)


def test_key_commits_to_the_header() -> None:
    """A header whose stream would still be found by the true key is refused before that."""
    for changed in (
        replace(HEADER, commitments=COMMITMENTS[:2]),
        replace(HEADER, recovery=SealingKey.from_seed(bytes(32)).public.to_bytes()),
        replace(HEADER, sealed_key=HEADER.sealed_key[:-1] + b"\0"),
        replace(HEADER, key_commitment=bytes(32)),
    ):
        with pytest.raises(CannotOpen, match="its key does not commit to it"):
            open_with_passphrase(changed, WORDS)


def test_right_passphrase_on_an_altered_key_says_so() -> None:
    locked = HEADER.locked_key[:-1] + bytes((HEADER.locked_key[-1] ^ 1,))
    with pytest.raises(CannotOpen, match="the header of the backup is altered"):
        open_with_passphrase(replace(HEADER, locked_key=locked), WORDS)


CHUNKS = [FILE[START + at * SEALED : START + (at + 1) * SEALED] for at in range(4)]


@pytest.mark.parametrize(
    ("order", "named"),
    [
        ((0, 1, 2), 3),
        ((0, 1), 2),
        ((0,), 1),
        ((), 1),
        ((1, 0, 2, 3), 1),
        ((0, 2, 1, 3), 2),
        ((0, 1, 3), 3),
        ((0, 0, 1, 2, 3), 2),
        ((3,), 1),
        ((0, 1, 2, 3, 3), 4),
        ((1, 2, 3), 1),
    ],
)
def test_chunks_that_are_cut_moved_doubled_or_dropped_do_not_open(order: tuple[int, ...], named: int) -> None:
    """A7, F6."""
    with pytest.raises(CannotOpen, match=f"chunk {named} of the backup"):
        unseal(FILE[:START] + b"".join(CHUNKS[at] for at in order))


@pytest.mark.parametrize("at", [0, 1, 15, 16, SEALED - 1, SEALED, 2 * SEALED + 7, 3 * SEALED, 3 * SEALED + 20])
def test_no_byte_of_the_stream_can_be_altered_or_be_the_last(at: int) -> None:
    """A10, F6."""
    place = START + at
    for bad in (FILE[:place] + bytes((FILE[place] ^ 1,)) + FILE[place + 1 :], FILE[:place]):
        with pytest.raises(CannotOpen):
            unseal(bad)


def test_what_follows_the_last_chunk_is_refused() -> None:
    for more in (b"\0", bytes(SEALED), CHUNKS[3]):
        with pytest.raises(CannotOpen):
            unseal(FILE + more)


def test_an_empty_chunk_after_a_full_one_is_refused() -> None:
    """One stream has one form, even for whoever has the key."""
    out = io.BytesIO()
    writer = ArchiveWriter(out.write, HEADER, KEY, random=Stream("file"))
    writer.write(LONG[:CHUNK])
    writer._seal(CHUNK, is_last=False)
    writer.close()
    with pytest.raises(CannotOpen, match="chunk 2 of the backup is empty"):
        unseal(out.getvalue())


def test_two_files_of_one_header_have_two_streams() -> None:
    """A retried backup never seals other bytes under the same key and nonce."""
    one, two = seal(LONG[:99], label="one"), seal(LONG[:99], label="two")
    assert one[:HEADER_BYTES] == two[:HEADER_BYTES]
    assert one[START:] != two[START:]
    with pytest.raises(CannotOpen):
        unseal(one[:START] + two[START:])


@pytest.mark.parametrize("length", [0, 5, 14, 15, 16, 100, 1384, 1400, HEADER_BYTES - 1, HEADER_BYTES + 3])
def test_file_that_ends_in_its_header_is_refused(length: int) -> None:
    with pytest.raises((CannotOpen, InvalidInput)):
        unseal(FILE[:length])


def test_unknown_version_and_other_files_are_refused() -> None:
    """A9."""
    with pytest.raises(CannotOpen, match="not in a form that this program knows"):
        read_archive_header(io.BytesIO(FILE[:14] + b"\x02" + FILE[15:]))
    with pytest.raises(InvalidInput, match="not a backup file of custody"):
        read_archive_header(io.BytesIO(b"SQLite format 3\0" + FILE))


@pytest.mark.parametrize(
    ("memory", "passes"), [(8, 2), (2**32 - 1, 2), (FLOOR.memory_kib, 1), (CEILING.memory_kib, 11)]
)
def test_parameters_out_of_bounds_are_refused_before_a_passphrase_is_asked_for(memory: int, passes: int) -> None:
    """A8."""
    parameters = KdfParameters(memory_kib=memory, passes=passes, lanes=1, salt=bytes(16))
    with pytest.raises(UnsafeParameters):
        read_archive_header(io.BytesIO(replace(HEADER, parameters=parameters).to_bytes()))
    with pytest.raises(UnsafeParameters):
        make_archive_key(
            WORDS,
            vault=VAULT,
            parameters=parameters,
            recovery=RECOVERY.public.to_bytes(),
            commitments=COMMITMENTS,
            random=Stream("bounds"),
        )


def test_nothing_is_sealed_to_an_unsafe_recovery_key() -> None:
    """A1."""
    random = Stream("unsafe")
    with pytest.raises(UnsafeKey):
        make_archive_key(
            WORDS,
            vault=VAULT,
            parameters=FLOOR.make_parameters(random),
            recovery=bytes(1216),
            commitments=(),
            random=random,
        )


def test_key_shows_nothing() -> None:
    """B1."""
    assert repr(KEY) == "ArchiveKey(********)"
    assert KEY._key.hex() not in repr((HEADER, KEY))


def test_the_backup_file_of_the_vector_stands() -> None:
    v = json.loads((Path(__file__).parent / "vectors" / "archive.json").read_text(encoding="utf-8"))
    file, content, seed = (bytes.fromhex(v[name]) for name in ("file", "content", "recovery_seed"))
    header = read_archive_header(io.BytesIO(file))
    by_passphrase = open_with_passphrase(header, Secret(v["passphrase"]))
    by_recovery = open_with_recovery(header, SealingKey.from_seed(seed))
    assert unseal(file, by_passphrase) == unseal(file, by_recovery) == content
    assert reference.open_with_passphrase(file, v["passphrase"]) == reference.open_with_recovery(file, seed) == content
    out = io.BytesIO()
    writer = ArchiveWriter(out.write, header, by_passphrase, random=Stream("vector"))
    writer.write(content)
    writer.close()
    assert out.getvalue() == file
