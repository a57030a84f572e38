from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault.domain.policies import PlatformOverride, Policy
from vault.errors import InvalidInput, PolicyRefusal
from vault.policy.defaults import default_policy, monitoring_notice
from vault.policy.files import MOST_FILE, parse_policy, policy_to_toml
from vault.policy.naming import require_plain_lines

FIRST = default_policy("Ridge Public Schools", ["ridge.k12.example"])
OVERRIDE = PlatformOverride(
    platform="wechat", fact="password.allowed_special", value="\"\\'#", source='a "page"', date="2026-09-01"
)


def faults(text: str) -> tuple[str, ...]:
    with pytest.raises(InvalidInput) as caught:
        parse_policy(text, previous=FIRST)
    return caught.value.faults


def test_first_policy_is_version_1_with_the_districts_domains_and_notice() -> None:
    policy = default_policy("  Ridge Public Schools ", ["Ridge.K12.example", "ridge.k12.example", "ridge.example.org"])
    assert (policy.version, policy.district) == (1, "Ridge Public Schools")
    assert policy.domains == ("ridge.k12.example", "ridge.example.org")
    assert policy.monitoring_notice == monitoring_notice("Ridge Public Schools")


def test_first_policy_without_a_domain_is_refused() -> None:
    with pytest.raises(InvalidInput, match="at least one e-mail domain"):
        default_policy("Ridge", [])


def test_first_policy_with_a_public_suffix_is_refused() -> None:
    with pytest.raises(PolicyRefusal, match=r"k12\.ct\.us is a public suffix"):
        default_policy("Ridge", ["k12.ct.us"])


def test_notice_names_types_and_locations_and_asks_for_no_personal_login() -> None:
    notice = monitoring_notice("Ridge Public Schools")
    for words in ("types of monitoring", "specific locations", "31-48d", "Public Act 26-73", "Ridge Public Schools"):
        assert words in notice
    assert "never asks for a personal login" in notice
    assert "{" not in notice
    assert require_plain_lines("the notice", notice, 20_000, least=200) == notice


def test_empty_file_keeps_every_setting_and_raises_the_version() -> None:
    assert parse_policy("", previous=FIRST) == replace(FIRST, version=2)


def test_file_changes_what_it_names() -> None:
    text = (
        'rotation_days = "never"\ncheckout_minutes = 60\nwords = ["Ridge", "Bears", "Bears"]\n'
        'district = "Ridge"\noverrides = []'
    )
    assert parse_policy(text, previous=FIRST) == replace(
        FIRST, version=2, rotation_days=None, checkout_minutes=60, words=("Ridge", "Bears"), district="Ridge"
    )


def test_overrides_are_read() -> None:
    text = (
        '[[overrides]]\nplatform = "tiktok"\nfact = "password.max"\nvalue = "30"\n'
        'source = "TikTok help"\ndate = "2026-10-01"\n'
    )
    (found,) = parse_policy(text, previous=FIRST).overrides
    assert found == PlatformOverride(
        platform="tiktok", fact="password.max", value="30", source="TikTok help", date="2026-10-01"
    )


def test_every_fault_is_listed_at_once() -> None:
    found = faults(
        'domain = ["ridge.example"]\ndomains = ["k12.ct.us", 3, "gmail.com"]\npermission_days = 0\n'
        'retired_kept = "two"\nrotation_days = true\ncheckout_minutes = 1.5\nmonitoring_notice = "short"\n'
        'words = "Bears"\ndistrict = 4\n[[overrides]]\nplatform = "nowhere"\nfact = "mfa"\nvalue = "totp"\n'
        'source = "x"\ndate = "2026-01-01"\n'
    )
    assert [fault.partition(":")[0] for fault in found] == [
        *("domain", "district", "domains", "domains", "domains", "words", "permission_days", "checkout_minutes"),
        *("rotation_days", "retired_kept", "monitoring_notice", "overrides"),
    ]
    assert found[2].startswith("domains: item 1: rule 2: k12.ct.us is a public suffix")
    assert found[3] == "domains: item 2: must be text in quotes"
    assert found[8] == 'rotation_days: must be a whole number from 1 to 3650, or "never"'


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("domains = []", "domains: must name at least one, or no address could be used"),
        (f"words = {['ab'] * 201}", "words: has more than 200 items"),
        ('words = ["a"]', "words: item 1: the word is too short: at least 2 characters"),
        ('words = ["a\\u202Eb"]', "words: item 1: the word has a line break or a character that cannot be seen"),
        ('district = "a\\u001B[2Jb"', "district: the name has a line break or a character that cannot be seen"),
        ("overrides = 1", "overrides: must be [[overrides]] tables"),
        ("overrides = [1]", "overrides: must be [[overrides]] tables"),
        (f"overrides = [{'{},' * 201}]", "overrides: has more than 200 items"),
    ],
)
def test_setting_of_a_wrong_kind_is_refused(text: str, fault: str) -> None:
    """B3."""
    assert faults(text) == (fault,)


@pytest.mark.parametrize("table", ["{}", '{platform="x", fact="mfa", value=1, source="s", date="2026-01-01"}'])
def test_override_that_lacks_a_part_is_refused(table: str) -> None:
    (fault,) = faults(f"overrides = [{table}]")
    assert fault.startswith("overrides: override 1: needs exactly platform, fact, value, source, date")


@pytest.mark.parametrize(
    "text", ["district", "a = 1\na = 2", "\x00", f"a = {'9' * 5000}", f"a = {'[' * 20_000}", "a = nan nan"]
)
def test_text_that_is_no_toml_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="the policy file is not TOML"):
        parse_policy(text, previous=FIRST)


def test_file_of_unreasonable_size_is_refused_unread() -> None:
    with pytest.raises(InvalidInput, match="more than"):
        parse_policy("#" * (MOST_FILE + 1), previous=FIRST)


PLAIN = st.text(st.characters(codec="ascii", categories=("L", "N", "P", "S")), min_size=2, max_size=30)


@given(
    district=PLAIN,
    words=st.lists(PLAIN, max_size=4, unique=True),
    rotation=st.none() | st.integers(1, 3650),
    lines=st.lists(st.text(st.sampled_from("ab \"\\'#"), max_size=30).map(str.strip), min_size=1, max_size=6),
    overrides=st.sampled_from([(), (OVERRIDE,)]),
)
def test_written_policy_reads_back_the_same(
    district: str, words: list[str], rotation: int | None, lines: list[str], overrides: tuple[PlatformOverride, ...]
) -> None:
    policy = replace(
        FIRST,
        version=7,
        district=district,
        words=tuple(words),
        rotation_days=rotation,
        monitoring_notice="\n".join(["x" * 200, *lines, "end"]),
        overrides=overrides,
    )
    assert parse_policy(policy_to_toml(policy), previous=FIRST) == replace(policy, version=2)


@given(
    st.text(max_size=200)
    | st.from_regex(r'(domains|words|overrides|permission_days) = [\[\]"a-z0-9{}=, ]{0,40}', fullmatch=True)
)
def test_any_text_is_a_policy_or_refused_as_invalid(text: str) -> None:
    try:
        policy = parse_policy(text, previous=FIRST)
    except InvalidInput:
        return
    assert isinstance(policy, Policy)
    assert policy.version == 2
    assert policy.domains
