"""What no linter holds: the sizes, the seams to other packages, the locks and the wheel."""

from __future__ import annotations

import ast
import hashlib
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
LINES_IN_A_FILE = 300
LINES_IN_A_FUNCTION = 40

THIRD_PARTY: dict[str, set[str]] = {
    "errors": set(),
    "domain": set(),
    "policy": {"idna", "publicsuffixlist", "zxcvbn"},
    "sealing": {"argon2", "cryptography", "pyotp"},
    "ledger": {"msgspec"},
    "store": {"alembic", "psycopg", "sqlalchemy"},
    "desk": set(),
    "wiring": {"platformdirs"},
    "cli": {"click", "pyperclip", "rich", "segno"},
    "web": set(),
    "__main__": {"click"},
    "__init__": set(),
}
"""The packages of others that each part of the house may name."""


def tracked(*patterns: str) -> list[Path]:
    """The files of the checkout that match, less what `.gitignore` names; new ones too."""
    asked = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *patterns]
    listed = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def python_files() -> list[Path]:
    return tracked("*.py")


def project() -> dict[str, dict[str, object]]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def short(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imported_packages(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name.partition(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            yield node.module.partition(".")[0]


def locked(name: str) -> dict[str, str]:
    """Package to pinned version of a lock."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="ascii")
    return dict(re.findall(r"^([a-z0-9-]+)==([^ ]+)", text, flags=re.MULTILINE))


def test_no_file_outgrows_its_noun() -> None:
    counts = {short(path): path.read_bytes().count(b"\n") for path in python_files()}
    assert counts
    assert {name: lines for name, lines in counts.items() if lines > LINES_IN_A_FILE} == {}


def test_no_function_outgrows_a_screen() -> None:
    long = {}
    for path in python_files():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                documented = len((ast.get_docstring(node) or "").splitlines())
                lines = (node.end_lineno or node.lineno) - node.lineno + 1 - documented
                if lines > LINES_IN_A_FUNCTION:
                    long[f"{short(path)}:{node.name}"] = lines
    assert long == {}


def test_each_part_names_only_the_packages_it_may() -> None:
    strays = set()
    for path in tracked("vault/*.py"):
        part = path.relative_to(ROOT / "vault").parts[0].removesuffix(".py")
        allowed = THIRD_PARTY[part] | set(sys.stdlib_module_names) | {"vault"}
        strays |= {f"{short(path)} imports {name}" for name in imported_packages(path) if name not in allowed}
    assert strays == set()


def test_a_layer_that_exists_is_required() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    optional = set(re.findall(r"\((\w+)\)", text.partition("layers = [")[2].partition("]")[0]))
    present = {path.relative_to(ROOT / "vault").parts[0].removesuffix(".py") for path in tracked("vault/*.py")}
    assert optional & present == set()


def test_tests_mirror_the_vault() -> None:
    packages = {path.relative_to(ROOT / "vault").parts[0] for path in tracked("vault/*/*.py")}
    folders = {path.relative_to(ROOT / "tests").parts[0] for path in tracked("tests/*/test_*.py")}
    assert packages - folders == set()


def test_every_test_folder_says_what_it_tests() -> None:
    allowed = {path.relative_to(ROOT / "vault").parts[0].removesuffix(".py") for path in tracked("vault/*.py")}
    folders = {path.relative_to(ROOT / "tests").parts[0] for path in tracked("tests/*/test_*.py")}
    assert folders - allowed - {"scripts", "docs"} == set()


def test_no_tracked_file_names_a_package_registry() -> None:
    hosts = [b".".join(parts) for parts in ((b"pypi", b"org"), (b"pythonhosted", b"org"), (b"npmjs", b"org"))]
    named = {short(path) for path in tracked() for host in hosts if host in path.read_bytes().lower()}
    assert named == set()


@pytest.mark.parametrize("name", ["run", "test"])
def test_a_lock_is_whole_and_names_no_address(name: str) -> None:
    first, _, body = (ROOT / "requirements" / f"{name}.txt").read_bytes().partition(b"\n")
    assert first == b"# sha256 " + hashlib.sha256(body).hexdigest().encode()
    before, *blocks = re.split(rb"^(?=[a-z0-9])", body, flags=re.MULTILINE)
    assert before == b""
    assert b"/" not in body
    assert len(blocks) == len(locked(name)) > 0
    assert [block for block in blocks if b" --hash=sha256:" not in block] == []


def test_what_is_tested_is_what_is_run() -> None:
    tested = locked("test")
    assert {name: tested.get(name) for name in locked("run")} == locked("run")


def test_every_declared_dependency_is_locked() -> None:
    tables = project()
    declared = tables["project"]["dependencies"]
    groups = tables["dependency-groups"]["test"]
    assert isinstance(declared, list)
    assert isinstance(groups, list)
    assert {re.split(r"[\[>=<]", line)[0] for line in declared} - set(locked("run")) == set()
    assert {re.split(r"[\[>=<]", line)[0] for line in groups} - set(locked("test")) == set()


def test_decision_records_are_numbered_without_a_gap() -> None:
    numbers = sorted(path.name[:5] for path in tracked("docs/adr/*.md") if path.name != "README.md")
    assert numbers == [f"{number:04}-" for number in range(1, len(numbers) + 1)]


def test_the_wheel_holds_everything_that_the_program_reads(tmp_path: Path) -> None:
    built = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    done = subprocess.run(built, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        held = set(archive.namelist())
    wanted = {short(path) for path in tracked("vault/*")}
    wanted |= {f"vault/store/{short(path)}" for path in tracked("migrations/*")}
    assert wanted - held == set()
    assert {name.partition("/")[0] for name in held if ".dist-info/" not in name} == {"vault"}
