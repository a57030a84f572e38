"""The contents of a credential: sealing all of it, and opening it part by part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, TypeVar

from vault.desk.keychain import Keychain
from vault.desk.office import Member, Office
from vault.domain.accounts import Account
from vault.domain.contents import Contacts, FormerPasswords
from vault.domain.credentials import Credential, SealedCredential
from vault.domain.ids import AccountId, CredentialId, Digest
from vault.domain.keys import SealedKey
from vault.domain.secret import Secret
from vault.domain.verdicts import Verdict
from vault.errors import CannotOpen
from vault.ledger import codec
from vault.ledger.rules.keys import fingerprint
from vault.sealing.bindings import data_key_info
from vault.sealing.codes import TotpSeed
from vault.sealing.derivation import derive_key
from vault.sealing.envelope import EnvelopeHeader, Part, SealedEnvelope, open_part, seal_envelope, verify_data_key
from vault.sealing.frames import digest, frame
from vault.sealing.keypairs import SealingPublicKey, seal_to

T = TypeVar("T")

_FORMER: Final = "custody-vault/former-password/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """All that one credential version holds, in the open.

    Attributes:
        password: The password.
        contacts: Username, linked e-mail, recovery contacts.
        seed: The TOTP seed, or None.
        codes: Backup codes, in order.
        former: Marks of earlier passwords.
    """

    password: Secret = field(repr=False)
    contacts: Contacts
    seed: TotpSeed | None = None
    codes: tuple[Secret, ...] = ()
    former: FormerPasswords = field(default_factory=FormerPasswords)

    def parts(self) -> dict[Part, bytes]:
        """As bytes to seal."""
        return {
            Part.PASSWORD: self.password.reveal().encode(),
            Part.CONTACTS: codec.encode(self.contacts),
            Part.MFA: b"" if self.seed is None else self.seed.to_bytes(),
            Part.CODES: codec.encode([code.reveal() for code in self.codes]),
            Part.HISTORY: codec.encode(self.former),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdicts:
    """What was found of a credential's contents.

    Attributes:
        password: Rule 3.
        email: Rule 2.
        mfa: Rule 4.
    """

    password: Verdict
    email: Verdict
    mfa: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """Where a version goes.

    Attributes:
        account: Whose.
        credential: Its id.
        version: Its number.
        recipients: Whom its data key is sealed to: id to public sealing key.
        unit_epoch: The epoch of the unit's key among them.
        codes_of: The version that brought the backup codes in.
        seed_of: The version that brought the TOTP seed in, or None when there is none.
    """

    account: AccountId
    credential: CredentialId
    version: int
    recipients: Mapping[str, bytes]
    unit_epoch: int
    codes_of: CredentialId
    seed_of: CredentialId | None


def mark_password(former: FormerPasswords, password: Secret) -> bytes:
    """The mark by which the account knows this password again: 32 bytes."""
    return derive_key(password.nfc(), frame(_FORMER, former.salt))


def remember_password(former: FormerPasswords, password: Secret) -> FormerPasswords:
    """The marks, with this password's among them."""
    return FormerPasswords(salt=former.salt, marks=(*former.marks, mark_password(former, password)))


def seal_data_key(header: EnvelopeHeader, data_key: bytes, recipient: str, public: bytes) -> tuple[SealedKey, bytes]:
    """A version's data key, sealed to one recipient: what the entry says, and the record."""
    binding = data_key_info(
        vault=header.vault,
        account=header.account,
        credential=header.credential,
        version=header.version,
        sealer=header.sealer,
        recipient=recipient,
        recipient_fingerprint=fingerprint(public),
    )
    record = seal_to(SealingPublicKey.from_bytes(public), data_key, binding)
    return SealedKey(recipient=recipient, fingerprint=fingerprint(public), record=digest(record)), record


class Safe:
    """Seals and opens credential versions for one member.

    Args:
        office: Where the records are.
        member: Whose key opens and signs.
    """

    def __init__(self, office: Office, member: Member) -> None:
        self._office = office
        self._member = member
        self._keychain = Keychain(office, member)

    def seal(self, slot: Slot, contents: Contents, verdicts: Verdicts) -> tuple[SealedCredential, dict[Digest, bytes]]:
        """Seal a new version: what its entry says, and the records to store with it."""
        header = self._header(slot.account, slot.credential, slot.version)
        envelope = seal_envelope(header, contents.parts(), random=self._office.random)
        copies, records = self._seal_copies(slot, envelope)
        records[digest(envelope.record)] = envelope.record
        sealed = SealedCredential(
            id=slot.credential,
            version=slot.version,
            envelope=digest(envelope.record),
            commitment=envelope.commitment,
            copies=copies,
            unit_epoch=slot.unit_epoch,
            backup_codes=len(contents.codes),
            codes_of=slot.codes_of,
            seed_of=slot.seed_of,
            password=verdicts.password,
            email=verdicts.email,
            mfa=verdicts.mfa,
        )
        return sealed, records

    def _seal_copies(self, slot: Slot, envelope: SealedEnvelope) -> tuple[tuple[SealedKey, ...], dict[Digest, bytes]]:
        header, copies, records = self._header(slot.account, slot.credential, slot.version), [], {}
        for recipient, public in slot.recipients.items():
            copy, record = seal_data_key(header, envelope.data_key, recipient, public)
            records[copy.record] = record
            copies.append(copy)
        return tuple(copies), records

    def reseal(
        self, account: Account, credential: Credential, recipient: str, public: bytes
    ) -> tuple[SealedKey, bytes]:
        """The data key of a version that is there, sealed to one more key; its parts stay sealed.

        Args:
            account: Whose.
            credential: Which version.
            recipient: Id of the person or unit.
            public: Their public sealing key, 1,216 bytes.

        Raises:
            NotPermitted: The member has no road to it.
            CannotOpen: It does not open, or is not the data key that the entry commits to.
        """
        header, data_key = header_of(self._office, credential), self._keychain.data_key(account, credential)
        verify_data_key(header, data_key, credential.sealed.commitment)
        return seal_data_key(header, data_key, recipient, public)

    def _header(self, account: AccountId, credential: CredentialId, version: int) -> EnvelopeHeader:
        return EnvelopeHeader(
            vault=self._office.ledger.witness.vault,
            account=account,
            credential=credential,
            version=version,
            sealer=self._member.person.id,
        )

    def open(self, account: Account, credential: Credential) -> OpenCredential:
        """Open a version's data key; its parts are opened one by one as they are asked for."""
        return open_version(self._office, credential, self._keychain.data_key(account, credential))


def header_of(office: Office, credential: Credential) -> EnvelopeHeader:
    """What a version that is there is bound to."""
    return EnvelopeHeader(
        vault=office.ledger.witness.vault,
        account=credential.account,
        credential=credential.id,
        version=credential.sealed.version,
        sealer=credential.sealer,
    )


def open_version(office: Office, credential: Credential, data_key: bytes) -> OpenCredential:
    """A version whose data key is open, by whichever road; its parts are opened one by one as they are asked for."""
    record = office.store.record(credential.sealed.envelope)
    return OpenCredential(record, header_of(office, credential), data_key, credential.sealed.commitment)


class OpenCredential:
    """One version with its data key open; gives its parts in the open. Show nothing before its exposure is recorded."""

    def __init__(self, record: bytes, header: EnvelopeHeader, data_key: bytes, commitment: bytes) -> None:
        self._record = record
        self._header = header
        self._data_key = data_key
        self._commitment = commitment

    def __repr__(self) -> str:
        return f"OpenCredential({self._header.credential})"

    def _part(self, part: Part) -> bytes:
        return open_part(self._record, self._header, self._data_key, self._commitment, part)

    def _decoded(self, part: Part, cls: type[T]) -> T:
        try:
            return codec.decode(self._part(part), cls)
        except ValueError as error:
            raise CannotOpen(f"the {part.label} of {self._header.credential} are not in a known form") from error

    @property
    def password(self) -> Secret:
        """The password."""
        try:
            return Secret(self._part(Part.PASSWORD).decode())
        except UnicodeDecodeError as error:
            raise CannotOpen(f"the password of {self._header.credential} is not text") from error

    @property
    def contacts(self) -> Contacts:
        """Username, linked e-mail, recovery contacts."""
        return self._decoded(Part.CONTACTS, Contacts)

    @property
    def seed(self) -> TotpSeed | None:
        """The TOTP seed, or None."""
        content = self._part(Part.MFA)
        return TotpSeed.from_bytes(content) if content else None

    @property
    def codes(self) -> tuple[Secret, ...]:
        """The backup codes, in order."""
        return tuple(Secret(code) for code in self._decoded(Part.CODES, list[str]))

    @property
    def former(self) -> FormerPasswords:
        """Marks of the passwords up to and including this one."""
        return self._decoded(Part.HISTORY, FormerPasswords)

    @property
    def contents(self) -> Contents:
        """Everything."""
        return Contents(
            password=self.password, contacts=self.contacts, seed=self.seed, codes=self.codes, former=self.former
        )
