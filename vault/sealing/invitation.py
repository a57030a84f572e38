"""The one-time code with which a person enrols. It is a key: its public half stands in the invitation's entry."""

from __future__ import annotations

from typing import Final

from vault.domain.secret import Secret
from vault.sealing.derivation import derive_key
from vault.sealing.frames import Random, frame
from vault.sealing.guarded import KeyMaterial
from vault.sealing.signatures import SigningKey
from vault.sealing.typed import from_typed, to_typed

CODE_BYTES: Final = 17
"""136 bits, which fill eight groups; at least 128 are asked for."""

_TEXT: Final = "custody-vault/invitation-text/1"
_SIGNING: Final = "custody-vault/invitation-signing/1"


class InvitationCode(KeyMaterial):
    """A code that is given out of band and typed once.

    Attributes:
        signing_key: Countersigns the enrolment entry.
    """

    __slots__ = ("_code", "signing_key")

    def __init__(self, code: bytes) -> None:
        self._code = code
        self.signing_key = SigningKey.from_seed(derive_key(code, frame(_SIGNING)))

    @property
    def public(self) -> bytes:
        """32 bytes for the invitation's entry."""
        return self.signing_key.public

    def to_text(self) -> Secret:
        """The code as eight groups of five characters."""
        return to_typed(_TEXT, self._code)

    @classmethod
    def parse(cls, text: Secret) -> InvitationCode:
        """The code that a person typed.

        Raises:
            InvalidInput: A group is mistyped (named by its place), or it is not an invitation code.
        """
        return cls(from_typed(_TEXT, text, what="an invitation code", length=CODE_BYTES))


def make_invitation_code(random: Random) -> InvitationCode:
    """A new code of 136 random bits."""
    return InvitationCode(random(CODE_BYTES))
