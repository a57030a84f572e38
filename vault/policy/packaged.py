"""The data files beside the code. The only input of this package."""

from __future__ import annotations


def packaged_text(folder: str, name: str) -> str:
    """A data file's text.

    Args:
        folder: Its folder in this package.
        name: Its name.
    """
    from importlib import resources  # it draws in tempfile and zipfile; most commands read no data file

    return resources.files("vault.policy").joinpath(folder, name).read_text(encoding="utf-8")


def packaged_names(folder: str, suffix: str) -> tuple[str, ...]:
    """The names of a folder's data files, without their suffix, in order.

    Args:
        folder: The folder in this package.
        suffix: Such as `.toml`; other files are left out.
    """
    from importlib import resources  # as above

    names = (file.name for file in resources.files("vault.policy").joinpath(folder).iterdir())
    return tuple(sorted(name.removesuffix(suffix) for name in names if name.endswith(suffix)))
