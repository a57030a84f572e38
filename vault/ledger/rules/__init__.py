"""The rules: the only place where anything is authorised or the Board's policy is applied.

`apply` is one pure function family, (state, entry) → changed documents or a refusal. It runs before an append and again
on every client that follows the ledger, so an entry that a modified client forced in changes nothing for anybody. One
file a noun; `RULES_VERSION` names what is judged here, and an entry is judged by the version that it names, for ever.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from vault.domain.documents import Document
from vault.errors import NotPermitted
from vault.ledger.entry import RULES_VERSION, Entry
from vault.ledger.events import Event
from vault.ledger.rules.base import RULES as _LOADED
from vault.ledger.rules.base import Rule
from vault.ledger.view import View

if TYPE_CHECKING:
    from vault.ledger.rules.base import RULES

__all__ = ["RULES", "RULES_VERSION", "apply"]

_FILES: Final = (
    "accounts",
    "backups",
    "checkouts",
    "custody",
    "departures",
    "epochs",
    "escrow",
    "exposures",
    "incidents",
    "permissions",
    "persons",
    "recovery",
    "rotations",
    "units",
    "vault",
)
"""Every file of rules; importing one registers its rules."""

_BESIDE: Final = {"checkouts": ("checkouts", "exposures", "escrow")}
"""The files of rules for the events of one file, where it is not the one of the same name."""


def _load(files: tuple[str, ...]) -> None:
    for file in files:
        import_module(f"vault.ledger.rules.{file}")


def _find_rule(event: type[Event]) -> Rule | None:
    """The rule of an event; its file is imported when the first such event is judged."""
    if event not in _LOADED:
        home = event.__module__.rpartition(".")[2]
        _load(tuple(file for file in _BESIDE.get(home, (home,)) if file in _FILES))
    return _LOADED.get(event)


def __getattr__(name: str) -> Any:  # noqa: ANN401 - the register of all
    if name == "RULES":
        _load(_FILES)
        return _LOADED
    raise AttributeError(name)


def apply(view: View, entry: Entry) -> tuple[Document, ...]:
    """Judge an entry whose bytes, chain and signatures have been verified.

    Args:
        view: The state before it.
        entry: The entry.

    Returns:
        The documents that it makes or replaces.

    Raises:
        VaultError: The rules refuse it; the error says in the author's words why.
    """
    judge = _find_rule(type(entry.event))
    if judge is None:
        raise NotPermitted(f"no rule allows {entry.envelope.kind}")
    return tuple(judge(view, entry, entry.event))
