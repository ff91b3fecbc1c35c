"""Sealed boxes, padding and derived keys."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.kernel import sealing
from portal.kernel.sealing import (
    SIZE_CLASSES,
    KeyPair,
    UnreadableError,
    derive,
    is_signed,
    lock,
    pad,
    seal,
    unlock,
    unpad,
)

few = settings(max_examples=100, deadline=None)
PAIR, OTHER = KeyPair(bytes(32)), KeyPair(bytes([1]) * 32)


@few
@given(st.binary(max_size=300))
def test_only_the_pair_opens_what_is_sealed_to_it(message: bytes) -> None:
    sealed = seal(message, PAIR.public)
    assert PAIR.open(sealed) == message
    with pytest.raises(UnreadableError):
        OTHER.open(sealed)


@few
@given(st.binary(min_size=1, max_size=64), st.data())
def test_an_altered_box_does_not_open(message: bytes, data: st.DataObject) -> None:
    sealed = bytearray(seal(message, PAIR.public))
    place = data.draw(st.integers(0, len(sealed) - 1))
    sealed[place] ^= data.draw(st.integers(1, 255))
    if place == 31:  # the top bit of an X25519 key is ignored (RFC 7748 §5)
        sealed[31] ^= 1
    with pytest.raises(UnreadableError):
        PAIR.open(bytes(sealed))


@pytest.mark.parametrize("broken", [b"", b"short", bytes(48)])
def test_what_is_no_box_does_not_open(broken: bytes) -> None:
    with pytest.raises(UnreadableError):
        PAIR.open(broken)
    with pytest.raises(UnreadableError):
        unlock(broken, bytes(32))


def test_sealing_twice_looks_different() -> None:
    assert seal(b"same", PAIR.public) != seal(b"same", PAIR.public)
    assert lock(b"same", bytes(32)) != lock(b"same", bytes(32))


@few
@given(st.binary(max_size=5000))
def test_padding_comes_off_again(message: bytes) -> None:
    assert unpad(pad(message)) == message
    assert unpad(pad(message + b"\x80\x00\x00")) == message + b"\x80\x00\x00"


@few
@given(st.binary(max_size=5000))
def test_a_padded_message_has_the_length_of_a_class(message: bytes) -> None:
    assert len(pad(message)) in SIZE_CLASSES


@pytest.mark.parametrize(
    ("size", "padded"),
    [
        (0, 256),
        (255, 256),
        (256, 1024),
        (1023, 1024),
        (1024, 4096),
        (16383, 16384),
        (65535, 65536),
        (65536, 2 * 65536),
        (131071, 2 * 65536),
        (131072, 3 * 65536),
    ],
)
def test_classes_are_counted_in_bytes(size: int, padded: int) -> None:
    assert len(pad(bytes(size))) == padded


def test_a_class_is_counted_in_bytes_and_not_in_characters() -> None:
    """100 characters are 300 bytes: another class than 100 letters."""
    assert len(pad(("灯" * 100).encode())) == 1024
    assert len(pad(b"d" * 100)) == 256
    assert len(pad(("灯" * 80).encode())) == len(pad(("灯" * 2).encode()))


def test_classes_are_few_and_far_apart() -> None:
    assert all(after >= 4 * before for before, after in pairwise(SIZE_CLASSES))


def test_purposes_do_not_tell_of_each_other() -> None:
    keys = {derive(bytes(32), purpose) for purpose in ("box", "sign", "totp")}
    assert len(keys) == 3
    assert PAIR.public != PAIR.verify_key


def test_a_signature_is_of_one_key_and_one_message() -> None:
    signature = PAIR.sign(b"lists")
    assert is_signed(b"lists", signature, PAIR.verify_key)
    assert not is_signed(b"other", signature, PAIR.verify_key)
    assert not is_signed(b"lists", signature, OTHER.verify_key)
    assert not is_signed(b"lists", b"", PAIR.verify_key)
    assert not is_signed(b"lists", signature, b"no key")


def test_a_receipt_costs_less_than_a_password_and_neither_is_plain() -> None:
    assert sealing.RECEIPT_MEMORY_KIB == 8 * 1024
    assert sealing.PASSWORD_MEMORY_KIB == 64 * 1024
    key = sealing.receipt_key("1" * 20, bytes(32))
    assert key == sealing.receipt_key("1" * 20, bytes(32))
    assert key != sealing.receipt_key("1" * 20, bytes([1]) * 32)
    assert sealing.password_key("x", bytes(16)) != sealing.password_key("y", bytes(16))


def test_a_pair_does_not_print_its_seed() -> None:
    assert "seed" not in repr(KeyPair.make())
