"""One moment of the shared store, for a backup."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vault.domain.ids import Digest
from vault.errors import Broken, CannotOpen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from vault.ledger.ports import Head, StoredEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlSnapshot:
    """`LedgerSnapshot` on a connection whose transaction stands still.

    Attributes:
        find_head: Reads the newest entry's number and hash.
        fetch: Reads entries after a number, up to a limit.
        page: Reads records after a digest; from the first for None.
    """

    find_head: Callable[[], Head | None]
    fetch: Callable[[int, int], Sequence[StoredEntry]]
    page: Callable[[bytes | None], list[tuple[bytes, bytes]]]

    def head(self) -> Head | None:
        """The newest entry's number and hash, or None for an empty store."""
        return self.find_head()

    def after(self, seq: int, limit: int) -> Sequence[StoredEntry]:
        """Up to `limit` entries that follow number `seq`, in order.

        Raises:
            Broken: One of them does not open with the storage key.
        """
        try:
            return self.fetch(seq, limit)
        except CannotOpen as exc:
            raise Broken(f"an entry after {seq} does not open with the storage key") from exc

    def records_present(self) -> Iterator[tuple[Digest, bytes]]:
        """Every sealed record, as (name in the store, bytes), unchecked."""
        page = self.page(None)
        while page:
            for name, body in page:
                yield Digest(name), body
            page = self.page(page[-1][0])
