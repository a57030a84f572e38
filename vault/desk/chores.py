"""What the commands of keyholders do in passing; anybody else pays nothing for it, not even the import."""

from __future__ import annotations

from vault.desk.office import Member, Office
from vault.domain.persons import KEYHOLDERS, Appointment


def do_chores(office: Office, member: Member) -> None:
    """Remake owed keys, seal them to newcomers, let escrow copies follow, let departures take effect."""
    held = office.view.where(Appointment, "person", member.person.id)
    if not any(each.is_live and each.role in KEYHOLDERS for each in held):
        return
    from vault.desk.departures import take_effect_if_due
    from vault.desk.epochs import tend_keys

    tend_keys(office, member)
    take_effect_if_due(office, member)
