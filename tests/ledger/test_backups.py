"""What a backup holds: written from one moment of a store, read back as a store that only reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from tests.ledger.town import Town
from tests.support.memory import MemoryLedgerStore, MemoryStateStore
from vault.domain.ids import Digest, UnitId
from vault.errors import AlteredRecord, Broken, CannotOpen, Forked, StoreError, VaultError
from vault.ledger import backups
from vault.ledger.backups import ArchivedLedger, Canary, Kind, Manifest, write_content
from vault.ledger.entry import hash_frame
from vault.ledger.ports import Batch, Pin
from vault.ledger.witness import Witness

KEY_TEXT = "custody-storage-key 1\n"


def manifest_of(town: Town) -> Manifest:
    newest = town.store.entries[-1]
    return Manifest(
        vault=town.vault,
        made_at=town.now,
        head_seq=newest.seq,
        head_hash=newest.hash,
        canary=Canary(unit=UnitId("uni_a"), epoch=1, sealed=b"sealed", check=b"check"),
    )


def content(
    town: Town, *, store: MemoryLedgerStore | None = None, manifest: Manifest | None = None, pin: Pin | None = None
) -> bytes:
    out = bytearray()
    write_content(
        out.extend,
        store or town.store,
        manifest or manifest_of(town),
        KEY_TEXT,
        pin=pin,
        progress=lambda _done, _total: None,
    )
    return bytes(out)


def stream(data: bytes, size: int = 1000) -> Callable[[], Iterator[bytes]]:
    return lambda: (data[at : at + size] for at in range(0, len(data), size))


def items(data: bytes) -> list[tuple[int, bytes]]:
    return [(int(kind), body) for kind, body in backups._unpack(stream(data)())]


def join(parts: list[tuple[int, bytes]]) -> bytes:
    return b"".join(bytes((kind,)) + len(body).to_bytes(4, "big") + body for kind, body in parts)


def read_all(data: bytes) -> list[Batch]:
    return list(ArchivedLedger(stream(data)).batches())


@pytest.mark.parametrize("size", [1, 7, 1000, 1 << 20])
def test_content_comes_back_byte_for_byte(town: Town, size: int) -> None:
    archived = ArchivedLedger(stream(content(town), size))
    assert (archived.manifest, archived.storage_key) == (manifest_of(town), KEY_TEXT)
    assert (archived.vault, archived.head(), archived.clock()) == (town.vault, town.store.head(), None)
    entries = [each for batch in archived.batches() for each in batch.entries]
    records = {name: body for batch in archived.batches() for name, body in batch.records.items()}
    assert (entries, records) == (town.store.entries, town.store.records)


def test_entries_come_from_wherever_a_reader_asks(town: Town) -> None:
    archived = ArchivedLedger(stream(content(town)))
    every = town.store.entries
    for seq, limit in ((0, 3), (3, 3), (0, 2), (1, 5), (6, 1), (len(every), 4), (len(every) - 1, 4), (2, 2)):
        assert list(archived.after(seq, limit)) == every[seq : seq + limit]


def test_witness_follows_a_backup_as_it_follows_a_store(town: Town) -> None:
    archived, state = ArchivedLedger(stream(content(town))), MemoryStateStore()
    Witness(archived, state, town.vault).follow()
    assert state.documents == town.state.documents
    Witness(archived, state, town.vault).follow()
    assert state.pin() == town.state.pin()


def test_large_contents_come_in_batches(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backups, "ENTRIES_AT_ONCE", 4)
    monkeypatch.setattr(backups, "RECORDS_AT_ONCE", 3)
    found = read_all(content(town))
    assert max(len(batch.entries) for batch in found) == 4
    assert max(len(batch.records) for batch in found) == 3
    assert sum(len(batch.entries) for batch in found) == len(town.store.entries)
    assert sum(len(batch.records) for batch in found) == len(town.store.records)


def test_records_are_found_by_their_digest_and_nothing_is_written(town: Town) -> None:
    archived = ArchivedLedger(stream(content(town)))
    name, body = next(iter(town.store.records.items()))
    assert archived.record(name) == body
    with pytest.raises(AlteredRecord, match="missing from the backup"):
        archived.record(Digest(bytes(32)))
    with pytest.raises(StoreError, match="not written to"):
        archived.append(town.store.entries[:1])


def test_altered_store_is_not_backed_up(town: Town) -> None:
    """F6: what is damaged must not become the newest backup."""
    store = town.store.copy()
    store.replace_entry(5, frame=store.entries[4].frame + b"\0")
    with pytest.raises(Broken, match="ledger entry 5 is missing or altered"):
        content(town, store=store)
    store = town.store.copy()
    store.drop_entry(5)
    with pytest.raises(Broken, match="ledger entry 5 is missing or altered"):
        content(town, store=store)
    store = town.store.copy()
    store.cut_after(5)
    with pytest.raises(Broken, match="ends at entry 5 and says"):
        content(town, store=store)
    store = town.store.copy()
    store.replace_record(next(iter(store.records)), b"other")
    with pytest.raises(AlteredRecord, match="is not what its name says"):
        content(town, store=store)


def test_forked_store_is_not_backed_up(town: Town) -> None:
    """A11."""
    pin = town.state.pin()
    assert pin is not None
    assert content(town, pin=pin) == content(town)
    with pytest.raises(Forked, match=f"another entry {pin.seq}"):
        content(town, pin=replace(pin, hash=bytes(32)))


def altered_items(parts: list[tuple[int, bytes]]) -> Iterator[tuple[str, list[tuple[int, bytes]]]]:
    end = parts[-1]
    first = next(at for at, (kind, _) in enumerate(parts) if kind == Kind.RECORD)
    yield "no manifest", parts[1:]
    yield "no storage key", [parts[0], *parts[2:]]
    yield "no entry", [*parts[:2], *parts[first:]]
    yield "entries after records", [*parts[:2], *parts[first:-1], *parts[2:first], end]
    yield "an entry less", [*parts[:3], *parts[4:]]
    yield "a record less", [*parts[:first], *parts[first + 1 :]]
    yield "a record twice", [*parts[: first + 1], *parts[first:]]
    yield "no record and no end", parts[:first]
    yield "no end", parts[:-1]
    yield "two ends", [*parts, end]
    yield "an unknown kind", [*parts[:-1], (6, b""), end]
    yield "kind zero", [(0, b""), *parts]
    yield "another count", [*parts[:-1], (5, bytes(16))]
    yield "a manifest that is none", [(1, b"{}"), *parts[1:]]
    yield "a storage key that is no text", [parts[0], (2, b"\xff"), *parts[2:]]


def test_content_in_any_other_form_is_refused(town: Town) -> None:
    """A7, A9."""
    parts = items(content(town))
    for what, bad in altered_items(parts):
        with pytest.raises(CannotOpen):
            pytest.fail(f"{what} was read: {len(read_all(join(bad)))} batches")


def test_content_that_ends_or_goes_on_anywhere_is_refused(town: Town) -> None:
    whole = content(town)
    for length in (0, 3, 5, 40, len(whole) // 2, len(whole) - 1):
        with pytest.raises(CannotOpen, match="ends before its end"):
            read_all(whole[:length])
    for more in (b"\0", bytes(2000)):
        with pytest.raises(CannotOpen, match="goes on after its end"):
            read_all(whole + more)


def test_item_too_long_is_not_read_into_memory() -> None:
    def endless() -> Iterator[bytes]:
        yield bytes((1,)) + (backups.MOST_BYTES + 1).to_bytes(4, "big")
        pytest.fail("it was read on")

    with pytest.raises(CannotOpen, match="not in a form"):
        ArchivedLedger(endless)


def test_vault_without_a_record_is_read(town: Town) -> None:
    parts = [part for part in items(content(town)) if part[0] != Kind.RECORD]
    parts[-1] = (5, len(town.store.entries).to_bytes(8, "big") + bytes(8))
    (batch, *_) = read_all(join(parts))
    assert len(batch.entries) == len(town.store.entries)


def test_entry_that_was_forced_into_a_backup_is_judged_like_any_other(town: Town) -> None:
    """A3, A11: whoever holds the backup's key can write into it what they like; the rules still decide."""
    twin = town.copy("forced")
    twin.store.force(twin.sign("mia", twin.forms.set_policy(checkout_minutes=5).events[0]))
    archived = ArchivedLedger(stream(content(twin)))
    state = MemoryStateStore()
    witness = Witness(archived, state, town.vault)
    witness.follow()
    (void,) = [each for each in state.documents if each[0] == "void"]
    assert int(void[1]) == len(twin.store.entries)
    parts = items(content(town))
    frame = parts[4][1][32:-1] + b"\0"
    parts[4] = (3, hash_frame(frame) + frame)
    with pytest.raises(VaultError):
        Witness(ArchivedLedger(stream(join(parts))), MemoryStateStore(), town.vault).follow()
