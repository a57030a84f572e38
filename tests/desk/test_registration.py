"""Registering an account: everything that refuses one, and what is kept and recorded of one that passes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.desk.district import (
    BACKUP_CODES,
    DOMAIN,
    HIGH_SCHOOL,
    NEXT_PASSWORD,
    PASSWORD,
    SEED,
    USERNAMES,
    District,
    bring,
)
from vault.desk.exposures import exposures_of
from vault.domain.accounts import Account, Mailbox, MfaMethod
from vault.domain.credentials import Part, Road
from vault.domain.permissions import Permission
from vault.domain.secret import Secret
from vault.domain.units import UnitKind
from vault.errors import InvalidInput, NotFound, NotPermitted, PolicyRefusal, VaultError, WrongState
from vault.sealing.codes import parse_seed


def _refused(district: District, permission: Permission, error: type[VaultError], **brought: object) -> VaultError:
    """What a registration is refused with; nothing of it is kept."""
    given = bring(**({"code": district.code()} | brought))  # type: ignore[arg-type]
    head, records = district.store.head(), list(district.store.records_present())
    with pytest.raises(error) as caught:
        district.register(permission, given)
    assert (district.store.head(), list(district.store.records_present())) == (head, records)
    assert list(district.desk.office.view.every(Account)) == []
    return caught.value


def test_nothing_is_registered_before_permission(district: District) -> None:
    error = _refused(district, district.ask(), PolicyRefusal)
    assert str(error) == "rule 6: your supervisor has not yet given written permission"


def test_nothing_is_registered_on_a_refusal(district: District) -> None:
    asked = district.ask()
    district.desk.permissions.refuse(district.principal, asked.id, "not this one")
    assert "refused permission" in str(_refused(district, asked, PolicyRefusal))


def test_permission_of_somebody_else_registers_nothing(district: District) -> None:
    """A14."""
    permission = district.allow(member=district.teacher)
    assert "somebody else" in str(_refused(district, permission, NotPermitted))


def test_expired_permission_registers_nothing(district: District) -> None:
    permission = district.allow()
    district.clock.advance(days=90)
    assert "expired" in str(_refused(district, permission, PolicyRefusal))


def test_permission_is_used_once(district: District) -> None:
    permission = district.allow()
    district.register(permission, bring(code=district.code()))
    with pytest.raises(WrongState, match="has been used"):
        district.register(permission, bring(code=district.code(), password=NEXT_PASSWORD))


@pytest.mark.parametrize(
    ("password", "faults"),
    [
        ("abc", {"needs at least 8 characters", "needs an uppercase letter", "needs a number"}),
        ("ALLUPPER!9", {"needs a lowercase letter"}),
        ("NoDigits!here", {"needs a number"}),
        ("NoSpecial9here", {"needs a special character, such as ! @ # $ ?"}),
    ],
)
def test_weak_password_is_refused_with_a_line_for_each_failed_part(
    district: District, password: str, faults: set[str]
) -> None:
    error = _refused(district, district.allow(), PolicyRefusal, password=password)
    assert isinstance(error, PolicyRefusal)
    assert error.clause == "3"
    assert faults <= {fault.split(": ")[-1] for fault in error.faults}
    assert password not in f"{error} {error.faults} {error.hint}"


@pytest.mark.parametrize("password", ["Password1!", "Ridge!Volley77", "C.Duarte!x9", "Volley2026!x"])
def test_guessable_password_is_refused_though_it_has_every_kind_of_character(district: District, password: str) -> None:
    _refused(district, district.allow(), PolicyRefusal, password=password)


@pytest.mark.parametrize(
    "email",
    [
        "ridgevolley@gmail.com",
        f"volley@students.{DOMAIN}",
        "volley@rigde.k12.example",
        "volley@mailinator.com",
        "volley@example.org",
    ],
    ids=["free provider", "subdomain", "look-alike", "disposable", "other"],
)
def test_email_outside_the_district_is_refused(district: District, email: str) -> None:
    """B6."""
    error = _refused(district, district.allow(), PolicyRefusal, email=email)
    assert isinstance(error, PolicyRefusal)
    assert error.clause == "2"
    assert email not in f"{error} {error.faults}"


def test_email_that_is_none_is_refused(district: District) -> None:
    _refused(district, district.allow(), InvalidInput, email="not an address")


@pytest.mark.parametrize("typed", ["shs.volley@gmail.com", " shs.volley@GMAIL.com "])
def test_designated_address_is_registered_with_its_designation(district: District, typed: str) -> None:
    permission = district.allow()
    district.desk.permissions.designate(
        district.principal, permission.id, "shs.volley@gmail.com", "mailbox of the team"
    )
    made = district.register(permission, bring(code=district.code(), email=typed))
    assert any("personal e-mail provider" in warning for warning in made.warnings)
    (entry,) = [each for each in district.entries() if each.envelope.kind == "account.registered"]
    assert entry.event.designation is not None  # type: ignore[attr-defined]


def test_own_mailbox_at_a_free_provider_is_refused_even_if_designated(district: District) -> None:
    """B6."""
    permission = district.allow()
    district.desk.permissions.designate(
        district.principal, permission.id, "carla.duarte@gmail.com", "she reads it every day"
    )
    error = _refused(district, permission, PolicyRefusal, email="carla.duarte@gmail.com")
    assert isinstance(error, PolicyRefusal)
    assert error.clause == "2b"


def test_designation_for_another_account_helps_nothing(district: District) -> None:
    other = district.allow("ridgesoccer")
    district.desk.permissions.designate(district.principal, other.id, "shs.soccer@gmail.com", "mailbox of the team")
    _refused(district, district.allow(), PolicyRefusal, email="shs.soccer@gmail.com")


@pytest.mark.parametrize(
    "code", [None, Secret("000000"), Secret("abc"), Secret("\uff11\uff12\uff13\uff14\uff15\uff16")]
)
def test_seed_without_its_current_code_is_refused(district: District, code: Secret | None) -> None:
    """B2: ASCII digits only."""
    error = _refused(district, district.allow(), PolicyRefusal, code=code)
    assert isinstance(error, PolicyRefusal)
    assert error.clause == "4"
    assert SEED not in f"{error} {error.hint}"


def test_code_of_a_clock_that_is_off_names_the_skew(district: District) -> None:
    """B2."""
    permission = district.allow()
    late = parse_seed(Secret(SEED)).code(district.clock() + timedelta(hours=1)).code
    assert "clock" in str(_refused(district, permission, PolicyRefusal, code=late))


def test_seed_that_is_none_is_refused(district: District) -> None:
    error = _refused(district, district.allow(), InvalidInput, seed="not a seed 0189", code=Secret("123456"))
    assert "0189" not in str(error)


def test_short_seed_is_kept_with_a_warning(district: District) -> None:
    seed = "GEZDGNBVGY3TQOJQ"
    made = district.register(district.allow(), bring(seed=seed, code=district.code(seed)))
    assert any("under 112 bits" in warning for warning in made.warnings)


def test_platform_with_second_factors_wants_one(district: District) -> None:
    error = _refused(district, district.allow(), PolicyRefusal, seed=None, code=None)
    assert isinstance(error, PolicyRefusal)
    assert error.clause == "4"
    assert "offers sms, totp" in f"{error} {error.faults}"


def test_mailbox_without_protection_is_refused(district: District) -> None:
    _refused(district, district.allow(), PolicyRefusal, mailbox_mfa=())


def test_second_factor_without_a_holder_is_refused(district: District) -> None:
    permission = district.allow()
    given = replace(bring(code=None, seed=None), methods=(MfaMethod(method="sms"),))
    with pytest.raises(PolicyRefusal, match="rule 4"):
        district.register(permission, given)
    held = replace(given, methods=(MfaMethod(method="sms", holder="the athletics office"),))
    assert district.register(permission, held).account.mfa == held.methods


def test_unknown_or_own_second_holder_is_refused(district: District) -> None:
    permission = district.allow()
    _refused(district, permission, NotFound, second="nobody")
    _refused(district, permission, InvalidInput, second=USERNAMES["coach"])
    _refused(district, permission, NotPermitted, second=USERNAMES["other_principal"])


@pytest.mark.parametrize("field", ["username", "opened_by", "recovery"])
def test_text_that_hides_something_is_refused(district: District, field: str) -> None:
    """B3."""
    given, hiding = bring(code=district.code()), "ridge\u200bvolley"
    changed = {
        "username": replace(given, username=hiding),
        "opened_by": replace(given, mailbox=Mailbox(opened_by=hiding, mfa=("totp",))),
        "recovery": replace(given, recovery=(hiding,)),
    }
    with pytest.raises(InvalidInput):
        district.register(district.allow(), changed[field])


def test_password_of_another_account_that_one_holds_is_refused(active: District) -> None:
    permission = active.allow("ridgesoccer")
    with pytest.raises(PolicyRefusal, match="rule 3") as caught:
        active.register(permission, bring(code=active.code(), password=PASSWORD))
    assert "another account that you hold has that password" in f"{caught.value} {caught.value.faults}"


@pytest.mark.parametrize(("platform", "most"), [("classmates", 20), ("tiktok", 20), ("x", 24)])
def test_generated_password_keeps_to_the_platform(district: District, platform: str, most: int) -> None:
    permission = district.allow(platform=platform)
    seed = None if platform == "classmates" else SEED
    code = None if seed is None else district.code()
    made = district.register(permission, bring(password=None, seed=seed, code=code))
    password = made.password.reveal()
    assert len(password) == most
    if platform == "classmates":
        assert "?" not in password
        assert all(each.isalnum() or each in "!@#$%^&*" for each in password)


def test_what_the_registering_person_knows_is_recorded(district: District) -> None:
    made = district.register(district.allow(), bring(code=district.code()))
    found = exposures_of(district.desk.office, made.account.key)
    assert {each.part for each in found} == {Part.PASSWORD, Part.CONTACTS, Part.MFA_SEED, Part.BACKUP_CODES}
    assert {(each.person, each.road, each.version) for each in found} == {
        (district.coach.person.id, Road.REGISTRATION, 1)
    }


def test_registered_account_waits_for_a_supervisors_verification(district: District) -> None:
    key = district.register(district.allow(), bring(code=district.code())).account.key
    assert district.desk.missing(key) == ("a supervisor's verification of the escrow copy: custody escrow verify",)
    assert district.desk.escrow.verify(district.principal, key).faults == ()
    assert district.desk.missing(key) == ()


def test_results_print_nothing_secret(district: District) -> None:
    """B1."""
    given = bring(code=district.code())
    printed = f"{given!r} {district.register(district.allow(), given)!r}"
    assert not [each for each in (PASSWORD, SEED, *BACKUP_CODES) if each in printed]


@pytest.mark.parametrize("name", ["zephyrclub", "quokka", "volleyball", "duarte", "weiss"])
def test_password_with_a_name_that_belongs_to_the_account_is_refused(district: District, name: str) -> None:
    """The handle, the unit, the display name, the custodian and the second holder."""
    unit = f"{HIGH_SCHOOL}/quokka"
    district.desk.units.add(district.founder, unit, kind=UnitKind.PROGRAMME, name="Quokka Society")
    asked = district.ask("zephyrclub", unit=unit)
    permission = district.desk.permissions.grant(district.principal, asked.id)
    brought = {"password": f"mK7!{name.title()}#vT4x", "second": USERNAMES["teacher"]}
    error = _refused(district, permission, PolicyRefusal, **brought)
    assert "must do without the names" in f"{error} {error.faults}"


def test_password_of_an_account_that_one_holds_as_second_is_refused(district: District) -> None:
    district.activate(second=USERNAMES["teacher"])
    permission = district.allow("ridgesoccer", member=district.teacher)
    with pytest.raises(PolicyRefusal) as caught:
        district.register(permission, bring(code=district.code()), district.teacher)
    assert "another account that you hold" in f"{caught.value} {caught.value.faults}"


def test_permission_is_asked_for_before_any_secret(district: District) -> None:
    """A14: the command line asks this first, so that nobody types a secret for nothing."""
    permission = district.allow()
    assert district.desk.accounts.require_permission(district.coach, permission.id).id == permission.id
    with pytest.raises(NotPermitted, match="somebody else"):
        district.desk.accounts.require_permission(district.teacher, permission.id)
