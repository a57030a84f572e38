from __future__ import annotations

import tomllib
from importlib import resources

import pytest

from vault.domain.policies import PlatformOverride
from vault.errors import Ambiguous, InvalidInput, NotFound
from vault.policy import catalogue as catalogue_module
from vault.policy.catalogue import Catalogue, platform_from
from vault.policy.mfa import Factor
from vault.policy.overrides import lay_over
from vault.policy.platforms import CharacterClass, Confidence, Platform, PlatformStatus

CATALOGUE = Catalogue.load()
NAMED_IN_POLICY = {
    *("facebook", "linkedin", "google_plus", "classmates", "x", "tumblr", "medium", "scribd", "slideshare", "dropbox"),
    *("snapchat", "periscope", "flickr", "youtube", "instagram", "vine", "pinterest", "tiktok"),
    *("reddit", "kik", "whatsapp", "messenger", "wechat"),
}
WITHOUT_PASSWORD = {"facebook", "messenger", "linkedin", "medium", "whatsapp", "google_plus", "vine", "periscope"}
KEYS = {
    *("id", "name", "aliases", "domains", "status", "status_note", "named_in_policy", "auth_model", "group_kind"),
    *("rule7_fit", "min_age", "change_password_url", "well_known_change_password", "mfa", "mfa_absent", "mfa_note"),
    *("notes", "shared_password", "password", "delegated", "sources"),
}


def override(
    platform: str, fact: str, value: str, source: str = "IT office", date: str = "2026-09-01"
) -> PlatformOverride:
    return PlatformOverride(platform=platform, fact=fact, value=value, source=source, date=date)


def laid_over(fact: str, value: str, platform: str = "wechat") -> Platform:
    return CATALOGUE.with_overrides([override(platform, fact, value)]).get(platform)


def faults_of(*overrides: PlatformOverride) -> tuple[str, ...]:
    with pytest.raises(InvalidInput) as caught:
        CATALOGUE.with_overrides(overrides)
    return caught.value.faults


def test_catalogue_has_38_platforms_in_order_of_ids() -> None:
    ids = [platform.id for platform in CATALOGUE]
    assert len(ids) == 38
    assert ids == sorted(ids) == list(CATALOGUE.ids)


@pytest.mark.parametrize("platform", CATALOGUE.ids)
def test_every_file_has_the_catalogues_shape(platform: str) -> None:
    text = resources.files("vault.policy").joinpath("platforms", f"{platform}.toml").read_text(encoding="utf-8")
    table = tomllib.loads(text)
    found = CATALOGUE.get(platform)
    assert table["id"] == platform
    assert set(table) <= KEYS
    assert set(table["password"]) <= {"min", "max", "allowed_special", "special_permitted", "required"}
    assert found.sources
    assert all(source.source and source.fact for source in found.sources)
    assert Confidence.DISTRICT not in {source.confidence for source in found.sources}
    assert found.domains
    assert found.rule7_fit in {"ok", "partial", "no", None}
    assert found.change_password_url is None or found.change_password_url.startswith("https://")
    assert Factor.OTHER not in found.mfa
    assert not (found.mfa and found.mfa_absent)


@pytest.mark.parametrize("platform", CATALOGUE.ids)
def test_every_known_fact_names_its_source(platform: str) -> None:
    found = CATALOGUE.get(platform)
    facts = {source.fact for source in found.sources}
    assert found.password.min is None or "password.min" in facts
    assert found.password.max is None or "password.max" in facts
    assert found.password.allowed_special is None or "password.allowed_special" in facts
    assert found.change_password_url is None or "change_password_url" in facts
    assert found.has_mfa is None or "mfa" in facts
    assert "delegated" in facts


def test_the_23_platforms_that_the_policy_names_are_marked() -> None:
    assert {platform.id for platform in CATALOGUE if platform.named_in_policy} == NAMED_IN_POLICY


def _names(platform: Platform) -> set[str]:
    texts = (platform.id, platform.name, *platform.aliases, *platform.domains)
    return {text.casefold() for text in texts}


def test_no_name_leads_to_two_platforms() -> None:
    names = [name for p in CATALOGUE for name in _names(p)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("name", "platform"),
    [
        ("instagram", "instagram"),
        ("IG", "instagram"),
        ("Twitter", "x"),
        ("x pro", "x"),
        (" Google+ ", "google_plus"),
        ("https://www.wa.me/", "whatsapp"),
        ("BSKY.app", "bluesky"),
        ("Facebook  Messenger", "messenger"),
    ],
)
def test_platform_is_found_by_id_name_alias_or_domain(name: str, platform: str) -> None:
    assert CATALOGUE.get(name).id == platform


def test_one_platform_asked_by_id_parses_one_file(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[object] = []

    def counted(table: dict[str, object]) -> Platform:
        parsed.append(table["id"])
        return platform_from(table)

    monkeypatch.setattr(catalogue_module, "platform_from", counted)
    catalogue_module._packaged.cache_clear()
    assert Catalogue.load().get("canva").name == "Canva"
    assert parsed == ["canva"]


def test_unknown_platform_is_not_found_and_hints_at_the_closest() -> None:
    with pytest.raises(NotFound) as caught:
        CATALOGUE.get("instagrm")
    assert caught.value.hint == "did you mean instagram?"
    assert CATALOGUE.find("instagrm") is None


def test_platform_like_no_other_hints_at_the_list() -> None:
    with pytest.raises(NotFound) as caught:
        CATALOGUE.get("??????")
    assert caught.value.hint == "custody platform list"


def test_path_in_place_of_a_platform_reads_no_file() -> None:
    assert CATALOGUE.find("../platforms/x") is None


def test_name_of_two_platforms_is_ambiguous(monkeypatch: pytest.MonkeyPatch) -> None:
    kik, canva = CATALOGUE.get("kik"), CATALOGUE.get("canva")
    monkeypatch.setattr(Catalogue, "__iter__", lambda _: iter((kik, kik, canva)))
    with pytest.raises(Ambiguous) as caught:
        CATALOGUE.find("kik.com")
    assert caught.value.hint == "give the id: kik, kik"


def test_catalogue_knows_the_limits_that_collide_with_the_policy() -> None:
    classmates, tiktok = CATALOGUE.get("classmates").password, CATALOGUE.get("tiktok").password
    assert (classmates.min, classmates.max, classmates.allowed_special) == (6, 20, "!@#$%^&*")
    assert (tiktok.max, tiktok.required) == (
        20,
        (CharacterClass.LETTER, CharacterClass.DIGIT, CharacterClass.SPECIAL),
    )


@pytest.mark.parametrize("platform", ["flickr", "kik", "medium", "scribd", "slideshare"])
def test_five_platforms_of_the_policy_are_known_to_lack_mfa(platform: str) -> None:
    assert CATALOGUE.get(platform).has_mfa is False


@pytest.mark.parametrize("platform", ["classmates", "wechat", "classdojo"])
def test_unread_mfa_is_unknown_and_neither_yes_nor_no(platform: str) -> None:
    assert CATALOGUE.get(platform).has_mfa is None
    assert "mfa" in CATALOGUE.get(platform).unknown_facts


def test_offered_mfa_is_known() -> None:
    assert CATALOGUE.get("parentsquare").has_mfa is True


def test_platforms_without_a_password_say_why_and_what_to_do() -> None:
    refusals = {platform.id: platform.shared_access_refusal() for platform in CATALOGUE}
    assert {platform for platform, text in refusals.items() if text} == WITHOUT_PASSWORD
    assert "31-40x" in str(refusals["facebook"])
    assert "role on the Page" in str(refusals["linkedin"])
    assert "number that the district owns" in str(refusals["whatsapp"])
    assert refusals["google_plus"] == (
        "Google+ no longer exists (consumer service closed 2 April 2019): "
        "there is nothing to secure and no account to make there"
    )
    assert refusals["youtube"] is None


def test_platform_that_holds_no_password_asks_for_no_facts_about_it() -> None:
    assert CATALOGUE.get("facebook").unknown_facts == ()


def test_unknown_facts_are_named() -> None:
    assert CATALOGUE.get("instagram").unknown_facts == ("password.max", "password.allowed_special")
    assert "password.allowed_special" not in laid_over("password.special_permitted", "false").unknown_facts


def test_override_takes_the_place_of_the_fact_and_of_its_sources() -> None:
    found = laid_over("password.max", "16", "tiktok")
    assert found.password.max == 16
    assert [(s.source, s.confidence) for s in found.sources if s.fact == "password.max"] == [
        ("IT office (2026-09-01)", Confidence.DISTRICT)
    ]
    assert CATALOGUE.get("tiktok").password.max == 20


def test_every_fact_that_can_be_overridden_is() -> None:
    assert laid_over("password.min", "10").password.min == 10
    assert laid_over("password.allowed_special", "!@#").password.allowed_special == "!@#"
    assert laid_over("password.special_permitted", "true").password.special_permitted is True
    assert laid_over("mfa", "totp, sms").mfa == (Factor.TOTP, Factor.SMS)
    assert laid_over("mfa", "none").has_mfa is False
    assert laid_over("change_password_url", "https://wechat.com/pw").change_password_url == "https://wechat.com/pw"
    assert laid_over("status", "defunct").status is PlatformStatus.DEFUNCT
    assert laid_over("status", "defunct").shared_access_refusal() == (
        "WeChat no longer exists: there is nothing to secure and no account to make there"
    )


def test_overrides_are_laid_over_in_lists_and_leave_others_alone() -> None:
    own = {platform.id: platform for platform in CATALOGUE.with_overrides([override("kik", "mfa", "totp")])}
    assert own["kik"].has_mfa is True
    assert own["flickr"] == CATALOGUE.get("flickr")


@pytest.mark.parametrize(
    ("fact", "value"),
    [
        ("password.min", "0"),
        ("password.min", "-1"),
        ("password.max", "1e3"),
        ("password.max", "٢٠"),
        ("password.max", "5000"),
        ("password.max", "99999999999"),
        ("password.allowed_special", "abc"),
        ("password.allowed_special", "! @"),
        ("password.allowed_special", "!!"),
        ("password.allowed_special", ""),
        ("password.special_permitted", "yes"),
        ("mfa", "telepathy"),
        ("mfa", "other"),
        ("mfa", ""),
        ("change_password_url", "http://wechat.com"),
        ("change_password_url", "https://user@wechat.com"),
        ("change_password_url", "javascript:alert(1)"),
        ("change_password_url", "https://wechat.com/\x1b[2J"),
        ("change_password_url", "https://wechat.com/" + "a" * 500),
        ("status", "asleep"),
        ("auth_model", "password"),
    ],
)
def test_override_that_the_fact_cannot_have_is_refused(fact: str, value: str) -> None:
    (fault,) = faults_of(override("wechat", fact, value))
    assert fault.startswith("override 1: ")


def test_override_without_provenance_is_refused() -> None:
    assert faults_of(override("kik", "mfa", "totp", source=" ")) == ("override 1: source is empty",)
    for date in ("2026-02-30", "2026-9-1", "yesterday", "20260901"):
        assert faults_of(override("kik", "mfa", "totp", date=date)) == (
            "override 1: date is not a day such as 2026-09-01",
        )


def test_every_fault_of_the_overrides_is_listed_at_once() -> None:
    faults = faults_of(
        override("nowhere", "mfa", "totp"),
        override("kik", "mfa", "totp"),
        override("kik", "mfa", "sms"),
        override("tiktok", "password.min", "30"),
    )
    assert faults == (
        "override 1: platform is no id of the catalogue",
        "override 3: the same fact of the same platform is given twice",
        "tiktok: password.min is more than password.max",
    )


def test_overrides_of_both_limits_are_judged_together() -> None:
    both = [override("tiktok", "password.min", "30"), override("tiktok", "password.max", "40")]
    assert CATALOGUE.with_overrides(both).get("tiktok").password.min == 30


def test_laying_over_an_unknown_fact_is_refused() -> None:
    with pytest.raises(InvalidInput, match="fact is none of"):
        lay_over(CATALOGUE.get("kik"), override("kik", "name", "Kik"))
