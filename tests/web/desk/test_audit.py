import ast
import re
from itertools import product
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from portal.kernel import audit
from portal.rectification import Outcome, StepKind, Verdict
from portal.review.findings import FindingState
from portal.web.desk.audit import ACTIONS, PAGE
from portal.web.installation import Installation
from tests.makers import Cast, signed_in
from tests.visitor import Visitor

PORTAL = Path(__file__).parents[3] / "portal"


@pytest.fixture
def office(app: Flask, house: Installation, cast: Cast) -> Visitor:
    return signed_in(app, house, cast.office)


def writes(house: Installation, count: int, *, actor: str = "member") -> None:
    with house.sessions() as session, session.begin():
        for number in range(count):
            audit.record(
                session,
                actor,
                "letter.read",
                subject=f"letter-{number}",
                now=house.clock(),
            )


def test_the_log_says_who_did_what_in_words(office: Visitor) -> None:
    page = office.opens("/desk/audit")
    assert "推进阶段" in page.words
    assert "公告 → 征集" in page.words
    assert "announced" not in page.words


def test_a_whole_chain_is_called_whole_and_its_head_is_shown(
    office: Visitor, house: Installation
) -> None:
    writes(house, 3)
    with house.sessions() as session:
        head = audit.head(session)
    assert head is not None
    page = office.opens("/desk/audit")
    assert "没有被改过" in page.words
    assert head.hash in page.html


def test_a_changed_entry_is_named(office: Visitor, house: Installation) -> None:
    writes(house, 3)
    with house.engine.begin() as connection:
        connection.execute(
            text("UPDATE audit_entry SET reason = 'nothing' WHERE number = 4")
        )
    page = office.opens("/desk/audit")
    assert "第 4 条对不上" in page.words
    assert "没有被改过" not in page.words


def test_the_log_is_paged_newest_first(office: Visitor, house: Installation) -> None:
    writes(house, PAGE + 5)
    first = office.opens("/desk/audit")
    assert f"letter-{PAGE + 4}" in first.words
    assert "letter-0 " not in first.words
    later = next(link for link in first.links() if "page=2" in link)
    assert "letter-0 " in office.opens(later).words
    office.opens("/desk/audit?page=999")
    office.opens("/desk/audit?page=-1")


def test_the_log_is_filtered_by_person_and_act(
    office: Visitor, house: Installation
) -> None:
    writes(house, 2, actor="mate")
    page = office.opens("/desk/audit?actor=mate")
    assert "letter-1" in page.words
    assert "公告 → 征集" not in page.words
    page = office.opens("/desk/audit?action=round.advance")
    assert "letter-1" not in page.words
    assert "没有符合的记录" in office.opens("/desk/audit?actor=nobody").words


NOTING = {"record", "_record", "_log", "note", "_note"}
ACT = re.compile(r"[a-z]+\.[a-z_]+")


def acts_in(source: str) -> set[str]:
    """What a module notes in the log, as far as it says so outright."""
    said = [
        argument
        for call in ast.walk(ast.parse(source))
        if isinstance(call, ast.Call)
        and ast.unparse(call.func).rpartition(".")[2] in NOTING
        for argument in call.args
    ]
    said += [
        assigned.value
        for assigned in ast.walk(ast.parse(source))
        if isinstance(assigned, ast.Assign)
        and ast.unparse(assigned.targets[0]) == "action"
    ]
    parts = [part for one in said for part in ast.walk(one)]
    words = {one.value for one in parts if isinstance(one, ast.Constant)}
    return {word for word in words if isinstance(word, str) and ACT.fullmatch(word)}


def test_every_act_has_its_words() -> None:
    paths = [p for p in PORTAL.rglob("*.py") if "migrations" not in p.parts]
    noted = {act for path in paths for act in acts_in(path.read_text("utf-8"))}
    assert {"letter.read", "place.import", "questionnaire.correct"} <= noted
    noted |= {f"finding.{state}" for state in FindingState}
    noted |= {f"spotcheck.{outcome}" for outcome in Outcome}
    steps = product(StepKind, ("filed", *Verdict))
    noted |= {f"rectification.{kind}.{what}" for kind, what in steps}
    assert noted - ACTIONS.keys() == set()


def test_strangers_are_refused(app: Flask, house: Installation, cast: Cast) -> None:
    for name in ("member", "unit", "entry", "discipline"):
        signed_in(app, house, cast.players[name]).opens("/desk/audit", status=403)
    for name in ("admin", "chief"):
        signed_in(app, house, cast.players[name]).opens("/desk/audit")
