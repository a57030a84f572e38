"""A secret is not seen by accident (B1)."""

from __future__ import annotations

import copy
import json
import logging
import pickle  # noqa: TID251 - that it refuses is what is tested
import traceback

import pytest

from vault.domain.contents import Contacts, FormerPasswords
from vault.domain.secret import Secret

CANARY = "correct-horse-canary-77"


@pytest.mark.parametrize(
    "shown",
    [
        str(Secret(CANARY)),
        repr(Secret(CANARY)),
        f"{Secret(CANARY)}",
        f"{Secret(CANARY):>40}",
        f"{Secret(CANARY)!r}",
        "%s %r" % (Secret(CANARY), Secret(CANARY)),  # noqa: UP031 - an old way to print, and one to be safe from
        repr([Secret(CANARY)]),
        repr({"password": Secret(CANARY)}),
        repr(Contacts(username=CANARY, email=CANARY, recovery=(CANARY,))),
        repr(FormerPasswords(salt=CANARY.encode(), marks=(CANARY.encode(),))),
    ],
)
def test_a_secret_prints_as_stars_whatever_prints_it(shown: str) -> None:
    """B1."""
    assert CANARY not in shown
    assert shown


def test_what_is_aligned_is_the_stars() -> None:
    assert f"{Secret(CANARY):>10}" == "  ********"


def test_a_secret_stays_out_of_logs_and_tracebacks(caplog: pytest.LogCaptureFixture) -> None:
    """B1."""
    secret = Secret(CANARY)
    with caplog.at_level(logging.DEBUG):
        try:
            raise ValueError(secret)  # noqa: TRY301 - as an inner line would
        except ValueError as error:
            logging.getLogger("vault").exception("it failed with %s", secret)
            shown = "".join(traceback.format_exception(error))
    assert "********" in caplog.text
    assert CANARY not in caplog.text + shown


def test_a_secret_is_neither_pickled_nor_copied_nor_serialised() -> None:
    secret = Secret(CANARY)
    for refuse in (pickle.dumps, copy.copy, copy.deepcopy, json.dumps, hash, vars):
        with pytest.raises(TypeError):
            refuse(secret)


def test_a_secret_has_no_order_and_no_other_attribute() -> None:
    secret = Secret(CANARY)
    with pytest.raises(TypeError):
        sorted([secret, Secret("b")])  # type: ignore[type-var]
    with pytest.raises(AttributeError):
        secret.text = CANARY  # type: ignore[attr-defined]


def test_a_secret_is_revealed_by_that_word_alone() -> None:
    assert Secret(CANARY).reveal() == CANARY
    assert len(Secret(CANARY)) == len(CANARY)


def test_secrets_are_equal_by_their_text_and_to_secrets_only() -> None:
    assert Secret(CANARY) == Secret(CANARY)
    assert Secret(CANARY) != Secret("other")
    assert Secret(CANARY) != CANARY
    assert Secret(CANARY).__eq__(CANARY) is NotImplemented


def test_the_same_typing_gives_the_same_bytes_on_every_machine() -> None:
    """B7."""
    assert Secret("e\u0301te\u0301").nfc() == Secret("\u00e9t\u00e9").nfc() == b"\xc3\xa9t\xc3\xa9"
    assert Secret("ﬁ").nfc() == "ﬁ".encode()
