"""The one encoding: exact bytes, read strictly."""

from __future__ import annotations

import contextlib
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ledger.forms import make_policy
from tests.ledger.samples import events, instances_of
from vault.domain import (
    accounts,
    backups,
    checkouts,
    credentials,
    departures,
    notices,
    permissions,
    persons,
    recovery,
    rotations,
    units,
    vaults,
)
from vault.domain.documents import Document
from vault.ledger import codec
from vault.ledger.events import KINDS, PermissionWithdrawn, PolicySet
from vault.ledger.events.base import Event

NOUNS: list[type[Any]] = [
    each
    for module in (
        accounts,
        backups,
        checkouts,
        credentials,
        departures,
        notices,
        permissions,
        persons,
        recovery,
        rotations,
        units,
        vaults,
    )
    for each in vars(module).values()
    if isinstance(each, type) and hasattr(each, "NOUN") and each is not Document
]


@given(events())
def test_every_event_comes_back_as_it_was(event: Event) -> None:
    data = codec.encode(event)
    assert codec.decode(data, type(event)) == codec.decode_trusted(data, type(event)) == event
    assert json.loads(data) is not None


@pytest.mark.parametrize("noun", NOUNS, ids=lambda noun: noun.NOUN)
def test_every_document_of_the_state_comes_back_as_it_was(noun: type[Any]) -> None:
    @given(instances_of(noun))
    def comes_back(document: object) -> None:
        assert codec.decode(codec.encode(document), noun) == document

    comes_back()


def test_nouns_are_told_apart() -> None:
    names = [noun.NOUN for noun in NOUNS]
    assert len(names) == len(set(names)) == 23


def test_every_kind_is_a_noun_and_a_verb_of_its_own() -> None:
    assert len({cls.KIND for cls in KINDS.values()}) == len(KINDS) == 46
    for kind, cls in KINDS.items():
        noun, dot, verb = kind.partition(".")
        assert (cls.KIND, bool(noun and dot and verb)) == (kind, True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{}",
        "{",
        '{"permission":"prm_a"',
        '{"permission":"prm_a"} ',
        ' {"permission":"prm_a"}',
        '{"permission": "prm_a"}',
        '{"permission":"prm_a"}{"permission":"prm_a"}',
        '{"permission":"prm_a","permission":"prm_a"}',
        '{"permission":"prm_b","permission":"prm_a"}',
        '{"permission":"prm_a","more":1}',
        '{"permission":"prm_a","type":"PermissionWithdrawn"}',
        '{"Permission":"prm_a"}',
        '{"permission":null}',
        '{"permission":1}',
        '{"permission":NaN}',
        '{"permission":Infinity}',
        '{"permission":"\\u0070rm_a"}',
        '{"permission":"prm\\/a"}',
        '{"permission":"\\ud800"}',
        "\ufeff" + '{"permission":"prm_a"}',
        "[" * 100_000,
        '{"permission":' * 100_000,
        '{"permission":' + "[" * 100_000 + "]" * 100_000 + "}",
        '{"more":' + "[" * 100_000 + "]" * 100_000 + ',"permission":"prm_a"}',
    ],
    ids=lambda text: text[:40],
)
def test_no_other_spelling_is_read(text: str) -> None:
    """A7, A9: doubled keys, unknown fields, NaN, depth, blanks, escapes."""
    with pytest.raises(ValueError, match=r"not (a|the exact encoding of a) PermissionWithdrawn"):
        codec.decode(text.encode(), PermissionWithdrawn)
    assert codec.decode(b'{"permission":"prm_a"}', PermissionWithdrawn).permission == "prm_a"


@pytest.mark.parametrize("data", [b"\xff", b'{"permission":"\xff"}', b'{"permission":"\xed\xa0\x80"}', b"\x00"])
def test_what_is_not_text_is_not_read(data: bytes) -> None:
    with pytest.raises(ValueError, match="not a PermissionWithdrawn"):
        codec.decode(data, PermissionWithdrawn)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"version":1', '"version":1.0'),
        ('"version":1', '"version":1e0'),
        ('"version":1', '"version":"1"'),
        ('"version":1', '"version":true'),
        ('"version":1', '"version":-0'),
        ('"rotation_days":180', '"rotation_days":180.5'),
        ('"rotation_days":180', '"rotation_days":' + "9" * 5000),
        ('"rotation_days":180', '"rotation_days":' + "9" * 4000),
        ('"rotation_days":180', '"rotation_days":9223372036854775808'),
        ('"rotation_days":180', '"rotation_days":-9223372036854775809'),
        ('"words":[]', '"words":{}'),
        ('"words":[]', '"words":null'),
        (',"overrides":[]', ""),
    ],
)
def test_a_number_or_a_list_has_one_spelling(old: str, new: str) -> None:
    text = codec.encode(PolicySet(policy=make_policy())).decode().replace('["ridge","falcons"]', "[]")
    assert text.count(old) == 1
    codec.decode(text.encode(), PolicySet)
    with pytest.raises(ValueError, match="PolicySet"):
        codec.decode(text.replace(old, new).encode(), PolicySet)


@pytest.mark.parametrize("days", [2**63 - 1, -(2**63)])
def test_numbers_keep_within_64_bits_and_text_may_be_long(days: int) -> None:
    """How a machine reads longer ones depends on its settings (`PYTHONINTMAXSTRDIGITS`), and readers must agree."""
    event = PolicySet(policy=replace(make_policy(), rotation_days=days, words=("9" * 5000, f":{2**80},")))
    assert codec.decode(codec.encode(event), PolicySet) == event


@given(st.binary(max_size=200), st.sampled_from(sorted(KINDS)))
def test_any_bytes_are_refused_as_one_error_or_are_exact(data: bytes, kind: str) -> None:
    cls = KINDS[kind]
    with contextlib.suppress(ValueError):
        assert codec.encode(codec.decode(data, cls)) == data


@given(events(), st.data())
def test_an_altered_encoding_is_refused_or_says_something_else(event: Event, data: st.DataObject) -> None:
    """What two readers take for the same is the same bytes."""
    exact = codec.encode(event)
    at = data.draw(st.integers(0, len(exact) - 1))
    altered = exact[:at] + bytes([data.draw(st.integers(0, 255))]) + exact[at + 1 :]
    try:
        other = codec.decode(altered, type(event))
    except ValueError:
        return
    assert (other == event) == (altered == exact)
