from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault.domain.secret import Secret
from vault.errors import InvalidInput
from vault.sealing.backup_codes import parse_backup_codes


def codes(text: str) -> list[str]:
    return [code.reveal() for code in parse_backup_codes(Secret(text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("abcd-efgh\nijkl-mnop\n", ["abcd-efgh", "ijkl-mnop"]),
        ("abcdefgh   ijklmnop\r\nqrstuvwx\tyzabcdef", ["abcdefgh", "ijklmnop", "qrstuvwx", "yzabcdef"]),
        ("12345678, 87654321", ["12345678", "87654321"]),
        ("1. abcd-efgh\n2. ijkl-mnop", ["abcd-efgh", "ijkl-mnop"]),
        ("1. abcd-efgh   3. ijkl-mnop\n10) qrst-uvwx", ["abcd-efgh", "ijkl-mnop", "qrst-uvwx"]),
        ("1.abcd-efgh\n2:ijkl-mnop", ["abcd-efgh", "ijkl-mnop"]),
        ("\u2022 abcdefgh\n- ijklmnop\n* qrstuvwx\n[ ] yzabcdef\n\u2610 ghijklmn",
         ["abcdefgh", "ijklmnop", "qrstuvwx", "yzabcdef", "ghijklmn"]),
        ("1234 5678\n8765 4321", ["1234 5678", "8765 4321"]),
        ("1. 1234 5678   2. 8765 4321", ["1234 5678", "8765 4321"]),
        ("\n\nABCdef123\n\n", ["ABCdef123"]),
    ],
)  # fmt: skip
def test_a_list_is_read_as_platforms_print_it(text: str, expected: list[str]) -> None:
    assert codes(text) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the list of backup codes is empty"),
        ("1.\n2.\n", "the list of backup codes is empty"),
        ("\n".join(f"code{at:04}" for at in range(51)), "the list has 51 backup codes; at most 50"),
        ("abcd-efgh\nijkl-mnop\nabcd-efgh", "the backup code on line 3 is the same as one on line 1"),
        ("abcd-efgh\nABCDEFGH", "the backup code on line 2 is the same as one on line 1"),
        ("1234 5678\n12345678", "line 1 has something that is not a backup code"),
        ("abcdefgh\nabc", "line 2 has something that is not a backup code"),
        ("abcdefgh\n1234", "line 2 has something that is not a backup code"),
        ("1234 5678 9012", "line 1 has something that is not a backup code"),
        ("a" * 65, "line 1 has something that is not a backup code"),
        ("abcd--efgh", "line 1 has something that is not a backup code"),
        ("abcdefg\uff11", "line 1 has something that is not a backup code"),
        ("Keep these codes somewhere safe", "line 1 has something that is not a backup code"),
    ],
)
def test_what_is_no_list_of_codes_is_refused_by_line(text: str, message: str) -> None:
    """B1: and nothing of it is repeated."""
    with pytest.raises(InvalidInput, match=message) as caught:
        codes(text)
    assert not any(word in str(caught.value) for word in text.split() if len(word) > 5)


def test_fifty_codes_are_taken() -> None:
    assert len(codes("\n".join(f"code{at:04}" for at in range(50)))) == 50


@given(st.text(max_size=200))
def test_any_text_is_a_list_or_a_typed_error(text: str) -> None:
    try:
        found = codes(text)
    except InvalidInput:
        return
    assert 1 <= len(found) <= 50
    assert all(code.isascii() and 6 <= len(code) <= 64 for code in found)
