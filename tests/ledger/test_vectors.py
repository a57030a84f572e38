"""Permanent vectors: entries, and a whole ledger of rules version 1 that must come out the same for ever.

The files were made once and never change: a new form is a new version. A ledger of each further rules version is added
beside them. `python -m tests.ledger.vectors.make FILE` says how this one was made.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from tests.ledger import reference
from tests.support.memory import MemoryLedgerStore, MemoryStateStore
from vault.domain.ids import VaultId
from vault.domain.notices import Void
from vault.ledger import codec
from vault.ledger.entry import RULES_VERSION, UnknownEvent, key_fingerprint, read, write
from vault.ledger.events import KINDS
from vault.ledger.ports import StoredEntry
from vault.ledger.rules import RULES
from vault.ledger.witness import Witness
from vault.sealing.signatures import SigningKey

VECTORS = Path(__file__).parent / "vectors"


def vector(name: str) -> Any:  # noqa: ANN401 - JSON
    return json.loads((VECTORS / f"{name}.json").read_text(encoding="utf-8"))


def stored_entries(frames: list[str]) -> list[StoredEntry]:
    data = [base64.b64decode(text) for text in frames]
    return [StoredEntry(seq=n, hash=reference.hash_entry(each), frame=each) for n, each in enumerate(data, start=1)]


@pytest.mark.parametrize("case", vector("entries"), ids=lambda case: case["kind"])
def test_the_entry_of_the_vector_stands(case: dict[str, Any]) -> None:
    """Frame, hash and both signatures, by this program and by the second implementation."""
    frame, seed = bytes.fromhex(case["frame"]), bytes.fromhex(case["seed"])
    code = bytes.fromhex(case["code_seed"]) if case["code_seed"] else None
    stored = StoredEntry(seq=case["seq"], hash=bytes.fromhex(case["hash"]), frame=frame)
    entry, signing = read(stored), SigningKey.from_seed(seed)
    countersigning = None if code is None else SigningKey.from_seed(code)
    assert write(entry.envelope, signing, countersigning) == stored
    assert codec.encode(entry.event).decode() == case["event"]
    assert (entry.envelope.kind, entry.envelope.key) == (case["kind"], key_fingerprint(signing.public))
    assert KINDS[case["kind"]] is type(entry.event)
    assert reference.write_entry(json.loads(entry.body), seed=seed, code_seed=code) == frame


def test_the_vectors_have_every_kind() -> None:
    assert sorted(case["kind"] for case in vector("entries")) == sorted(KINDS)


def test_a_ledger_of_rules_version_1_comes_out_the_same() -> None:
    """An entry is judged by the version that it names, for ever; only the words of a refusal may be mended."""
    v = vector("rules-v1")
    entries = stored_entries(v["frames"])
    assert {read(entry).envelope.rules for entry in entries} == {1}
    store, state = MemoryLedgerStore(), MemoryStateStore()
    store.entries = entries
    witness = Witness(store, state, VaultId(entries[0].hash))
    witness.follow()
    assert witness.pin is not None
    assert (witness.pin.seq, witness.pin.hash.hex()) == (len(entries), v["head"])
    assert [[void.seq, void.kind, void.author] for void in witness.view.every(Void)] == v["voids"]
    counts: dict[str, int] = {}
    for noun, _ in state.documents:
        counts[noun] = counts.get(noun, 0) + 1
    assert counts == v["documents"]
    assert reference.digest_state(state.documents) == v["state"]


def test_the_stored_ledger_tries_every_rule_and_has_voids() -> None:
    v = vector("rules-v1")
    kinds = {type(read(entry).event) for entry in stored_entries(v["frames"])}
    assert kinds == {*RULES, UnknownEvent}
    assert len(v["voids"]) >= 5


def test_there_is_a_stored_ledger_for_each_rules_version() -> None:
    assert {path.stem for path in VECTORS.glob("rules-v*.json")} == {
        f"rules-v{version}" for version in range(1, RULES_VERSION + 1)
    }
