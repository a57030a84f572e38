# Sourced by the scripts beside it: `find_python` prints a Python that can run the project, or says what to install.
# A name on the PATH is tried by running it, because version switchers leave names there that only print an error.

find_python() {
    for candidate in ${CUSTODY_PYTHON:+"$CUSTODY_PYTHON"} python3 python3.13 python3.12 python3.11 python3.14 python; do
        if "$candidate" -I -c 'import sys; sys.exit(sys.version_info < (3, 11))' </dev/null >/dev/null 2>&1; then
            if "$candidate" -I -c 'import ensurepip, venv' </dev/null >/dev/null 2>&1; then
                printf '%s\n' "$candidate"
                return 0
            fi
            incomplete=$candidate
        fi
    done
    if [ -n "${incomplete:-}" ]; then
        version=$("$incomplete" -I -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        printf '%s\n' "error: $incomplete cannot make virtual environments: its venv module is not installed" \
            "hint: on Debian and Ubuntu: sudo apt install python$version-venv" >&2
    else
        printf '%s\n' 'error: no Python 3.11 or newer on the PATH' \
            'hint: Debian 12 or newer: sudo apt install python3 python3-venv; macOS: brew install python@3.13;' \
            '      or name one: CUSTODY_PYTHON=/path/to/python3' >&2
    fi
    return 1
}
