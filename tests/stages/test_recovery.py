"""Recovery shares: any two are the key, one alone says nothing."""

from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.kernel.recovery import ShareError, join, split

keys = st.binary(min_size=32, max_size=32)
few = settings(max_examples=100, deadline=None)


@few
@given(keys)
def test_any_two_of_three_are_the_key(key: bytes) -> None:
    shares = split(key)
    assert {join(pair) for pair in permutations(shares, 2)} == {key}


@few
@given(keys, keys, st.integers(0, 2))
def test_one_alone_fits_every_key(key: bytes, other: bytes, held: int) -> None:
    """For any other key there is a second share that makes it with the one held."""
    mine = split(key)[held]
    parts = bytes.fromhex(mine[2:])
    missing = bytes(
        a ^ b ^ c for a, b, c in zip(parts, parts[32:], other, strict=False)
    )
    second = f"{(held + 1) % 3 + 1}-{(parts[32:] + missing).hex()}"
    assert join((mine, second)) == other


@few
@given(keys)
def test_shares_of_one_key_are_different_every_time(key: bytes) -> None:
    first, second = split(key), split(key)
    assert set(first) & set(second) == set()
    assert [key.hex().upper() in share for share in first] == [False] * 3


def test_a_key_cut_in_three_would_show_a_third() -> None:
    """The leaking twin: a piece of a cut key is a piece of the key."""
    key = bytes(range(32))
    piece = key[:16].hex().upper()
    assert piece in key.hex().upper()
    assert all(piece not in share for share in split(key))


def test_a_share_is_typed_forgivingly() -> None:
    key = bytes(range(32))
    one, two, _ = split(key)
    spaced = " ".join(one[i : i + 4] for i in range(0, len(one), 4))
    assert join((f"  {spaced.lower()}\n", two)) == key
    assert join((one.replace("0", "O"), two)) == key


def test_what_are_not_two_shares_is_refused() -> None:
    one, two, three = split(bytes(32))
    other = split(bytes(32))[1]
    for wrong in (
        (one, one),
        (one, other),
        (one, ""),
        (one, "4" + two[1:]),
        (one, two[:-2]),
        (one, two[:-1] + "G"),
        (one, "2-" + three[2:]),
    ):
        with pytest.raises(ShareError):
            join(wrong)
