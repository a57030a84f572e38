"""A writer in a process of its own: it appends until it is killed and says what was acknowledged.

Run as `python -m tests.store.writer URL TAG COUNT`, with the storage key on standard input. Each acknowledged entry is
one line, `SEQ HASH`. `FILE_LIMIT` in the environment bounds the size of files in bytes, as a full disk would.
"""

from __future__ import annotations

import os
import resource
import sys

from tests.store.chain import head_of, make_entry, make_record
from vault.errors import HeadMoved, StoreError
from vault.sealing.atrest import StorageKeyring
from vault.store import open_ledger_store


def main() -> int:
    url, tag, count = sys.argv[1], sys.argv[2].encode(), int(sys.argv[3])
    store = open_ledger_store(url, StorageKeyring.parse(sys.stdin.read()))
    if limit := int(os.environ.get("FILE_LIMIT", "0")):
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    head = store.head()
    done = 0
    while done < count:
        digest, body = make_record(tag + b" record %d " % done * 100)
        entry = make_entry(head, tag + b" %d" % done, (digest,))
        try:
            store.append([entry], {digest: body})
        except HeadMoved:
            head = store.head()
            continue
        except StoreError as exc:
            sys.stdout.write(f"{exc.code} {exc}\n")
            return exc.exit_status
        sys.stdout.write(f"{entry.seq} {entry.hash.hex()}\n")
        sys.stdout.flush()
        head = head_of(entry)
        done += 1
    store.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
