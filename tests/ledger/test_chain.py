"""Numbers, chain, founding and pin: what is dropped, moved, restored or forked is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.ledger.readers import refuse, reread
from tests.ledger.town import Town
from tests.support.memory import MemoryLedgerStore, MemoryStateStore
from vault.errors import Broken, ForeignVault, Forked, NotPermitted, RolledBack
from vault.ledger.entry import NO_HASH, vault_id
from vault.ledger.witness import Witness

# -- the chain ------------------------------------------------------------------------------------------------------


def test_an_entry_after_a_gap_is_refused(town: Town) -> None:
    """A7."""
    stored = town.force("emma", town.forms.request().events[0], seq=town.store.entries[-1].seq + 2)
    refuse(town, Broken, f"ledger entry {stored.seq - 1} is missing or out of order")


def test_a_renumbered_entry_is_refused(town: Town) -> None:
    """A7."""
    newest = town.store.entries[-1].seq
    stored = town.sign("emma", town.forms.request().events[0], seq=newest + 5)
    town.store.force(replace(stored, seq=newest + 1))
    refuse(town, Broken, f"ledger entry {newest + 1} is missing or out of order")


@pytest.mark.parametrize("prev", [NO_HASH, b"x" * 32, b""])
def test_an_entry_that_follows_another_is_refused(town: Town, prev: bytes) -> None:
    """A7."""
    stored = town.force("emma", town.forms.request().events[0], prev=prev)
    refuse(town, Broken, f"ledger entry {stored.seq} does not follow the entry before it")


@pytest.mark.parametrize("vault", [NO_HASH, b"x" * 32, b""])
def test_an_entry_of_another_vault_is_refused(town: Town, vault: bytes) -> None:
    """A2, A5: an entry is not carried from one vault into another."""
    stored = town.force("emma", town.forms.request().events[0], vault=vault)
    refuse(town, Broken, f"ledger entry {stored.seq} belongs to another vault")


@pytest.mark.parametrize("what", ["dropped", "swapped", "duplicated", "altered hash"])
def test_every_entry_has_its_place(town: Town, what: str) -> None:
    """A7."""
    count = len(town.store.entries)
    for seq in range(2, count):
        twin = town.copy("tampered")
        if what == "dropped":
            twin.store.drop_entry(seq)
        if what == "swapped":
            twin.store.swap_entries(seq, seq + 1)
        if what == "duplicated":
            later = [replace(each, seq=each.seq + 1) for each in twin.store.entries if each.seq > seq]
            again = replace(twin.store.entries[seq - 1], seq=seq + 1)
            twin.store.entries = [*twin.store.entries[:seq], again, *later]
        if what == "altered hash":
            twin.store.replace_entry(seq, hash=b"h" * 32)
        reader = reread(twin)
        with pytest.raises(Broken, match=r"ledger entry \d+ "):
            reader.witness.follow()
        assert reader.state.pin() is None


# -- the pin --------------------------------------------------------------------------------------------------------


def test_a_store_that_is_older_than_the_pin_is_refused(town: Town) -> None:
    """A7, A11."""
    count = len(town.store.entries)
    for seq in range(1, count):
        twin = town.copy("restored")
        twin.store.cut_after(seq)
        refuse(twin, RolledBack, f"the store ends before entry {count}, which this machine has already seen")


def test_an_emptied_store_is_refused(town: Town) -> None:
    """A11."""
    town.store.entries.clear()
    refuse(town, RolledBack, "the store ends before entry")
    with pytest.raises(RolledBack, match="the store holds no ledger"):
        reread(town).witness.follow()


def test_another_history_at_the_pin_is_a_fork(town: Town) -> None:
    """A11: restored, and gone on with by a colluder's validly signed entries."""
    branch = town.copy("branch")
    town.write("emma", town.forms.request())
    town.write("ben", town.forms.request("shs.band"))
    branch.write("emma", branch.forms.request("other"))
    pin = len(town.store.entries)
    town.store = branch.store
    town.open()
    refuse(town, RolledBack, f"the store ends before entry {pin}")
    branch.write("mia", branch.forms.request("third", "district/middle"))
    branch.write("mia", branch.forms.request("fourth", "district/middle"))
    refuse(town, Forked, f"the store has another entry {pin} than the one this machine has already seen")
    branch.store.drop_entry(pin)
    refuse(town, Forked, f"the store has another entry {pin} than")


def test_a_store_of_another_founding_is_refused_with_both_fingerprints(town: Town) -> None:
    """A2."""
    other = Town("another founding")
    other.settle()
    for reader in (town, reread(town)):
        reader.store = other.store
        reader.open()
        with pytest.raises(ForeignVault) as caught:
            reader.witness.follow()
        assert other.vault.hex() in caught.value.message
        assert town.vault.hex() in caught.value.message
        assert reader.state.pin() == reader.witness.pin


def test_a_founding_with_a_false_hash_is_altered(town: Town) -> None:
    """A2: the hash column is the store's word; the bytes are what counts."""
    other = Town("another founding")
    other.found()
    store = MemoryLedgerStore()
    store.force(replace(other.store.entries[0], hash=town.vault))
    witness = Witness(store, MemoryStateStore(), town.vault)
    with pytest.raises(Broken, match="ledger entry 1 is altered"):
        witness.follow()


def test_a_founding_that_the_rules_refuse_founds_nothing(town: Town) -> None:
    """Whoever trusts such an id by mistake gets an error and no state."""
    lone = Town("lone")
    ada, draft = lone.forms.founding()
    event = draft.events[0]
    lone.persons["ada"], lone.keys["ada"] = event.person, ada  # type: ignore[attr-defined]
    policy = replace(event.policy, domains=())  # type: ignore[attr-defined]
    lone.store.entries = [replace(town.store.entries[0], seq=0)]
    stored = lone.sign("ada", replace(event, policy=policy), prev=NO_HASH, vault=NO_HASH)  # type: ignore[call-arg]
    store, state = MemoryLedgerStore(), MemoryStateStore()
    store.force(stored)
    with pytest.raises(NotPermitted, match="would refuse every account"):
        Witness(store, state, vault_id(stored)).follow()
    assert (state.pin(), state.documents) == (None, {})
