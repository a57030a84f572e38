"""Custody-vault: the vault in which a school district keeps the credentials of its official social accounts."""

__version__ = "0.1.0"
