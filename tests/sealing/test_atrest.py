from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sealing import reference
from tests.sealing.stream import Stream
from vault.errors import CannotOpen, InvalidInput
from vault.sealing.atrest import OVERHEAD, StorageKeyring

KEYRING = StorageKeyring.make(Stream("keyring"))
TURNED = KEYRING.with_new_term()
TEXT = TURNED.to_text()
CONTEXT = "entry 7"


def terms(keyring: StorageKeyring) -> dict[int, bytes]:
    lines = [line.split() for line in keyring.to_text().splitlines()]
    return {int(line[1]): bytes.fromhex(line[2]) for line in lines if line[0] == "term"}


def with_check(*lines: str) -> str:
    check = hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]
    return "\n".join([*lines, f"check {check}", ""])


@given(st.text(max_size=20).filter(lambda text: text.isprintable()), st.binary(max_size=100))
def test_what_is_encrypted_decrypts_here_and_in_the_second_implementation(context: str, plaintext: bytes) -> None:
    sealed = TURNED.encrypt(context, plaintext)
    assert len(sealed) == len(plaintext) + OVERHEAD
    assert TURNED.decrypt(context, sealed) == plaintext
    assert reference.decrypt_at_rest(terms(TURNED)[2], context, sealed) == plaintext


def test_the_newest_term_encrypts_and_older_ones_decrypt() -> None:
    old = KEYRING.encrypt(CONTEXT, b"old")
    new = TURNED.encrypt(CONTEXT, b"new")
    assert (old[1:5], new[1:5]) == (b"\0\0\0\1", b"\0\0\0\2")
    assert (KEYRING.newest, TURNED.newest) == (1, 2)
    assert (TURNED.decrypt(CONTEXT, old), TURNED.decrypt(CONTEXT, new)) == (b"old", b"new")


def test_a_term_that_is_not_in_the_keyring_is_named_so() -> None:
    with pytest.raises(CannotOpen, match="entry 7 is stored under a term that this storage key does not have"):
        KEYRING.decrypt(CONTEXT, TURNED.encrypt(CONTEXT, b"new"))


def test_the_same_text_is_never_the_same_ciphertext() -> None:
    """A16"""
    assert KEYRING.encrypt(CONTEXT, b"text") != KEYRING.encrypt(CONTEXT, b"text")


def test_another_context_or_keyring_decrypts_nothing() -> None:
    """A5, A16"""
    sealed = KEYRING.encrypt(CONTEXT, b"text")
    with pytest.raises(CannotOpen, match="entry 8 does not open with the storage key"):
        KEYRING.decrypt("entry 8", sealed)
    with pytest.raises(CannotOpen, match="entry 7 does not open with the storage key"):
        StorageKeyring.make(Stream("another")).decrypt(CONTEXT, sealed)


def test_every_flipped_byte_is_refused() -> None:
    """A10"""
    sealed = TURNED.encrypt(CONTEXT, b"text")
    for at in range(len(sealed)):
        for bit in (1, 128):
            altered = sealed[:at] + bytes((sealed[at] ^ bit,)) + sealed[at + 1 :]
            with pytest.raises(CannotOpen, match="entry 7"):
                TURNED.decrypt(CONTEXT, altered)


@given(st.binary(max_size=80))
def test_random_bytes_never_decrypt(sealed: bytes) -> None:
    """A10"""
    for each in (sealed, b"\x01\0\0\0\x01" + sealed):
        with pytest.raises(CannotOpen, match="entry 7"):
            TURNED.decrypt(CONTEXT, each)


def test_the_text_of_a_keyring_is_the_keyring() -> None:
    for text in (TEXT, TEXT.replace("\n", "\r\n"), f"  {TEXT}\n\n"):
        again = StorageKeyring.parse(text)
        assert again.to_text() == TEXT
        assert again.decrypt(CONTEXT, KEYRING.encrypt(CONTEXT, b"text")) == b"text"


def test_the_text_has_its_layout() -> None:
    title, pepper, first, second, check = TEXT.splitlines()
    assert title == "custody-storage-key 1"
    assert pepper == f"pepper {TURNED.pepper.hex()}"
    assert [line.split()[:2] for line in (first, second)] == [["term", "1"], ["term", "2"]]
    assert with_check(title, pepper, first, second) == TEXT
    assert len(check) == len("check ") + 16


def test_every_changed_character_of_the_text_is_noticed() -> None:
    """A10"""
    for at, character in enumerate(TEXT.rstrip()):
        for other in ("0", "1", "z"):
            if character not in {other, " ", "\n"}:
                with pytest.raises(InvalidInput, match="the storage key"):
                    StorageKeyring.parse(TEXT[:at] + other + TEXT[at + 1 :])


LINES = TEXT.splitlines()[:-1]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not in a form that this program knows"),
        ("custody-storage-key 2\n" + TEXT.split("\n", 1)[1], "not in a form that this program knows"),
        (with_check(*LINES[:2]), "lacks a line or has one twice"),
        (with_check(LINES[0], *LINES[2:]), "lacks a line or has one twice"),
        ("\n".join(LINES), "lacks a line or has one twice"),
        (with_check(*LINES, LINES[-1]), "lacks a line or has one twice"),
        (with_check(LINES[0], LINES[2], LINES[1], LINES[3]), "checksum does not fit"),
        (with_check(LINES[0], LINES[1], LINES[3], LINES[2]), "checksum does not fit"),
        (with_check(*LINES, "term 0 " + "0" * 64), "line 5 of the storage key is damaged"),
        (with_check(*LINES, "term 03 " + "0" * 64), "line 5 of the storage key is damaged"),
        (with_check(*LINES, "term 3 " + "0" * 62), "line 5 of the storage key is damaged"),
        (with_check(*LINES, "term 3 " + "\uff10" * 64), "line 5 of the storage key is damaged"),
        (TEXT[:-10], "line 5 of the storage key is damaged"),
        (TEXT.replace("pepper", "salt"), "line 2 of the storage key is damaged"),
    ],
)
def test_a_damaged_text_is_refused_in_words(text: str, message: str) -> None:
    with pytest.raises(InvalidInput, match=message) as caught:
        StorageKeyring.parse(text)
    assert caught.value.hint is not None
    assert TURNED.pepper.hex() not in str(caught.value)


@given(st.text(max_size=300))
def test_any_text_is_a_keyring_or_a_typed_error(text: str) -> None:
    for each in (text, f"custody-storage-key 1\n{text}"):
        with pytest.raises(InvalidInput):
            StorageKeyring.parse(each)


def test_a_mark_is_sixteen_bytes_and_agrees_with_the_second_implementation() -> None:
    made = KEYRING.mark("account.handle", "ridge_high")
    assert len(made) == 16
    assert made == reference.mark(KEYRING.pepper, "account.handle", "ridge_high")


def test_a_mark_survives_new_terms_and_the_end_of_the_first() -> None:
    made = KEYRING.mark("account.handle", "ridge_high")
    assert TURNED.mark("account.handle", "ridge_high") == made
    only_second = StorageKeyring({2: terms(TURNED)[2]}, TURNED.pepper)
    assert only_second.mark("account.handle", "ridge_high") == made


def test_a_mark_depends_on_context_text_and_pepper() -> None:
    """A16"""
    other = StorageKeyring(terms(KEYRING), b"q" * 32)
    marks = {
        KEYRING.mark("account.handle", "ridge_high"),
        KEYRING.mark("account.name", "ridge_high"),
        KEYRING.mark("account.handle", "ridge_low"),
        KEYRING.mark("account.handler", "idge_high"),
        other.mark("account.handle", "ridge_high"),
    }
    assert len(marks) == 5
