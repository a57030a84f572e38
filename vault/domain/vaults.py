"""The vault itself: what the founding fixed, and the policy in force."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from vault.domain.ids import Digest, PersonId, RequestId, UnitId
from vault.domain.policies import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """The recovery key and how it was split.

    Attributes:
        public: Its public sealing key, 1,216 bytes.
        threshold: How many shares open it.
        set_id: The id of this set of shares.
        commitments: 32 bytes a share, in the order of the shares.
        storage_key: The sealed record that holds the storage-key file.
        storage_term: The newest term of that file: an older one than the machine's tells of a turn not yet finished.
        signing: Its public signing key (Ed25519, 32 bytes), by which the officers' consent to an entry is known.
    """

    public: bytes
    threshold: int
    set_id: bytes
    commitments: tuple[bytes, ...]
    storage_key: Digest
    storage_term: int
    signing: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Vault:
    """One district's custody; there is one document of this noun.

    Attributes:
        unit: The district unit.
        founder: The person who founded it.
        policy: The settings in force.
        recovery: The recovery key.
        opened: The request for which the officers opened the vault; until keys and shares are made anew it is frozen.
    """

    NOUN: ClassVar[str] = "vault"
    INDEXES: ClassVar[tuple[str, ...]] = ()
    ID: ClassVar[str] = "vault"

    unit: UnitId
    founder: PersonId
    policy: Policy
    recovery: Recovery
    opened: RequestId | None = None

    @property
    def id(self) -> str:
        """Always `vault`."""
        return self.ID
