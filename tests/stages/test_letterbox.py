"""意见箱: what falls in stays until it is copied, and then leaves no trace."""

import secrets
import threading
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from portal.intake.letterbox import Letterbox
from portal.kernel.keystore import KeyStore
from portal.kernel.sealing import KeyPair

TODAY = date(2026, 3, 2)


@pytest.fixture
def keystore(tmp_path: Path) -> KeyStore:
    return KeyStore(tmp_path / "keystore")


@pytest.fixture
def box(tmp_path: Path, keystore: KeyStore) -> Iterator[Letterbox]:
    box = Letterbox(tmp_path / "letterbox.db", keystore)
    yield box
    box.file.close()


def opened(box: Letterbox) -> dict[bytes, bytes]:
    """Empty the box as an opening does; what came out."""
    found: dict[bytes, bytes] = {}
    for opening in box.turn_key():
        found |= box.content(opening).messages
        box.sweep(opening, today=TODAY)
    return found


def test_what_is_dropped_comes_out_once(box: Letterbox) -> None:
    assert box.drop(b"one", "路灯不亮".encode())
    assert box.drop(b"two", b"")
    assert opened(box) == {b"one": "路灯不亮".encode(), b"two": b""}
    assert opened(box) == {}
    assert box.waiting() == 0


def test_the_same_key_falls_in_once(box: Letterbox) -> None:
    assert box.drop(b"one", b"first")
    assert not box.drop(b"one", b"again")
    assert box.waiting() == 1
    assert opened(box) == {b"one": b"first"}


def test_a_retry_after_the_opening_is_no_second_letter(box: Letterbox) -> None:
    box.drop(b"one", b"first")
    opened(box)
    assert not box.drop(b"one", b"first")
    assert box.waiting() == 0


def test_keys_are_forgotten_when_no_form_can_come_again(box: Letterbox) -> None:
    box.drop(b"one", b"first")
    opened(box)
    box.forget_spent(before=TODAY)
    assert not box.drop(b"one", b"first")
    box.forget_spent(before=TODAY + timedelta(days=1))
    assert box.drop(b"one", b"first")


def test_holds_says_what_waits(box: Letterbox) -> None:
    box.drop(b"one", b"first")
    assert box.holds(b"one")
    assert not box.holds(b"two")
    opened(box)
    assert not box.holds(b"one")


def test_an_empty_box_has_nothing_to_open_and_keeps_its_key(
    box: Letterbox, keystore: KeyStore
) -> None:
    assert box.turn_key() == []
    before = keystore.names()
    assert box.turn_key() == []
    assert keystore.names() == before == ["letterbox/1"]


def test_newcomers_after_the_key_was_turned_wait_for_the_next_opening(
    box: Letterbox,
) -> None:
    box.drop(b"one", b"first")
    (opening,) = box.turn_key()
    box.drop(b"two", b"second")
    assert box.content(opening).messages == {b"one": b"first"}
    box.sweep(opening, today=TODAY)
    assert box.waiting() == 1
    assert opened(box) == {b"two": b"second"}


def test_the_key_of_an_opening_is_destroyed_with_the_sweep(
    box: Letterbox, keystore: KeyStore
) -> None:
    box.drop(b"one", b"first")
    (opening,) = box.turn_key()
    assert keystore.names() == ["letterbox/1", "letterbox/2"]
    box.sweep(opening, today=TODAY)
    assert keystore.names() == ["letterbox/2"]


def test_a_key_left_by_a_crash_goes_with_the_next_sweep(
    box: Letterbox, keystore: KeyStore
) -> None:
    box.drop(b"one", b"first")
    (opening,) = box.turn_key()
    seed = keystore.get("letterbox/1") or b""
    box.sweep(opening, today=TODAY)
    keystore.put("letterbox/1", seed)  # as if the process had died before destroying
    box.drop(b"two", b"second")
    opened(box)
    assert keystore.names() == ["letterbox/3"]


def test_a_copy_of_the_box_cannot_be_read_after_the_opening(
    box: Letterbox, keystore: KeyStore
) -> None:
    box.drop(b"one", b"first")
    sealed = box.file.connection().execute("SELECT sealed FROM item").fetchone()[0]
    seed = keystore.get("letterbox/1") or b""
    assert b"first" in KeyPair(seed).open(sealed)  # before, its key opens it
    opened(box)
    left = [keystore.get(name) or b"" for name in keystore.names()]
    assert seed not in left


def test_what_cannot_be_read_stays_and_is_reported(
    box: Letterbox, keystore: KeyStore
) -> None:
    box.drop(b"one", b"first")
    box.drop(b"two", b"second")
    with box.file.writing() as file:
        file.execute("UPDATE item SET sealed = x'00' WHERE key = ?", (b"two",))
    (opening,) = box.turn_key()
    content = box.content(opening)
    assert (content.messages, content.unreadable) == ({b"one": b"first"}, 1)
    box.sweep(opening, today=TODAY)
    assert box.holds(b"two")
    assert not box.drop(b"two", b"second")
    assert "letterbox/1" in keystore.names()
    assert opened(box) == {}
    assert box.holds(b"two")


def test_letters_whose_key_was_away_come_out_when_it_is_back(
    box: Letterbox, keystore: KeyStore
) -> None:
    box.drop(b"one", b"first")
    seed = keystore.get("letterbox/1") or b""
    keystore.destroy("letterbox/1")
    assert opened(box) == {}
    assert box.holds(b"one")
    keystore.put("letterbox/1", seed)
    box.drop(b"two", b"second")
    assert opened(box) == {b"one": b"first", b"two": b"second"}
    assert keystore.names() == ["letterbox/3"]
    assert not box.drop(b"one", b"first")


def test_nothing_of_the_content_or_of_a_key_is_left_in_the_files(
    box: Letterbox, tmp_path: Path
) -> None:
    keys = [secrets.token_bytes(32) for _ in range(40)]
    for key in keys:
        box.drop(key, b"a letter")
    sealed = box.file.connection().execute("SELECT sealed FROM item").fetchall()
    opened(box)
    box.forget_spent(before=TODAY + timedelta(days=1))
    box.file.forget_order()
    left = b"".join(path.read_bytes() for path in tmp_path.glob("letterbox.db*"))
    assert [key for key in keys if key in left] == []
    assert [row for row in sealed if row[0] in left] == []


def test_items_are_as_long_as_their_size_class(box: Letterbox) -> None:
    for size in (0, 1, 255, 256, 1023, 1024, 5000, 16383):
        box.drop(size.to_bytes(4, "big"), b"x" * size)
    rows = box.file.connection().execute("SELECT DISTINCT length(sealed) FROM item")
    assert sorted(row[0] - 48 for row in rows) == [256, 1024, 4096, 16384]


def test_two_threads_dropping_during_openings_lose_nothing(
    tmp_path: Path, keystore: KeyStore
) -> None:
    box = Letterbox(tmp_path / "busy.db", keystore)
    out: list[dict[bytes, bytes]] = []

    def drop(name: bytes) -> None:
        for number in range(25):
            box.drop(name + bytes([number]), name)
        box.file.close()

    threads = [threading.Thread(target=drop, args=(n,)) for n in (b"a", b"b")]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        out.append(opened(box))
    out.append(opened(box))
    box.file.close()
    keys = [key for found in out for key in found]
    wanted = [name + bytes([n]) for name in (b"a", b"b") for n in range(25)]
    assert sorted(keys) == sorted(wanted)
    assert len(out) > 1


def test_nothing_falls_into_a_box_whose_key_did_not_come_back(
    box: Letterbox, keystore: KeyStore
) -> None:
    """Backups of the key store are without the keys of openings, on purpose."""
    box.drop(b"one", b"first")
    opened(box)
    keystore.destroy_all("letterbox")
    box.drop(b"two", b"second")
    assert opened(box) == {b"two": b"second"}
