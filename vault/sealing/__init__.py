"""All key material: the only importer of `cryptography`, `argon2` and `pyotp`.

Nothing here does I/O or reads a clock; randomness, time and ids are arguments. Every exception of those packages stops
here and becomes one of `vault.errors`. `docs/formats.md` has each format byte by byte, `docs/key-hierarchy.md` the tree
of keys. `make_` draws randomness, `derive_` is deterministic.
"""
