"""What a command answered."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a command said, and its exit status."""

    command: str
    stdout: str
    stderr: str
    status: int

    @property
    def json(self) -> dict[str, Any]:
        """The object on stdout."""
        found = json.loads(self.stdout)
        assert isinstance(found, dict)
        return found

    @property
    def error(self) -> dict[str, Any]:
        """What `--json` says of a failure, on stderr's last line; nothing may stand on stdout."""
        assert self.stdout == ""
        found = json.loads(self.stderr.strip().splitlines()[-1])["error"]
        assert isinstance(found, dict)
        return found
