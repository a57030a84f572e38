from __future__ import annotations

from pathlib import Path

import pytest

from vault.errors import InvalidInput
from vault.store.location import PostgresDatabase, SqliteFile, parse_location


def test_a_path_is_a_plain_file() -> None:
    assert parse_location("sqlite:////srv/vault/vault.db") == SqliteFile(path=Path("/srv/vault/vault.db"))
    assert str(parse_location("sqlite:////srv/vault/vault.db")) == "/srv/vault/vault.db"


def test_a_relative_path_is_made_whole_at_once() -> None:
    assert parse_location("sqlite:///vault.db") == SqliteFile(path=Path.cwd() / "vault.db")


def test_postgresql_is_always_spoken_to_through_psycopg() -> None:
    for scheme in ("postgresql", "postgresql+psycopg"):
        place = parse_location(f"{scheme}://custody:s3cret@db.ridge.k12.example/vault")
        assert isinstance(place, PostgresDatabase)
        assert place.url.drivername == "postgresql+psycopg"
        assert str(place) == "postgresql db.ridge.k12.example/vault"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "vault.db",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///file:x?mode=memory&uri=true",
        "sqlite:////srv/vault.db?vfs=unix-none",
        "sqlite://host/vault.db",
        "postgresql+psycopg://u:s3cret@db.example.org",
        "postgresql+asyncpg://u:s3cret@db.example.org/vault",
        "mysql://u:s3cret@db.example.org/vault",
        "postgresql://u:s3cret@db.example.org:port/vault",
    ],
)
def test_other_addresses_are_refused_without_repeating_a_password(url: str) -> None:
    """B1"""
    with pytest.raises(InvalidInput) as caught:
        parse_location(url)
    assert "s3cret" not in str(caught.value)
