"""The key store: newest version only, whole or not at all, for one user's eyes."""

import os
import stat
from pathlib import Path

import pytest

from portal.kernel.keystore import KeyStore


@pytest.fixture
def store(tmp_path: Path) -> KeyStore:
    return KeyStore(tmp_path / "keystore")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_what_is_put_is_got(store: KeyStore) -> None:
    store.put("rounds/3/7", b"secret")
    assert store.get("rounds/3/7") == b"secret"
    assert store.get("rounds/3/8") is None


def test_only_the_newest_version_is_kept(store: KeyStore) -> None:
    store.put("pepper", b"old")
    store.put("pepper", b"new")
    assert [path.read_bytes() for path in store.folder.iterdir()] == [b"new"]


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_nobody_else_may_look(store: KeyStore, umask: int) -> None:
    before = os.umask(umask)
    try:
        store.put("rounds/3/4/7", b"secret")
    finally:
        os.umask(before)
    assert mode(store.folder / "rounds/3/4/7") == 0o600
    folders = ["", "rounds", "rounds/3", "rounds/3/4"]
    assert [mode(store.folder / folder) for folder in folders] == [0o700] * 4


def test_a_put_that_dies_leaves_the_old_secret_whole(store: KeyStore) -> None:
    store.put("pepper", b"old")
    draft = store.folder / "pepper.new"
    draft.write_bytes(b"hal")  # as a power cut in the middle of writing leaves it
    assert store.get("pepper") == b"old"
    assert store.names() == ["pepper"]
    store.put("pepper", b"new")
    assert store.get("pepper") == b"new"
    assert not draft.exists()


def test_destroying_leaves_no_file_and_no_draft(store: KeyStore) -> None:
    store.put("letterbox/1", b"secret")
    (store.folder / "letterbox/1.new").write_bytes(b"secret")
    store.destroy("letterbox/1")
    store.destroy("letterbox/1")
    assert store.get("letterbox/1") is None
    assert list((store.folder / "letterbox").iterdir()) == []


def test_destroying_overwrites_what_another_handle_still_sees(store: KeyStore) -> None:
    store.put("letterbox/1", b"secret")
    with (store.folder / "letterbox/1").open("rb") as held:
        store.destroy("letterbox/1")
        assert held.read() == bytes(6)


def test_destroying_all_takes_what_lies_under_the_name_and_nothing_else(
    store: KeyStore,
) -> None:
    for name in ("rounds/3/1/7", "rounds/3/2/7", "rounds/30/1/7", "pepper"):
        store.put(name, b"secret")
    (store.folder / "rounds/3/1/8.new").write_bytes(b"secret")
    assert store.destroy_all("rounds/3") == 2
    assert store.names() == ["pepper", "rounds/30/1/7"]
    assert [p for p in (store.folder / "rounds/3").rglob("*") if p.is_file()] == []


def test_a_secret_is_made_once(store: KeyStore) -> None:
    made = store.get_or_make("pepper")
    assert len(made) == 32
    assert store.get_or_make("pepper") == made
    assert store.get_or_make("other") != made


@pytest.mark.parametrize(
    "name", ["", "/etc/passwd", "../pepper", "a/../b", "a//b", "a b", "灯", "a.new"]
)
def test_a_name_cannot_leave_the_folder(store: KeyStore, name: str) -> None:
    with pytest.raises(ValueError, match="not a key name"):
        store.put(name, b"secret")


def test_names_are_listed_by_folder(store: KeyStore) -> None:
    assert store.names() == []
    for name in ("rounds/3/7", "letterbox/2", "pepper"):
        store.put(name, b"secret")
    assert store.names() == ["letterbox/2", "pepper", "rounds/3/7"]
    assert store.names("rounds") == ["rounds/3/7"]
