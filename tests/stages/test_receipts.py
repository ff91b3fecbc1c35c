"""A receipt forgives how it is typed and catches what is mistyped."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.intake.receipts import (
    DIGITS,
    MistypedReceiptError,
    keys_of,
    receipt_for,
    typed_receipt,
)
from portal.kernel.codes import has_right_check_digits, in_fours, with_check_digits

PEPPER = bytes(range(32))
CHINESE = str.maketrans("0123456789", "零一二三四五六七八九")
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
receipts = st.integers(0, 10**18 - 1).map(lambda n: with_check_digits(f"{n:018d}"))
few = settings(max_examples=100, deadline=None)


def single_errors(receipt: str) -> list[str]:
    return [
        receipt[:i] + digit + receipt[i + 1 :]
        for i in range(len(receipt))
        for digit in "0123456789"
        if digit != receipt[i]
    ]


def transpositions(receipt: str) -> list[str]:
    return [
        receipt[:i] + receipt[i + 1] + receipt[i] + receipt[i + 2 :]
        for i in range(len(receipt) - 1)
        if receipt[i] != receipt[i + 1]
    ]


@few
@given(receipts)
def test_every_single_digit_error_is_caught(receipt: str) -> None:
    assert [w for w in single_errors(receipt) if has_right_check_digits(w)] == []


@few
@given(receipts)
def test_every_adjacent_transposition_is_caught(receipt: str) -> None:
    assert [w for w in transpositions(receipt) if has_right_check_digits(w)] == []


def test_a_plain_digit_sum_would_miss_transpositions() -> None:
    """The leaking twin: a check by digit sum, which the same errors slip through."""

    def check(digits: str) -> bool:
        return sum(map(int, digits[:-2])) % 97 == int(digits[-2:])

    receipt = f"{123456789012345678:018d}{sum(map(int, '123456789012345678')):02d}"
    assert check(receipt)
    assert [w for w in transpositions(receipt) if check(w)] != []


@few
@given(receipts, st.sampled_from(["", " ", "-", "\u3000", "\n", "，", "·"]))
def test_gaps_width_and_chinese_numerals_are_forgiven(receipt: str, gap: str) -> None:
    grouped = in_fours(receipt).replace(" ", gap)
    assert typed_receipt(grouped) == receipt
    assert typed_receipt(grouped.translate(FULL_WIDTH)) == receipt
    assert typed_receipt(grouped.translate(CHINESE)) == receipt
    assert typed_receipt(grouped.replace("0", "〇")) == receipt


@pytest.mark.parametrize(
    "typed", ["", "1234", "没有", "1" * 19, "1" * 21, "1" * 20, "²" * 20]
)
def test_what_is_no_receipt_is_refused_before_any_work(typed: str) -> None:
    with pytest.raises(MistypedReceiptError):
        typed_receipt(typed)


@few
@given(st.text(), st.binary())
def test_a_receipt_is_always_twenty_digits_that_check(
    nonce: str, content: bytes
) -> None:
    receipt = receipt_for(PEPPER, nonce, content)
    assert len(receipt) == DIGITS
    assert typed_receipt(receipt) == receipt
    assert receipt_for(PEPPER, nonce, content) == receipt


def test_pepper_nonce_and_content_each_make_another_receipt() -> None:
    made = {
        receipt_for(pepper, nonce, content)
        for pepper in (PEPPER, bytes(32))
        for nonce in ("a", "b")
        for content in (b"x", b"y")
    }
    assert len(made) == 8


def test_nonce_and_content_do_not_run_into_each_other() -> None:
    assert receipt_for(PEPPER, "ab", b"c") != receipt_for(PEPPER, "a", b"bc")


def test_the_look_up_tells_nothing_of_the_reply_key() -> None:
    keys = keys_of(PEPPER, receipt_for(PEPPER, "nonce", b"content"))
    assert len({keys.lookup, keys.pair.seed, keys.pair.public}) == 3
    assert keys.lookup not in keys.pair.seed


def test_another_pepper_opens_something_else() -> None:
    receipt = receipt_for(PEPPER, "nonce", b"content")
    assert keys_of(PEPPER, receipt) == keys_of(PEPPER, receipt)
    assert keys_of(bytes(32), receipt).lookup != keys_of(PEPPER, receipt).lookup
