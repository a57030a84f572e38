"""The command line: parse → one desk call → render. `docs/cli.md` is its contract."""
