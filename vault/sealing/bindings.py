"""What a sealed record is bound to: HPKE's `info`, and the words with which an error names the record.

A record opens only under the binding it was sealed with, so one that is moved to another account, version, epoch or
person does not open, even by its rightful recipient.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from vault.domain.ids import AccountId, CredentialId, Fingerprint, PersonId, RequestId, UnitId, VaultId
from vault.sealing.frames import frame, number

FOUNDING: Final = VaultId(bytes(32))
"""Stands for the vault's id in what is sealed before there is one: the id is the hash of the founding entry, and that
entry already names its first sealed records by digest."""

RECOVERY: Final = "recovery"
"""The recovery key as a recipient; it belongs to no person and no unit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """One record's place.

    Attributes:
        what: The record in words, for errors; ids only, never a secret.
        info: The frame that HPKE binds.
    """

    what: str
    info: bytes


def unit_key_info(
    *, vault: VaultId, unit: UnitId, epoch: int, recipient: str, recipient_fingerprint: Fingerprint
) -> Binding:
    """The binding of a unit key's seed, sealed to a person, a parent unit or the recovery key.

    Args:
        vault: The vault's id, or `FOUNDING`.
        unit: Whose key it is.
        epoch: Which of the unit's keys; epochs only rise.
        recipient: Id of the person or unit, or `RECOVERY`.
        recipient_fingerprint: Fingerprint of the public key that it is sealed to.
    """
    return Binding(
        what=f"the key of {unit}, epoch {epoch}, for {recipient}",
        info=frame(
            "custody-vault/unit-key/1", vault, unit.encode(), number(epoch), recipient.encode(), recipient_fingerprint
        ),
    )


def data_key_info(
    *,
    vault: VaultId,
    account: AccountId,
    credential: CredentialId,
    version: int,
    sealer: PersonId,
    recipient: str,
    recipient_fingerprint: Fingerprint,
) -> Binding:
    """The binding of one credential version's data key, sealed to a custodian or a unit.

    Args:
        vault: The vault's id.
        account: The account.
        credential: This version's id.
        version: Its number.
        sealer: Who sealed it.
        recipient: Id of the person or unit.
        recipient_fingerprint: Fingerprint of the public key that it is sealed to.
    """
    return Binding(
        what=f"the data key of {account}, version {version}, for {recipient}",
        info=frame(
            "custody-vault/data-key/1",
            vault,
            account.encode(),
            credential.encode(),
            number(version),
            sealer.encode(),
            recipient.encode(),
            recipient_fingerprint,
        ),
    )


def storage_key_info(*, vault: VaultId, recipient: str, recipient_fingerprint: Fingerprint) -> Binding:
    """The binding of the storage key file, sealed to the recovery key or to a person who joins a second machine.

    Args:
        vault: The vault's id, or `FOUNDING`.
        recipient: Id of the person, or `RECOVERY`.
        recipient_fingerprint: Fingerprint of the public key that it is sealed to.
    """
    return Binding(
        what=f"the storage key for {recipient}",
        info=frame("custody-vault/storage-key/1", vault, recipient.encode(), recipient_fingerprint),
    )


def archive_key_info(*, vault: VaultId, recipient_fingerprint: Fingerprint) -> Binding:
    """The binding of a backup file's key, sealed to the recovery key.

    Args:
        vault: The vault's id.
        recipient_fingerprint: Fingerprint of the recovery key's public half.
    """
    return Binding(
        what=f"the key of the backup for {RECOVERY}",
        info=frame("custody-vault/archive-key-sealed/1", vault, RECOVERY.encode(), recipient_fingerprint),
    )


def request_key_info(*, vault: VaultId, request: RequestId, recipient_fingerprint: Fingerprint) -> Binding:
    """The binding of a recovery request's one-time key, locked to the requester in a file on their machine.

    Args:
        vault: The vault's id.
        request: The request.
        recipient_fingerprint: Fingerprint of the requester's sealing key.
    """
    return Binding(
        what=f"the one-time key of {request}",
        info=frame("custody-vault/request-key/1", vault, request.encode(), recipient_fingerprint),
    )


def share_info(
    *, vault: VaultId, request: RequestId, index: int, giver: PersonId, recipient_fingerprint: Fingerprint
) -> Binding:
    """The binding of a recovery share, sealed to a request's one-time key.

    Args:
        vault: The vault's id.
        request: The request that it is given for.
        index: The share's number.
        giver: Who gave it.
        recipient_fingerprint: Fingerprint of the one-time key.
    """
    return Binding(
        what=f"share {index}, given for {request}",
        info=frame(
            "custody-vault/given-share/1",
            vault,
            request.encode(),
            number(index),
            giver.encode(),
            recipient_fingerprint,
        ),
    )


def canary_info(*, vault: VaultId, unit: UnitId, epoch: int, recipient_fingerprint: Fingerprint) -> Binding:
    """The binding of a backup's canary, sealed to the district unit's key.

    Args:
        vault: The vault's id.
        unit: The district unit.
        epoch: Which of its keys.
        recipient_fingerprint: Fingerprint of that key's public half.
    """
    return Binding(
        what=f"the canary of the backup for {unit}",
        info=frame("custody-vault/canary/1", vault, unit.encode(), number(epoch), recipient_fingerprint),
    )
