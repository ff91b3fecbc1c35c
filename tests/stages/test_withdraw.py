"""撤回: a letter its sender takes back is gone, and no old backup brings it back."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import retention
from portal.cli import main
from portal.intake.destroyed import Destroyed
from portal.intake.receipts import UnknownReceiptError, keys_of
from portal.intake.records import RESIDENT_TABLES, Addition, Contact, Letter
from portal.kernel import audit
from portal.kernel.audit import AuditEntry
from portal.kernel.database import Base
from portal.kernel.keystore import KeyStore
from portal.kernel.settings import Settings
from portal.review import evidence, letters
from portal.review.dialogue import Progress, standing
from portal.review.findings import Evidence, Finding
from portal.review.letters import Note, Reply
from portal.rounds import Phase, get_round
from portal.web.installation import Installation
from tests.makers import (
    MORNING,
    Cast,
    in_phase,
    make_addition,
    make_complaint,
    make_reader,
)
from tests.stages.review_scenes import OWN_WORDS

TEXT = "楼上天天半夜打麻将。"


def withdrawn(house: Installation, receipt: str) -> None:
    with house.sessions() as session, session.begin():
        retention.withdraw(session, house.door, receipt=receipt, today=house.today())


def opened(house: Installation) -> int:
    return house.open_letterbox(by="timetable", reason="set hour")


def handled(house: Installation, cast: Cast) -> str:
    """A letter with all that can belong to one; its receipt."""
    receipt = make_complaint(house, cast.yunxi, text=TEXT, contact="000-0000")
    make_addition(house, receipt, "昨天又打了。")
    opened(house)
    with house.sessions() as session, session.begin():
        letter = session.scalars(select(Letter)).one()
        reader = make_reader(session, house, cast.member)
        letters.reply(session, letter, reader=reader, text="几楼？")
        letters.note(session, letter, reader=reader, text="周三去看。")
        letters.read(session, letter, reader=reader)
        evidence.establish(session, letter, OWN_WORDS, reader=reader)
    make_addition(house, receipt, "六楼。")
    return receipt


def pointing_at_letters() -> list[str]:
    """Tables that know a letter."""
    return sorted(
        table.name
        for table in Base.metadata.sorted_tables
        if any(key.column.table.name == "letter" for key in table.foreign_keys)
    )


def test_everything_that_belongs_to_a_letter_goes(
    house: Installation, cast: Cast, session: Session
) -> None:
    receipt = handled(house, cast)
    kinds = (Letter, Addition, Contact, Reply, Note, Evidence)
    before = {kind: session.query(kind).count() for kind in kinds}
    assert before == dict.fromkeys(kinds, 1)
    session.rollback()
    other = make_complaint(house, cast.yunxi, text="别人的信")
    withdrawn(house, receipt)
    assert {kind: session.query(kind).count() for kind in kinds} == dict.fromkeys(
        kinds, 0
    )
    assert session.query(Finding).count() == 1  # the team's own words
    session.rollback()
    assert opened(house) == 1  # neither the letter's last addition
    assert session.query(Addition).count() == 0
    assert session.query(Letter).count() == 1
    assert standing(session, house.door, typed=other).progress is Progress.UNREAD
    assert pointing_at_letters() == sorted(
        kind.__tablename__ for kind in (Addition, Contact, Evidence, Note, Reply)
    )


def test_a_letter_in_the_box_is_taken_out_of_it(
    house: Installation, cast: Cast, session: Session
) -> None:
    receipt = make_complaint(house, cast.yunxi, text=TEXT, nonce="same")
    other = make_complaint(house, cast.yunxi, text="别人的信")
    make_addition(house, receipt, "昨天又打了。")
    rows = house.door.box.file.connection().execute("SELECT sealed FROM item")
    sealed = [bytes(row)[:64] for (row,) in rows.fetchall()]
    withdrawn(house, receipt)
    files = house.settings.instance.glob("letterbox.db*")
    left = b"".join(file.read_bytes() for file in files)
    assert sum(item in left for item in sealed) == 1
    assert house.door.box.waiting() == 1
    assert standing(session, house.door, typed=receipt).progress is Progress.WITHDRAWN
    assert standing(session, house.door, typed=other).progress is Progress.IN_BOX
    assert make_complaint(house, cast.yunxi, text=TEXT, nonce="same") == receipt
    assert opened(house) == 1


def test_what_is_withdrawn_can_neither_be_added_to_nor_withdrawn_again(
    house: Installation, cast: Cast
) -> None:
    receipt = make_complaint(house, cast.yunxi)
    withdrawn(house, receipt)
    with pytest.raises(UnknownReceiptError):
        make_addition(house, receipt, "还有")
    with pytest.raises(UnknownReceiptError):
        withdrawn(house, receipt)


def test_the_log_learns_how_many_at_the_opening_and_neither_which_nor_when(
    house: Installation, cast: Cast, session: Session
) -> None:
    receipts = [make_complaint(house, cast.yunxi, text=f"{n}") for n in range(3)]
    opened(house)
    with house.sessions() as before:
        ids = set(before.scalars(select(Letter.id)))
        entries = before.query(AuditEntry).count()
    for receipt in receipts[:2]:
        withdrawn(house, receipt)
    assert session.query(AuditEntry).count() == entries
    session.rollback()
    opened(house)
    opened(house)
    noted = session.scalars(
        select(AuditEntry).where(AuditEntry.action == retention.WITHDRAWN)
    ).all()
    assert [(entry.subject, entry.reason) for entry in noted] == [("2", "")]
    log = session.scalars(select(AuditEntry).where(AuditEntry.number > entries))
    said = "".join(f"{e.subject}{e.reason}" for e in log)
    assert [one for one in ids if one in said] == []
    assert audit.first_break(session) is None


def test_the_ledger_says_neither_order_nor_receipt(
    house: Installation, cast: Cast
) -> None:
    receipts = [make_complaint(house, cast.yunxi, text=f"{n}") for n in range(5)]
    for receipt in receipts:
        withdrawn(house, receipt)
    content = house.keystore.get("destroyed") or b""
    lines = content.decode().splitlines()
    assert lines == sorted(lines)
    assert len(lines) == 5
    for receipt in receipts:
        lookup = keys_of(house.door.pepper, receipt).lookup
        assert receipt not in content.decode()
        assert lookup.hex() not in content.decode()


def test_two_ledgers_make_one(tmp_path: Path) -> None:
    here, there = (Destroyed(KeyStore(tmp_path / name)) for name in ("a", "b"))
    here.note_letter(b"one")
    there.note_letter(b"two")
    there.note_round(7, "2026-7")
    here.merge((tmp_path / "b" / "destroyed").read_bytes())
    assert (here.has_letter(b"one"), here.has_letter(b"two")) == (True, True)
    assert (here.has_round(7, "2026-7"), here.has_round(7, "2027-1")) == (True, False)
    assert (here.withdrawals(), there.has_letter(b"one")) == (2, False)


# Backups


def run(monkeypatch: pytest.MonkeyPatch, instance: Path, *words: object) -> str:
    monkeypatch.setenv("PORTAL_INSTANCE", str(instance))
    result = CliRunner().invoke(main, [str(word) for word in words])
    assert result.exit_code == 0, result.output
    return result.output


def letters_at(instance: Path) -> list[bytes]:
    house = Installation.at(Settings.at(instance))
    with house.sessions() as session:
        found = list(session.scalars(select(Letter.lookup)))
    house.close()
    return found


@pytest.mark.parametrize("with_keys", [False, True])
def test_an_older_backup_does_not_bring_a_withdrawn_letter_back(
    house: Installation,
    cast: Cast,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    with_keys: bool,
) -> None:
    """Whether the key store lived on or its own older backup is put over it."""
    receipt = handled(house, cast)
    other = make_complaint(house, cast.yunxi, text="别人的信")
    kept = keys_of(house.door.pepper, other).lookup
    withdrawn(house, make_complaint(house, cast.yunxi, text="早就撤回的信"))
    old, keys = tmp_path / "old", tmp_path / "old.keys"
    said = run(monkeypatch, house.settings.instance, "backup", old, "--keys", keys)
    shares = [line for line in said.splitlines() if line[:2] in {"1-", "2-", "3-"}][:2]
    withdrawn(house, receipt)
    house.close()
    keystore = house.settings.keystore
    monkeypatch.setenv("PORTAL_KEYSTORE", str(keystore))
    given = ["--keys", keys, "--share", shares[0], "--share", shares[1]]
    said = run(
        monkeypatch, tmp_path / "new", "restore", old, *(given if with_keys else [])
    )
    assert "有 1 封" in said
    assert letters_at(tmp_path / "new") == [kept]
    shutil.copytree(old, tmp_path / "by hand")  # the twin: nothing replayed
    assert len(letters_at(tmp_path / "by hand")) == 2


def test_a_database_put_back_by_hand_loses_the_letter_at_the_next_opening(
    house: Installation, cast: Cast, session: Session, tmp_path: Path
) -> None:
    receipt = handled(house, cast)
    house.close()
    shutil.copy(house.settings.instance / "portal.db", tmp_path / "portal.db")
    withdrawn(house, receipt)
    house.close()
    for file in house.settings.instance.glob("portal.db*"):
        file.unlink()
    shutil.copy(tmp_path / "portal.db", house.settings.instance / "portal.db")
    assert session.query(Letter).count() == 1
    session.rollback()
    opened(house)
    assert session.query(Letter).count() == 0


def test_a_purged_round_stays_purged(
    house: Installation, cast: Cast, session: Session, tmp_path: Path
) -> None:
    """Rows and keys, though an old copy of both is put back."""
    handled(house, cast)
    in_phase(house, cast.round_id, Phase.ARCHIVED)
    house.close()
    old = tmp_path / "old"
    shutil.copytree(house.settings.instance, old)
    round_ = get_round(session, cast.round_id)
    retention.purge(session, house.keystore, round_, by="cli", now=MORNING)
    session.commit()
    ledger = house.keystore.get("destroyed") or b""
    back = Installation.at(Settings.at(old))
    assert back.keystore.names("rounds") != []
    Destroyed(back.keystore).merge(ledger)
    opened(back)
    with back.sessions() as restored:
        kinds = [kind for kind in RESIDENT_TABLES if kind.__tablename__ != "response"]
        assert [restored.query(kind).count() for kind in kinds] == [0] * len(kinds)
    assert back.keystore.names("rounds") == []
    back.close()
