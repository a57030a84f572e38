from __future__ import annotations

import pytest

from vault.domain.accounts import Mailbox, MfaMethod
from vault.errors import InvalidInput
from vault.policy.catalogue import Catalogue
from vault.policy.mfa import Factor, MfaJudgement, judge_mfa, parse_factor

CATALOGUE = Catalogue.load()
GUARDED = Mailbox(opened_by="Drama office", mfa=("push",))
TOTP = MfaMethod(method="totp", is_proved=True)
SMS = MfaMethod(method="sms", holder="Drama office telephone")
BACKUP = MfaMethod(method="backup_codes")


def judge(
    *methods: MfaMethod, platform: str = "instagram", mailbox: Mailbox = GUARDED, has_exception: bool = False
) -> MfaJudgement:
    return judge_mfa(methods, platform=CATALOGUE.get(platform), mailbox=mailbox, has_exception=has_exception)


def failed(judgement: MfaJudgement) -> list[str]:
    return [found.name for found in judgement.verdict.checks if not found.passed]


def test_proved_seed_passes_without_a_warning() -> None:
    found = judge(TOTP)
    assert found.verdict.passed
    assert found.warnings == ()
    assert {check.clause for check in found.verdict.checks} == {"4"}


def test_account_without_a_second_factor_is_refused() -> None:
    found = judge()
    assert failed(found) == ["mfa.set-up"]
    assert found.verdict.faults == (
        "set up multi-factor authentication first: Instagram offers sms, totp, backup_codes",
    )


@pytest.mark.parametrize("method", [BACKUP, MfaMethod(method="other", holder="Jo")])
def test_backup_codes_and_unnamed_ways_are_not_enough_alone(method: MfaMethod) -> None:
    assert "mfa.set-up" in failed(judge(method))


def test_seed_that_no_code_proved_is_refused() -> None:
    assert failed(judge(MfaMethod(method="totp"))) == ["mfa.proved"]


def test_device_that_nobody_holds_is_refused() -> None:
    assert failed(judge(MfaMethod(method="sms", holder=" "))) == ["mfa.holder"]


def test_backup_codes_beside_a_seed_need_no_holder() -> None:
    assert judge(TOTP, BACKUP).verdict.passed


def test_text_message_is_accepted_with_a_warning() -> None:
    found = judge(SMS)
    assert found.verdict.passed
    assert "a personal one leaves with its owner" in found.warnings[0]


def test_code_by_e_mail_is_accepted_with_a_warning() -> None:
    found = judge(MfaMethod(method="email", holder="Drama office"), platform="bluesky")
    assert found.verdict.passed
    assert found.warnings == ("codes by e-mail are only as safe as the mailbox",)


@pytest.mark.parametrize("ways", [(), ("backup_codes",), ("other",)])
def test_mailbox_without_a_second_factor_is_refused(ways: tuple[str, ...]) -> None:
    assert failed(judge(TOTP, mailbox=Mailbox(opened_by="Drama office", mfa=ways))) == ["mfa.mailbox"]


def test_way_that_the_platform_does_not_offer_is_refused() -> None:
    found = judge(MfaMethod(method="push", holder="Jo"), SMS)
    assert failed(found) == ["mfa.offered"]
    assert "Instagram is not known to offer push" in found.verdict.faults[0]


def test_proved_seed_outweighs_the_catalogue_with_a_warning() -> None:
    found = judge(TOTP, platform="pinterest")
    assert found.verdict.passed
    assert found.warnings == ("the catalogue does not know totp at Pinterest: record it in the policy file",)


def test_platform_known_to_have_none_needs_an_exception() -> None:
    refused = judge(platform="flickr")
    assert failed(refused) == ["mfa.set-up"]
    assert "a supervisor's exception is needed" in refused.verdict.faults[0]
    assert judge(platform="flickr", has_exception=True).verdict.passed


def test_attested_way_on_a_platform_known_to_have_none_is_refused() -> None:
    assert failed(judge(SMS, platform="flickr")) == ["mfa.offered"]


def test_unknown_platform_is_never_a_silent_pass() -> None:
    refused = judge(platform="wechat")
    assert failed(refused) == ["mfa.set-up"]
    assert "is not known: look it up" in refused.verdict.faults[0]
    accepted = judge(SMS, platform="wechat")
    assert accepted.verdict.passed
    assert any("is not known" in warning for warning in accepted.warnings)
    assert judge(platform="wechat", has_exception=True).verdict.passed


def test_exception_is_no_way_round_what_the_platform_offers() -> None:
    assert failed(judge(has_exception=True)) == ["mfa.set-up"]


def test_exception_does_not_excuse_the_mailbox() -> None:
    open_box = Mailbox(opened_by="Drama office")
    assert failed(judge(platform="flickr", has_exception=True, mailbox=open_box)) == ["mfa.mailbox"]


def test_factor_is_read_in_any_case_and_with_a_hyphen() -> None:
    assert parse_factor(" Backup-Codes ") is Factor.BACKUP_CODES


def test_unknown_factor_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InvalidInput) as caught:
        judge(MfaMethod(method="telepathy", holder="Jo"))
    assert caught.value.hint == "known ways: totp, sms, email, u2f, push, backup_codes, other"
