"""Column types: what may reach SQL, and in which form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import LargeBinary
from sqlalchemy.types import TypeDecorator

if TYPE_CHECKING:
    from sqlalchemy import Dialect
    from sqlalchemy.types import TypeEngine

    from vault.store.cipher import AtRestCipher


class AtRest(TypeDecorator[bytes]):
    """Bytes that are encrypted on their way into a statement and decrypted on their way out of a row.

    The value that the driver, its log and the server's log see is ciphertext only. The context is the column's: it
    keeps a value from being read as one of another column. What binds a value to its row is the signed frame itself.

    Args:
        context: The column's name, which is the encryption's associated data.
        cipher: The storage keyring. None is for migrations and schema checks: such a column refuses every value.
    """

    impl: TypeEngine[Any] | type[TypeEngine[Any]] = LargeBinary
    # The keyring is part of the key by which SQLAlchemy keeps compiled statements, by identity.
    cache_ok: bool | None = True

    def __init__(self, context: str, cipher: AtRestCipher | None = None) -> None:
        super().__init__()
        self.context = context
        self.cipher = cipher

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes | None:  # noqa: ARG002 - the signature is SQLAlchemy's
        """Encrypt a value for a statement."""
        return None if value is None else self._opened().encrypt(self.context, value)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> bytes | None:  # noqa: ARG002 - the signature is SQLAlchemy's
        """Decrypt a value of a row.

        Raises:
            CannotOpen: It was altered, or another storage key encrypted it.
        """
        return None if value is None else self._opened().decrypt(self.context, value)

    def _opened(self) -> AtRestCipher:
        if self.cipher is None:
            raise TypeError("this column was made without a storage key")
        return self.cipher
