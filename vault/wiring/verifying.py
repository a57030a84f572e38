"""A full verification of this machine's vault: it trusts the configuration and nothing else on this machine."""

from __future__ import annotations

from vault.desk.ledgers import Verification, compare_states, verify_ledger
from vault.errors import WitnessUnusable
from vault.ledger.ports import StateStore
from vault.sealing.atrest import StorageKeyring
from vault.store import open_ledger_store, open_state_store
from vault.wiring.assembly import Surroundings, scratch_state
from vault.wiring.home import Home, Settings, read_config, read_keyring


def verify_vault(settings: Settings, around: Surroundings) -> Verification:
    """Replay the ledger from its first entry into a scratch state, and compare this machine's witness with it.

    Raises:
        VaultError: There is nothing to verify: no configuration, no storage key, no store.
    """
    home = Home.of(settings)
    config = read_config(home, settings)
    keyring = read_keyring(home, config.key_command)
    store = open_ledger_store(config.db, keyring)
    try:
        with scratch_state(keyring) as scratch:
            found = verify_ledger(store, scratch, config.vault, around.progress)
            if home.witness.exists():
                found.stale += _differences(home, keyring, scratch)
            return found
    finally:
        store.close()


def _differences(home: Home, keyring: StorageKeyring, replayed: StateStore) -> list[str]:
    try:
        state = open_state_store(home.witness, keyring)
    except WitnessUnusable:
        return ["every place: it cannot be read"]
    try:
        return compare_states(state, replayed)
    finally:
        state.close()
