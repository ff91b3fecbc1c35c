"""Promise 3: a thief of database, disk or backup reads nothing.

The thief tries every 32 bytes they find, and what derives from them, on everything
that is sealed, until nothing more opens; then looks for words they know.
"""

import json
import resource
import shutil
import sqlite3
from base64 import b64decode
from binascii import Error
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from itertools import product
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, text

from portal import entrances
from portal.cli import running
from portal.intake.receipts import keys_of
from portal.intake.records import Contact, Letter, Remark
from portal.kernel import sealing
from portal.kernel.sealing import KeyPair, UnreadableError, derive, seal, unpad
from portal.people import sessions
from portal.review import letters
from portal.rounds.keys import destroy_texts
from portal.web.installation import Installation
from tests.house import thief
from tests.makers import (
    Cast,
    make_addition,
    make_answers,
    make_complaint,
    make_reader,
    signed_in,
)

LETTER, CONTACT, REMARK = "电动车占道甲字信", "微信号乙字联系", "路灯不亮丙字附言"
REPLY, NOTE, WAITING = "已约物业丁字回话", "再问居委戊字备注", "还在箱里己字信"
ADDED, LATER = "又占道了庚字补充", "还在箱里辛字补充"
OPENED = [LETTER, CONTACT, REMARK, REPLY, NOTE, ADDED]
IN_BOX = [WAITING, LATER]
NONCE = "the first letter's"
PURPOSES = ("totp", "session", "receipt", "form token", "letterbox")


@pytest.fixture
def written(house: Installation, cast: Cast, app: Flask) -> Path:
    """Letter, contact, remark, reply, note, addition; one letter and one addition
    waiting; a member signed in.
    """
    receipt = make_complaint(
        house, cast.yunxi, text=LETTER, contact=CONTACT, nonce=NONCE
    )
    make_addition(house, receipt, ADDED)
    make_answers(house, cast.yunxi, overall="good", more=REMARK)
    house.open_letterbox(by="timetable", reason="set hour")
    with house.sessions() as session, session.begin():
        letter = session.scalars(select(Letter)).one()
        reader = make_reader(session, house, cast.member)
        letters.read(session, letter, reader=reader)
        letters.reply(session, letter, reader=reader, text=REPLY)
        letters.note(session, letter, reader=reader, text=NOTE)
    make_complaint(house, cast.yunxi, text=WAITING)
    make_addition(house, receipt, LATER)
    signed_in(app, house, cast.member)
    return house.settings.instance


class Thief:
    """Somebody with a folder and perhaps with secrets of a person."""

    def __init__(self, folder: Path, *secrets: bytes) -> None:
        store = [path for path in (folder / "keystore").rglob("*") if path.is_file()]
        self._sealed = {
            *_values(folder.glob("*.db*")),
            *(p.read_bytes() for p in store),
        }
        self._secrets = {value for value in self._sealed if len(value) == 32}
        self._secrets.update(secrets)
        self._plain = dict.fromkeys(thief.files_of(folder).values())

    def words(self) -> list[str]:
        """Which of the known words can be read, sealed or not."""
        tried: set[tuple[bytes, bytes]] = set()
        while fresh := set(product(self._secrets, self._sealed)) - tried:
            tried |= fresh
            for secret in {secret for secret, _ in fresh}:
                self._try(secret, [sealed for s, sealed in fresh if s == secret])
        pieces = {str(i): piece for i, piece in enumerate(self._plain)}
        known = (*OPENED, *IN_BOX)
        return [w for w in known if thief.found(pieces, thief.patterns_of([w]))]

    def _try(self, secret: bytes, on: Iterable[bytes]) -> None:
        pair = KeyPair(secret)
        keys = [secret, *(derive(secret, purpose) for purpose in PURPOSES)]
        for sealed in [value for value in on if len(value) > 40]:
            for message in _opened(sealed, pair, keys):
                parts = {message, unpad(message), *_parts(unpad(message))}
                self._plain |= dict.fromkeys(parts)
                self._secrets |= {part for part in parts if len(part) == 32}
                self._sealed |= parts


def _values(files: Iterable[Path]) -> Iterator[bytes]:
    """Every binary value in every table of SQLite files."""
    for file in [f for f in files if f.suffix == ".db"]:
        with closing(sqlite3.connect(file)) as connection:
            tables = connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table'"
            )
            for (table,) in tables.fetchall():
                for row in connection.execute(f'SELECT * FROM "{table}"'):  # noqa: S608
                    yield from (value for value in row if isinstance(value, bytes))


def _opened(sealed: bytes, pair: KeyPair, keys: list[bytes]) -> Iterator[bytes]:
    with suppress(UnreadableError):
        yield pair.open(sealed)
    for key in keys:
        with suppress(UnreadableError):
            yield sealing.unlock(sealed, key)


def _parts(message: bytes) -> Iterator[bytes]:
    """What an item of the letterbox holds."""
    try:
        item = json.loads(message)
    except ValueError:
        return
    texts = [
        item.get("text"),
        item.get("contact"),
        item.get("content"),
        item.get("echo"),
        *(t for _, t in item.get("texts", [])),
    ]
    for part in texts if isinstance(item, dict) else []:
        with suppress(Error, TypeError):
            yield b64decode(part)


def stolen(folder: Path, to: Path, *, keystore: bool) -> Path:
    """A copy of the instance folder, with or without the key store."""
    leave = [] if keystore else ["keystore"]
    return Path(shutil.copytree(folder, to, ignore=shutil.ignore_patterns(*leave)))


def test_database_and_box_alone_say_nothing(written: Path, tmp_path: Path) -> None:
    assert Thief(stolen(written, tmp_path / "loot", keystore=False)).words() == []


def test_a_database_backup_alone_says_nothing(written: Path, tmp_path: Path) -> None:
    (tmp_path / "loot").mkdir()
    with closing(sqlite3.connect(written / "portal.db")) as connection:
        connection.execute("VACUUM INTO ?", (str(tmp_path / "loot/portal.db"),))
    assert Thief(tmp_path / "loot").words() == []


def test_the_key_store_without_a_password_does_not_help(
    written: Path, tmp_path: Path
) -> None:
    assert Thief(stolen(written, tmp_path / "loot", keystore=True)).words() == []


def test_who_is_not_of_the_team_does_not_help_the_thief(
    written: Path, tmp_path: Path, cast: Cast
) -> None:
    others = [cast.players[n].seed for n in ("admin", "office", "chief", "stranger")]
    loot = stolen(written, tmp_path / "loot", keystore=True)
    assert Thief(loot, *others).words() == []


def test_a_readers_keys_open_their_letters(
    written: Path, tmp_path: Path, cast: Cast
) -> None:
    """The twin that proves the thief able: with what a password opens, all is read."""
    loot = stolen(written, tmp_path / "loot", keystore=True)
    assert Thief(loot, cast.member.seed).words() == [*OPENED, *IN_BOX]


def test_a_readers_keys_without_the_key_store_open_nothing(
    written: Path, tmp_path: Path, cast: Cast
) -> None:
    loot = stolen(written, tmp_path / "loot", keystore=False)
    assert Thief(loot, *(p.seed for p in cast.players.values())).words() == []


def test_a_receipt_opens_what_was_said_to_and_by_its_holder_and_no_letter(
    house: Installation, cast: Cast, written: Path, tmp_path: Path
) -> None:
    """The reply key alone; with the key store also what waits in the box."""
    receipt = make_complaint(  # the same form again: the same receipt
        house, cast.yunxi, text=LETTER, contact=CONTACT, nonce=NONCE
    )
    seed = keys_of(house.door.pepper, receipt).pair.seed
    alone = stolen(written, tmp_path / "alone", keystore=False)
    assert Thief(alone, seed).words() == [REPLY, ADDED]
    whole = stolen(written, tmp_path / "whole", keystore=True)
    assert Thief(whole, seed).words() == [REPLY, ADDED, LATER]


def test_a_signed_in_members_cookie_opens_their_letters(
    house: Installation, written: Path, tmp_path: Path, cast: Cast
) -> None:
    """What is said of a session: the cookie is the key, the server has only a lock."""
    with house.sessions() as session, session.begin():
        token = sessions.begin(
            session, cast.mate.staff(session), cast.mate.pair, now=house.clock()
        )
    loot = stolen(written, tmp_path / "loot", keystore=True)
    assert Thief(loot).words() == []
    assert LETTER in Thief(loot, token.encode()).words()


def test_a_column_that_is_not_sealed_is_found(
    house: Installation, written: Path, tmp_path: Path
) -> None:
    with house.engine.begin() as connection:
        connection.execute(
            text("UPDATE letter SET category = :words"), {"words": LETTER}
        )
    assert Thief(stolen(written, tmp_path / "loot", keystore=False)).words() == [LETTER]


def test_a_community_key_kept_on_the_server_is_found(
    house: Installation, written: Path, tmp_path: Path, cast: Cast
) -> None:
    """The twin that keeps the seed it should forget."""
    with house.sessions() as session:
        place_id = entrances.entrance(session, cast.yunxi).place_id
    house.keystore.put("cache", thief.keys_of(house, cast)[place_id].seed)
    loot = stolen(written, tmp_path / "loot", keystore=True)
    assert set(Thief(loot).words()) >= {LETTER, CONTACT, REMARK, NOTE, ADDED, *IN_BOX}


def test_a_server_that_dies_leaves_no_image_of_its_memory(
    house: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits: list[tuple[int, tuple[int, int]]] = []
    served: list[int] = []

    class Server:
        def run(self) -> None:
            served.append(len(limits))

    monkeypatch.setattr(resource, "setrlimit", lambda *limit: limits.append(limit))
    monkeypatch.setattr(running, "listening", lambda *_, **__: Server())
    running.run(house, "127.0.0.1", 0)
    assert limits == [(resource.RLIMIT_CORE, (0, 0))]
    assert served == [1]  # before anything was opened


# Recusal and destruction


def test_the_recused_have_no_wrap(house: Installation, cast: Cast) -> None:
    with house.sessions() as session:
        place_id = entrances.entrance(session, cast.liutang).place_id
    folder = f"rounds/{cast.round_id}/{place_id}"
    assert house.keystore.names(folder) == [
        f"{folder}/{cast.member.staff_id}",
        f"{folder}/{cast.mate.staff_id}",
    ]


def test_a_recused_member_with_everything_stolen_reads_nothing(
    house: Installation, cast: Cast, tmp_path: Path
) -> None:
    make_complaint(house, cast.liutang, text=LETTER)
    house.open_letterbox(by="timetable", reason="set hour")
    loot = stolen(house.settings.instance, tmp_path / "loot", keystore=True)
    assert Thief(loot, cast.recused.seed).words() == []
    assert Thief(loot, cast.mate.seed).words() == [LETTER]


def test_destroyed_keys_destroy_the_texts_of_every_backup(
    house: Installation, written: Path, tmp_path: Path, cast: Cast
) -> None:
    before = stolen(written, tmp_path / "before", keystore=True)
    destroy_texts(house.keystore, cast.round_id)
    shutil.copytree(before, tmp_path / "restored")
    shutil.rmtree(tmp_path / "restored/keystore")
    shutil.copytree(written / "keystore", tmp_path / "restored/keystore")
    seeds = [player.seed for player in cast.players.values()]
    assert Thief(tmp_path / "restored", *seeds).words() == []
    assert Thief(before, *seeds).words() == [*OPENED, *IN_BOX]  # the older key store


# Lengths


def lengths(house: Installation) -> set[int]:
    with house.sessions() as session:
        rows = [
            *session.scalars(select(Letter.sealed)),
            *session.scalars(select(Contact.sealed)),
            *session.scalars(select(Remark.sealed)),
        ]
    return {len(row) for row in rows}


def test_lengths_of_sealed_texts_fall_in_few_classes(
    house: Installation, cast: Cast
) -> None:
    sizes = (1, 20, 84, 85, 86, 200, 341, 342, 700, 1365, 1366, 3000, 5000)
    for size in sizes:
        make_complaint(
            house, cast.yunxi, text="灯" * size, contact="1" * (size % 90 + 1)
        )
    for size in (1, 30, 85, 200, 342, 1000):
        make_answers(house, cast.yunxi, more="灯" * size)
    house.open_letterbox(by="timetable", reason="set hour")
    assert lengths(house) == {48 + size for size in (256, 1024, 4096, 16384)}


def test_texts_that_are_not_padded_show_their_lengths() -> None:
    """The leaking twin."""
    pair = KeyPair.make()
    sizes = (1, 20, 84, 85, 86)
    bare = {len(seal(("灯" * size).encode(), pair.public)) for size in sizes}
    assert len(bare) == len(sizes)
