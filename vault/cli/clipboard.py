"""Copying a secret for a while."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from typing import TYPE_CHECKING, Final

from vault.errors import StoreError
from vault.wiring.home import child_environment

if TYPE_CHECKING:
    from vault.domain.secret import Secret

_CLEARER: Final = """
import hashlib, sys, time
import pyperclip
seconds, wanted = int(sys.argv[1]), sys.stdin.read()
time.sleep(seconds)
if hashlib.sha256(pyperclip.paste().encode()).hexdigest() == wanted:
    pyperclip.copy("")
"""


def copy_for(secret: Secret, seconds: int) -> None:
    """Copy a secret; a process of its own clears the clipboard later, if the secret is still in it.

    That process is given the secret's hash alone, on its standard input, and not the session.

    Raises:
        StoreError: This machine has no clipboard that can be reached.
    """
    import pyperclip

    try:
        pyperclip.copy(secret.reveal())
    except pyperclip.PyperclipException as error:
        raise StoreError(
            "this machine's clipboard cannot be reached",
            hint="use --reveal; on Linux: apt install wl-clipboard or xclip",
        ) from error
    clearer = subprocess.Popen(  # noqa: S603 - our own interpreter and our own text
        [sys.executable, "-I", "-c", _CLEARER, str(seconds)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env=child_environment(),
    )
    if clearer.stdin is not None:
        clearer.stdin.write(hashlib.sha256(secret.reveal().encode()).hexdigest().encode())
        clearer.stdin.close()
