"""How long a backup, its verification and its restore take, and how much memory, at 1,000 and 10,000 accounts.

    .venv/bin/python scripts/bench_backup.py [1000 10000]

The accounts are registered through the desk, so entries, records and keys are what a district has. Each step runs in a
process of its own: its peak memory is its own. Passphrases are stretched as little as the vault allows: Argon2
would hide the rest.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from vault.desk.accounts import Accounts, Registration
from vault.desk.finding import find_person
from vault.desk.founding import Founder
from vault.desk.locks import unlock
from vault.desk.permissions import Permissions
from vault.desk.persons import Persons
from vault.desk.units import Units, share_unit_keys
from vault.domain.accounts import Mailbox
from vault.domain.permissions import AccountKind
from vault.domain.persons import Role
from vault.domain.secret import Secret
from vault.domain.units import UnitKind
from vault.policy.defaults import default_policy
from vault.sealing.codes import parse_seed
from vault.sealing.passphrase import FLOOR
from vault.wiring.assembly import Surroundings, found_home, open_vault
from vault.wiring.backups import create_backup
from vault.wiring.home import Settings
from vault.wiring.restoring import open_by_passphrase, verify_backup
from vault.wiring.returning import restore_backup

if TYPE_CHECKING:
    from vault.desk.office import Member, Office

DOMAIN: Final = "ridge.k12.example"
SCHOOL: Final = "district/high-school"
WORDS: Final = Secret("saddle orchard brick evening lantern")
SEED: Final = Secret("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
EACH: Final = 100
"""Accounts a custodian."""
AROUND: Final = Surroundings(default=FLOOR, officer=FLOOR)
STEPS: Final = ("create", "verify", "restore")


def fill(home: Path, count: int) -> None:
    """Found a district and register that many accounts."""
    founder = Founder(username="lee", name="Jin Lee", email=f"lee@{DOMAIN}", passphrase=WORDS)
    policy = default_policy("Ridge Public Schools", [DOMAIN])
    found_home(Settings(home=home), AROUND, founder, policy, threshold=3, shares=5)
    opened = open_vault(Settings(home=home), AROUND)
    office = opened.office
    first = unlock(office, find_person(office.view, "lee"), WORDS)
    Units(office).add(first, SCHOOL, kind=UnitKind.SCHOOL, name="High School")
    principal = enrol(office, first, "p.lind", Role.SUPERVISOR)
    share_unit_keys(office, first)
    for coach in range(-(-count // EACH)):
        member = enrol(office, first, f"coach{coach}", Role.EMPLOYEE)
        for number in range(coach * EACH, min(count, (coach + 1) * EACH)):
            register(office, principal, member, f"team{number}")
    opened.close()


def enrol(office: Office, founder: Member, username: str, role: Role) -> Member:
    """Bring somebody in."""
    email = f"{username}@{DOMAIN}"
    invited = Persons(office).invite(founder, username, name="A Person", email=email, unit=SCHOOL, roles=[role])
    return Persons(office).enrol(username, invited.code, WORDS, acknowledged=1)


def register(office: Office, principal: Member, member: Member, handle: str) -> None:
    """An account, allowed and registered."""
    asked = Permissions(office).request(
        member,
        platform="x",
        handle=handle,
        display_name=f"Ridge {handle}",
        unit=SCHOOL,
        kind=AccountKind.PUBLIC,
        purpose="telling families of games",
        audience="families",
        is_official=True,
        is_existing=False,
    )
    Permissions(office).grant(principal, asked.id)
    brought = Registration(
        username=handle,
        email=f"{handle}@{DOMAIN}",
        mailbox=Mailbox(opened_by="the athletics office", mfa=("totp",)),
        seed=SEED,
        seed_code=parse_seed(SEED).code(office.now()).code,
    )
    Accounts(office).register(member, asked.id, brought)


def step(name: str, folder: Path) -> dict[str, Any]:
    """One step, timed, with this process's peak memory before and after."""
    file = folder / "bench.backup"
    before, start = peak(), time.perf_counter()
    if name == "create":
        opened = open_vault(Settings(home=folder / "home"), AROUND)
        start = time.perf_counter()
        create_backup(opened, AROUND, file, WORDS, is_replacing=True)
        opened.close()
    elif name == "verify":
        if not verify_backup(open_by_passphrase(file, WORDS), AROUND).is_whole:
            raise AssertionError("the backup is not whole")
    else:
        restore_backup(Settings(home=folder / f"new-{os.getpid()}"), AROUND, open_by_passphrase(file, WORDS))
    return {
        "seconds": time.perf_counter() - start,
        "mib": peak(),
        "beyond": peak() - before,
        "bytes": file.stat().st_size,
    }


def peak() -> float:
    """The most memory that this process has had, in MiB."""
    # `ru_maxrss` begins with what the parent had; this begins with the program.
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    (line,) = (each for each in status.read_text(encoding="ascii").splitlines() if each.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


def copy_floor(folder: Path) -> float:
    """Seconds to read the file and write it once more to the disk: what no backup can go below."""
    start = time.perf_counter()
    with (folder / "bench.backup").open("rb") as source, (folder / "copy").open("wb") as target:
        while piece := source.read(1 << 20):
            target.write(piece)
        target.flush()
        os.fsync(target.fileno())
    return time.perf_counter() - start


def measure(count: int) -> None:
    """Fill a vault and print every step."""
    with tempfile.TemporaryDirectory(prefix="custody-bench-") as name:
        folder = Path(name)
        fill(folder / "home", count)
        print(f"{count} accounts")
        for each in STEPS:
            command = [sys.executable, __file__, "--step", each, str(folder)]
            told = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
            size = told["bytes"] / 2**20
            print(
                f"  {each:<8} {told['seconds']:7.2f} s  {1e6 * told['seconds'] / count:7.0f} us an account"
                f"  peak {told['mib']:5.0f} MiB ({told['beyond']:+.0f})  file {size:.1f} MiB",
                flush=True,
            )
        print(f"  copying the file alone {copy_floor(folder):.2f} s", flush=True)


def main() -> None:
    """Run one step for a parent, or everything."""
    if sys.argv[1:2] == ["--step"]:
        print(json.dumps(step(sys.argv[2], Path(sys.argv[3]))))
        return
    for count in [int(each) for each in sys.argv[1:]] or [1000, 10_000]:
        measure(count)


if __name__ == "__main__":
    main()
