"""`custody platform`."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from vault.cli.app import App
from vault.cli.commands import Reply, leaf
from vault.cli.rendering import facts, table

if TYPE_CHECKING:
    from vault.policy.catalogue import Catalogue
    from vault.policy.platforms import Platform


@click.group()
def platform() -> None:
    """What each platform allows, where that is known from, and what the district has found itself."""


def _catalogue(app: App) -> Catalogue:
    """The catalogue with the district's findings, or as it is shipped where there is no vault yet."""
    from vault.policy.catalogue import Catalogue
    from vault.wiring.home import Home

    shipped = Catalogue.load()
    if not Home.of(app.settings).config.exists():
        return shipped
    return shipped.with_overrides(app.office.policy.overrides)


@leaf(platform, "list", examples=("custody platform list",))
def list_platforms(app: App, /) -> Reply:
    """Every platform of the catalogue."""
    found = list(_catalogue(app))
    return Reply(
        data={"items": [_object(each) for each in found]},
        text=lambda: table(
            ("id", "name", "status", "shared password", "second factors"),
            (
                (
                    each.id,
                    each.name,
                    each.status.value,
                    "no" if each.shared_access_refusal() else "yes",
                    _factors(each),
                )
                for each in found
            ),
            empty="the catalogue is empty",
        ),
    )


def _factors(platform: Platform) -> str:
    return ", ".join(each.value for each in platform.mfa) or ("none" if platform.has_mfa is False else "not known")


def _object(platform: Platform) -> dict[str, object]:
    import json

    plain: dict[str, object] = json.loads(json.dumps(asdict(platform), default=lambda each: each.value))
    return {**plain, "shared_access_refusal": platform.shared_access_refusal()}


@leaf(platform, "show", examples=("custody platform show instagram", "custody platform show twitter"))
@click.argument("name")
def show(app: App, /, name: str) -> Reply:
    """One platform, by id, name, other name or domain, with the source of each fact."""
    found = _catalogue(app).get(name)
    return Reply(data=_object(found), text=lambda: _text(found))


def _text(platform: Platform) -> str:
    limits = platform.password
    known = facts(
        (
            ("id", platform.id),
            ("name", platform.name),
            ("status", platform.status.value),
            ("note", platform.status_note),
            ("shared password", platform.shared_access_refusal() or "can be held here"),
            ("password length", f"{limits.min or 'not known'} to {limits.max or 'not known'}"),
            ("specials", limits.allowed_special),
            ("second factors", _factors(platform)),
            ("about them", platform.mfa_note),
            ("change password", platform.change_password_url or "not known"),
            ("closed groups", platform.group_kind),
            ("roles", platform.delegated.how or None),
            ("beware", platform.delegated.gotcha),
            ("youngest user", str(platform.min_age) if platform.min_age else None),
            *(("note", note) for note in platform.notes),
            ("not known", ", ".join(platform.unknown_facts) or None),
        )
    )
    sources = "\n".join(f"  {each.fact}: {each.source} ({each.confidence.value})" for each in platform.sources)
    return f"{known}\n\nsources\n{sources}"


COMMANDS = {"platform": platform}
