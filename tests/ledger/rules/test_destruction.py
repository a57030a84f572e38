"""Which versions' ciphertext is destroyed: the oldest retired ones, beyond those that the policy keeps."""

from __future__ import annotations

import pytest

from tests.ledger.forms import altered
from tests.ledger.stage import Stage
from vault.domain.accounts import Account
from vault.domain.credentials import Credential, CredentialState
from vault.errors import InvalidInput, WrongState


def account(stage: Stage) -> Account:
    return stage.town.get(Account, stage.account)


@pytest.mark.parametrize("state", ["staged", "current", "retired", "abandoned"])
@pytest.mark.parametrize("kept", [0, 1])
def test_only_a_retired_version_beyond_those_kept_is_destroyed(stage: Stage, state: str, kept: int) -> None:
    town, first = stage.town, account(stage).current
    town.write("ada", town.forms.set_policy(retired_kept=kept))
    rotation = town.stage(stage.account)
    staged = account(stage).staged
    assert staged is not None
    version = staged
    if state == "current":
        version = first
    if state == "retired":
        town.write("emma", town.forms.confirm(rotation))
        version = first
    if state == "abandoned":
        town.write("emma", town.forms.abandon(rotation))
    assert town.get(Credential, version).state.value == state
    draft = town.forms.destroy(stage.account, version)
    if state == "retired" and kept == 0:
        names = town.get(Credential, version).records
        assert all(name in town.store.records for name in names)
        town.write("emma", draft)
        known = town.get(Credential, version)
        assert (known.is_destroyed, known.state, account(stage).retired) == (True, CredentialState.RETIRED, ())
        assert not any(name in town.store.records for name in names)
        town.refuses("emma", draft, WrongState, "the policy keeps the last 0 retired versions")
    else:
        town.refuses("emma", draft, WrongState, f"the policy keeps the last {kept} retired versions")


def test_the_oldest_retired_version_is_destroyed_first_and_whole(stage: Stage) -> None:
    """A5."""
    town = stage.town
    town.write("ada", town.forms.set_policy(retired_kept=1))
    for _ in range(3):
        town.rotate(stage.account)
    oldest, second, newest = account(stage).retired
    town.refuses("emma", town.forms.destroy(stage.account, second), WrongState, "oldest destroyed first")
    draft = town.forms.destroy(stage.account, oldest)
    for digests in ((), town.get(Credential, account(stage).current).records, (b"x" * 32,)):
        town.refuses("emma", altered(draft, digests=digests), InvalidInput, f"not the records of {oldest}")
    town.write("emma", draft)
    assert account(stage).retired == (second, newest)
    town.write("emma", town.forms.destroy(stage.account, second))
    town.refuses("emma", town.forms.destroy(stage.account, newest), WrongState, "the policy keeps the last 1")
