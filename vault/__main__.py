"""`python -m vault` and `custody` are the same program."""

from __future__ import annotations

import gc
import sys
from typing import Final

COLLECT_AT: Final = 100_000
"""New objects at which cycles are looked for: more than a daily command makes, so only long work pays for it."""


def main() -> int:
    """Run the command line; the process's exit status.

    Python looks for unreachable cycles again and again while a program grows, and once more when it ends. A command
    grows by its imports alone, which stay; both looks cost a daily command a third of its time and find nothing.
    """
    gc.set_threshold(COLLECT_AT)
    try:
        from vault.cli.root import root

        return root.run(sys.argv[1:])
    finally:
        # What is frozen is passed over by the look at the end of the process.
        gc.freeze()


if __name__ == "__main__":
    sys.exit(main())
