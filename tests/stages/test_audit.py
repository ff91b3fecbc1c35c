"""The audit log: every change of the past shows."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from portal.kernel import audit
from portal.kernel.audit import GENESIS, AuditEntry
from portal.kernel.database import Base, engine_for
from tests.makers import MORNING

LENGTH = 6


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    engine = engine_for(f"sqlite:///{tmp_path / 'audit.db'}")
    Base.metadata.create_all(engine, tables=[Base.metadata.tables["audit_entry"]])
    with sessionmaker(engine)() as session:
        for number in range(LENGTH):
            audit.record(
                session, "member", "letter.read", subject=f"信{number}", now=MORNING
            )
        session.commit()
        yield session
    engine.dispose()


def test_entries_are_numbered_and_chained(session: Session) -> None:
    entries = session.query(AuditEntry).order_by(AuditEntry.number).all()
    assert [entry.number for entry in entries] == list(range(1, LENGTH + 1))
    assert [e.previous for e in entries] == [GENESIS, *(e.hash for e in entries[:-1])]
    assert audit.head(session) == entries[-1]
    assert audit.first_break(session) is None


def test_an_empty_log_has_no_head_and_no_break(session: Session) -> None:
    session.execute(text("DELETE FROM audit_entry"))
    assert audit.head(session) is None
    assert audit.first_break(session) is None


@pytest.mark.parametrize(
    "column", ["at", "actor", "action", "subject", "reason", "previous", "hash"]
)
@pytest.mark.parametrize("number", [1, 3, LENGTH])
def test_a_changed_entry_breaks_the_chain_there(
    session: Session, column: str, number: int
) -> None:
    forged = "2020-01-01 00:00:00" if column == "at" else "forged"
    session.execute(
        text(f"UPDATE audit_entry SET {column} = :forged WHERE number = :number"),  # noqa: S608
        {"forged": forged, "number": number},
    )
    assert audit.first_break(session) == number


@pytest.mark.parametrize("number", range(1, LENGTH))
def test_a_removed_entry_breaks_the_chain_there(session: Session, number: int) -> None:
    session.execute(text(f"DELETE FROM audit_entry WHERE number = {number}"))  # noqa: S608
    assert audit.first_break(session) == number


def test_two_entries_exchanged_break_the_chain(session: Session) -> None:
    for was, becomes in ((2, 99), (3, 2), (99, 3)):
        session.execute(
            text("UPDATE audit_entry SET number = :b WHERE number = :w"),
            {"w": was, "b": becomes},
        )
    assert audit.first_break(session) == 2


def test_a_rewritten_chain_has_another_head(session: Session) -> None:
    """Who can write can rewrite; whoever noted the published head notices."""
    noted = audit.head(session)
    assert noted is not None
    noted_hash = noted.hash
    entries = session.query(AuditEntry).order_by(AuditEntry.number).all()
    rows = [(e.actor, e.action, e.subject, e.at) for e in entries]
    session.expunge_all()
    session.execute(text("DELETE FROM audit_entry"))
    for actor, action, subject, at in rows:
        forged = "别的信" if subject == "信2" else subject
        audit.record(session, actor, action, subject=forged, now=at)
    assert audit.first_break(session) is None
    head = audit.head(session)
    assert head is not None
    assert (head.number, head.hash) != (LENGTH, noted_hash)


def test_entries_cannot_be_changed_or_deleted(session: Session) -> None:
    entry = audit.head(session)
    assert entry is not None
    entry.reason = "changed"
    with pytest.raises(RuntimeError, match="append-only"):
        session.flush()
    session.rollback()
    session.delete(entry)
    with pytest.raises(RuntimeError, match="append-only"):
        session.flush()
    session.rollback()


def test_a_chain_without_links_would_not_show_a_removal(session: Session) -> None:
    """The leaking twin: hashes that cover the entry alone."""
    session.execute(text("DELETE FROM audit_entry WHERE number = 3"))
    alone = [
        entry.hash == entry.computed_hash()
        for entry in session.query(AuditEntry).order_by(AuditEntry.number)
    ]
    assert alone == [True] * (LENGTH - 1)
    assert audit.first_break(session) == 3
