"""What is inside a credential's sealed parts, besides the password, the seed and the codes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Contacts:
    """How the platform knows the account and reaches its owner; sealed, and shown only with an exposure.

    Attributes:
        username: The name that signs in.
        email: The linked e-mail.
        recovery: Recovery contacts: other addresses or numbers.
    """

    username: str
    email: str
    recovery: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return "Contacts(********)"


@dataclass(frozen=True, slots=True, kw_only=True)
class FormerPasswords:
    """Marks of the passwords that the account has had, so that none comes back; sealed with the credential.

    Attributes:
        salt: 32 random bytes of the account.
        marks: 32 bytes a password, oldest first.
    """

    salt: bytes = b""
    marks: tuple[bytes, ...] = ()

    def __repr__(self) -> str:
        return f"FormerPasswords({len(self.marks)})"
