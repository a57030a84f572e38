"""`python -m vault` and `custody` are the same program."""

from __future__ import annotations

import sys


def main() -> int:
    """Run the command line; the process's exit status."""
    from vault.cli.root import root

    return root.run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
