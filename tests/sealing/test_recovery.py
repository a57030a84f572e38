"""The recovery key: opened by enough true shares, and what it signs fits one act, one subject, one time, one vault."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.sealing import reference
from tests.sealing.stream import Stream
from vault.domain.ids import VaultId
from vault.errors import BadSignature, CannotOpen, InvalidInput
from vault.sealing.recovery import (
    CONSENTED_AS,
    Act,
    OpenRecoveryKey,
    consent_statement,
    make_recovery_key,
    open_recovery,
    open_recovery_unsafe,
)
from vault.sealing.shares import combine_unsafe
from vault.sealing.signatures import SigningPublicKey

AT = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
VAULT = VaultId(b"v" * 32)
MADE = make_recovery_key(Stream("recovery key"), threshold=3, shares=5)


def test_both_halves_come_from_enough_shares() -> None:
    key = open_recovery(MADE.shares[1:4], MADE.commitments, MADE.public.to_bytes())
    assert key.sealing.public.to_bytes() == MADE.public.to_bytes()
    assert key.signing.public == MADE.signing
    assert repr(key) == "OpenRecoveryKey(********)"
    unchecked = open_recovery_unsafe(MADE.shares[:3])
    assert unchecked.signing.public == MADE.signing


def test_key_is_not_opened_without_its_commitments_by_accident() -> None:
    """B5"""
    altered = replace(MADE.shares[2], data=bytes(32))
    shares = [*MADE.shares[:2], altered]
    with pytest.raises(CannotOpen, match="share 3 is not the one"):
        open_recovery(shares, MADE.commitments, MADE.public.to_bytes())
    assert open_recovery_unsafe(shares).signing.public != MADE.signing


@pytest.mark.parametrize(
    ("at", "words"),
    [
        ((), "0 shares were given; at least 2"),
        ((0, 1), "2 shares were given; at least 3"),
        ((0, 1, 1), "share 2 was given twice"),
    ],
)
def test_unchecked_shares_must_still_be_enough_and_different(at: tuple[int, ...], words: str) -> None:
    """B5"""
    with pytest.raises(InvalidInput, match=words):
        combine_unsafe([MADE.shares[each] for each in at])


def test_unchecked_shares_must_be_of_one_set_and_one_threshold() -> None:
    """B5"""
    for changes in ({"set_id": bytes(8)}, {"threshold": 2}):
        strange = replace(MADE.shares[1], **changes)
        with pytest.raises(InvalidInput, match="share 2 belongs to another set than share 1"):
            combine_unsafe([MADE.shares[0], strange, MADE.shares[2]])


def test_consent_fits_one_act_one_subject_one_time_and_one_vault() -> None:
    key = OpenRecoveryKey(bytes(range(32)))
    public = SigningPublicKey(key.signing.public)
    consent = key.consent(VAULT, Act.OPEN, b"rec_1", AT)
    public.verify(CONSENTED_AS, consent_statement(VAULT, Act.OPEN, b"rec_1", AT), consent)
    for vault, act, subject, at in (
        (VaultId(bytes(32)), Act.OPEN, b"rec_1", AT),
        (VAULT, Act.DRILL, b"rec_1", AT),
        (VAULT, Act.OPEN, b"rec_2", AT),
        (VAULT, Act.OPEN, b"rec_1", AT + timedelta(microseconds=1)),
    ):
        with pytest.raises(BadSignature):
            public.verify(CONSENTED_AS, consent_statement(vault, act, subject, at), consent)


def test_statement_is_a_frame() -> None:
    parts = (VAULT, b"reshare", b"f" * 32, b"2026-09-01T08:00:00+00:00")
    expected = reference.frame("custody-vault/officers-statement/1", *parts)
    assert consent_statement(VAULT, Act.RESHARE, b"f" * 32, AT) == expected
