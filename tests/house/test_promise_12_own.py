"""Promise 12: everybody sees only their own, and every look is on record.

Every page of the desk is opened by everybody: what each may ask for stands in one
table, what each gets to see in another, and both are compared with what happens.
"""

import io
import re
import shutil
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from portal.entrances import by_staff
from portal.handover import Handover, Route
from portal.intake.records import Letter
from portal.kernel import audit
from portal.kernel.audit import AuditEntry
from portal.kernel.sealing import KeyPair, UnreadableError, unpad
from portal.kernel.settings import Settings
from portal.people import Permission, Recusal, Role, permits
from portal.places import get_place
from portal.review import evidence, findings, letters
from portal.review.findings import SamePersonError, WrongFindingMoveError
from portal.review.wording import LONGEST_RUN, CopiedWordsError, bare, copied_run
from portal.rounds import keys as round_keys
from portal.rounds import places_in
from portal.rounds.keys import NoKeyError
from portal.web.installation import Installation
from tests.makers import (
    MORNING,
    Cast,
    Clock,
    Player,
    make_addition,
    make_answers,
    make_complaint,
    make_player,
    make_reader,
    signed_in,
)
from tests.stages.review_scenes import CANARY, OWN_WORDS, Scene, draft
from tests.visitor import Visitor

# Which page asks for which permission. A page that is added belongs here; ask first
# whether its readers may see what it shows (people/permissions.py).
PERMISSIONS: Mapping[Permission | None, str] = {
    Permission.APPROVE_FINDINGS: """
        findings.approve findings.send_back
    """,
    Permission.ASSIST: """
        entry_visit.done entry_visit.letter entry_visit.survey
    """,
    Permission.CLOSE_VOTE: """
        vote.agree vote.count vote.countersign
    """,
    Permission.ENTER_PAPER: """
        entry.blank entry.index entry.sheet entry_paper.page
    """,
    Permission.ENTER_BALLOTS: """
        vote_entry.blank vote_entry.enter vote_entry.page
    """,
    Permission.HAND_OVER: """
        handovers.list handovers.new
    """,
    Permission.MANAGE_ENTRANCES: """
        codes.hung codes.label codes.place codes.posted codes.printed codes.rotate
        codes.withdraw entrances.add_channel entrances.change_channel
        entrances.index entrances.issue
        entrances.png entrances.poster entrances.sheet entrances.svg
        entrances.workbook posters.archive posters.make posters.page
        posters.single
    """,
    Permission.MANAGE_PLACES: """
        places.edit places.index places.template places.upload
    """,
    Permission.MANAGE_ROUNDS: """
        checklists.restore checklists.retire checklists.sample
        checklists_drafts.discard checklists_drafts.edit checklists_drafts.new
        checklists_drafts.publish checklists_drafts.rename
        checklists_drafts.revise checklists_drafts.upload figures.settle
        questionnaires.copy questionnaires.download questionnaires.index
        questionnaires.restore questionnaires.retire questionnaires.sample
        questionnaires.show questionnaires.template
        questionnaires_drafts.discard questionnaires_drafts.new
        questionnaires_drafts.publish questionnaires_drafts.renew
        questionnaires_drafts.revise questionnaires_drafts.upload
        questionnaires_editing.add questionnaires_editing.item
        questionnaires_editing.move questionnaires_editing.remove
        questionnaires_editing.texts
        questionnaires_preview.audiences questionnaires_preview.form
        questionnaires_rounds.choose questionnaires_rounds.correct
        recusals.lift recusals.page rounds.advance rounds.edit rounds.index
        rounds.new rounds.notice rounds.places rounds.show teams.give
        teams.index teams.join teams.leave teams.show
    """,
    Permission.MANAGE_STAFF: """
        accounts.activate accounts.deactivate accounts.index accounts.new
        resets.page
    """,
    Permission.OPEN_LETTERBOX: """
        letterbox.agree letterbox.page letterbox.take_back
    """,
    Permission.PUBLISH: """
        disclosures.list disclosures.new disclosures.withdraw
    """,
    Permission.READ_AUDIT: """
        audit.page
    """,
    Permission.READ_FIGURES: """
        coverage.page figures.page figures.workbook
    """,
    Permission.READ_FINDINGS: """
        checklists.download checklists.index checklists.paper checklists.show
        checklists.template findings.download findings.list findings.report
        findings.show
    """,
    Permission.READ_LEADS: """
        leads.list leads.show leads.sign
    """,
    Permission.READ_LETTERS: """
        keys.grant keys.page keys.rotate letters.confirm letters.contact
        letters.join letters.list letters.move letters.note letters.reply
        letters.show letters.unseal pictures.show remarks.page remarks.read
    """,
    Permission.RECTIFY: """
        assignments.document assignments.file assignments.list
        assignments.show assignments.sign
    """,
    Permission.REVIEW_RECTIFICATION: """
        handovers.document handovers.review handovers.show rectification.list
        spotchecks.discard spotchecks.draw spotchecks.freeze spotchecks.list
        spotchecks.show
    """,
    Permission.REVISIT: """
        visits.list visits.visit
    """,
    Permission.RUN_VOTE: """
        open_vote.choose
        vote.manifests vote.open vote.page vote.prepare vote_paper.draw
        vote_paper.duties vote_paper.handed_out vote_paper.page vote_roll.enrol
        vote_roll.page vote_terms.file vote_terms.page vote_terms.revise
    """,
    Permission.WRITE_FINDINGS: """
        findings.check findings.edit findings.new
    """,
    None: """
        home.page jobs.cancel jobs.page signin.out signin.password
    """,
}
OPEN_TO_ALL = {"desk.signin.form"}


def asked(app: Flask) -> dict[str, Permission | str | None]:
    """What each page of the desk asks for; a page without a guard asks for nothing."""
    found = {rule.endpoint: app.view_functions[rule.endpoint] for rule in desk(app)}
    return {
        name: getattr(view, "permission", "no guard") for name, view in found.items()
    }


def desk(app: Flask) -> list[Rule]:
    return [r for r in app.url_map.iter_rules() if r.rule.startswith("/desk")]


def wanted() -> dict[str, Permission | str | None]:
    table: dict[str, Permission | str | None] = {
        f"desk.{name}": permission
        for permission, names in PERMISSIONS.items()
        for name in names.split()
    }
    return table | dict.fromkeys(OPEN_TO_ALL, "no guard")


def test_every_page_asks_for_the_permission_in_the_table(app: Flask) -> None:
    new = {name: what for name, what in asked(app).items() if name not in wanted()}
    assert new == {}, "see the comment above PERMISSIONS in this file"
    assert asked(app) == wanted(), "a page is gone, or asks for something else"


def test_a_page_without_its_guard_is_found(app: Flask) -> None:
    app.view_functions["desk.letters.show"] = lambda **_: CANARY
    assert asked(app)["desk.letters.show"] == "no guard"
    assert wanted()["desk.letters.show"] is Permission.READ_LETTERS


# Whoever asks


PLAIN: Mapping[str, str] = {"phase": "collecting", "place_code": "999001001001"}


def addresses(
    app: Flask, values: Mapping[str, list[str]]
) -> Iterator[tuple[str, str, Rule]]:
    """Method and address of everything on the desk, its parts filled from `values`."""
    for rule in desk(app):
        parts = [values[name] for name in sorted(rule.arguments)]
        for filling in product(*parts):
            url = rule.rule
            for name, value in zip(sorted(rule.arguments), filling, strict=True):
                url = re.sub(rf"<(?:\w+:)?{name}>", value, url)
            for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                yield method, url, rule


def nowhere(app: Flask) -> dict[str, list[str]]:
    """Parts of addresses that fit nothing there is."""
    names = {name for rule in desk(app) for name in rule.arguments}
    return {
        n: [PLAIN.get(n, "999999" if n.endswith("_id") else "NOSUCH00")] for n in names
    }


def misled(app: Flask, visitor: Visitor, role: Role) -> list[str]:
    """Where the guard lets a role in against the table, or keeps it out."""
    table, found = asked(app) | wanted(), []
    for method, url, rule in addresses(app, nowhere(app)):
        permission = table[rule.endpoint]
        may = not isinstance(permission, Permission) or permits(role, permission)
        status = visitor.client.open(url, method=method).status_code
        if may == (status == 403) or status >= 500:
            found.append(f"{role} {method} {url}: {status}")
    return found


@pytest.mark.parametrize("role", Role)
def test_every_role_is_let_in_where_the_table_says_and_nowhere_else(
    app: Flask, house: Installation, role: Role
) -> None:
    with house.sessions() as session, session.begin():
        player = make_player(house, session, username=f"some-{role}", role=role)
    assert misled(app, signed_in(app, house, player), role) == []


def test_a_guard_that_asks_for_too_little_is_found(
    app: Flask, house: Installation, cast: Cast
) -> None:
    app.view_functions["desk.letters.list"] = lambda: CANARY
    faults = misled(app, signed_in(app, house, cast.unit), Role.UNIT)
    assert faults == ["unit GET /desk/letters: 200"]


def test_nobody_gets_in_without_signing_in(app: Flask) -> None:
    visitor, found = Visitor(app), dict[str, int]()
    for method, url, rule in addresses(app, nowhere(app)):
        if rule.endpoint not in OPEN_TO_ALL:
            answer = visitor.client.open(url, method=method)
            if "/desk/signin" not in answer.headers.get("Location", ""):
                found[f"{method} {url}"] = answer.status_code
    assert found == {}


# Whoever sees


LEAD = "有人提供线索，已单独移交"
SECRETS: Mapping[str, str] = {
    "letter": CANARY,
    "contact": "老王 000-1111",
    "remark": "井盖丢了半个月，孩子差点掉进去，没有人来看过一眼",
    "note": "已约周三上门，带上测距仪",
    "reply": "请问是哪一天看见的？",
    "addition": "上周六傍晚又锁了，我拍了照片也可以给你们看",
    "problem": OWN_WORDS.title,
    "lead": LEAD,
}
RESIDENTS = {"letter", "contact", "remark", "addition"}


@pytest.fixture(scope="module")
def prepared(
    prepared: tuple[Path, Cast], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Cast]:
    """The cast's folder with one case in it from letter to unit, made once."""
    folder = tmp_path_factory.mktemp("handled") / "instance"
    shutil.copytree(prepared[0], folder)
    house, cast = Installation.at(Settings.at(folder)), prepared[1]
    house.clock = Clock()
    with house.sessions() as session, session.begin():
        more = {
            name: make_player(house, session, username=name, role=role)
            for name, role in {
                "unit2": Role.UNIT,
                "discipline2": Role.DISCIPLINE,
                "supervisor": Role.SUPERVISOR,
            }.items()
        }
    _sent(house, cast)
    with house.sessions() as session, session.begin():
        _handled(Scene(session, house, cast))
    house.close()
    return folder, replace(cast, players={**cast.players, **more})


def _sent(house: Installation, cast: Cast) -> None:
    """A letter from 柳塘, something added to it, and a questionnaire."""
    words = SECRETS
    code = cast.liutang
    receipt = make_complaint(
        house, code, text=words["letter"], contact=words["contact"]
    )
    make_answers(house, code, overall="good", more=words["remark"])
    make_addition(house, receipt, words["addition"])
    house.open_letterbox(by="office", reason="测试")


def _handled(scene: Scene) -> None:
    """Read, noted, answered; a problem with its unit, a lead with its officer."""
    session, member = scene.session, scene.reader(scene.cast.member)
    letter = session.scalars(select(Letter)).one()
    letters.read(session, letter, reader=member)
    letters.note(session, letter, reader=member, text=SECRETS["note"])
    letters.reply(session, letter, reader=member, text=SECRETS["reply"])
    scene.handed_over(scene.approved(letter))
    suspect = scene.approved(letter, draft=draft(title=LEAD, is_lead=True))
    scene.handed_over(suspect, route=Route.LEAD)


@dataclass
class Case:
    """What there is to see, and who might look."""

    house: Installation
    cast: Cast
    app: Flask
    ids: Mapping[str, list[str]]

    def player(self, name: str) -> Player:
        found: Player = getattr(self.cast, name)
        return found

    def desk(self, name: str) -> Visitor:
        return signed_in(self.app, self.house, self.player(name))


@pytest.fixture
def case(house: Installation, cast: Cast, app: Flask, session: Session) -> Case:
    handovers = session.scalars(select(Handover)).all()
    place = get_place(session, "999001001201")
    ids = {
        "letter_id": list(session.scalars(select(Letter.id))),
        "finding_id": [str(row.finding_id) for row in handovers],
        "handover_id": [str(row.id) for row in handovers],
        "place_code": [place.code],
        "place_id": [str(place.id)],
        "round_id": [str(cast.round_id)],
        "staff_id": [str(cast.mate.staff_id)],
        "code": [cast.liutang, place.code],
        "phase": ["reviewing"],
    }
    session.rollback()
    return Case(house, cast, app, ids)


def seen(case: Case, name: str) -> set[str]:
    """Which secrets somebody gets to see on any page they open."""
    visitor, found = case.desk(name), set[str]()
    for method, url in pages(case):
        if method == "GET":
            found |= told(visitor.client.get(url))
    token = visitor.opens("/desk/password").form["csrf_token"][0]
    for url, fields in reading_posts(case).items():
        found |= told(visitor.client.post(url, data={"csrf_token": token, **fields}))
    return found


def pages(case: Case) -> list[tuple[str, str]]:
    """Everything that can be opened about the case, and the lists beside it."""
    values = {name: case.ids.get(name, ["1"]) for name in nowhere(case.app)}
    found = [(method, url) for method, url, _ in addresses(case.app, values)]
    return [*found, ("GET", f"/desk/findings/new?letter={case.ids['letter_id'][0]}")]


def reading_posts(case: Case) -> dict[str, dict[str, str]]:
    """What is opened by pressing a button."""
    letter = f"/desk/letters/{case.ids['letter_id'][0]}"
    return {
        letter: {},
        f"{letter}/contact": {"reason": "约时间核实"},
        "/desk/remarks/999001001201": {},
    }


def told(answer: TestResponse) -> set[str]:
    """Which secrets an answer holds; workbooks and documents are looked into."""
    content = answer.get_data()
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            content = b"".join(packed.read(name) for name in packed.namelist())
    return {name for name, words in SECRETS.items() if words.encode() in content}


TEAM = set(SECRETS)
SEES: Mapping[str, set[str]] = {
    "member": TEAM,
    "mate": TEAM,
    "recused": set(),  # of the same team, with ties to 柳塘
    "stranger": set(),  # of the other team
    "office": {"problem"},
    "chief": {"problem", "lead"},
    "supervisor": {"problem"},
    "unit": {"problem"},
    "unit2": set(),
    "discipline": {"lead"},
    "discipline2": set(),
    "admin": set(),
    "entry": set(),
}


@pytest.mark.parametrize("name", SEES)
def test_everybody_sees_what_is_theirs_and_nothing_else(case: Case, name: str) -> None:
    assert seen(case, name) == SEES[name]


def test_every_role_is_in_the_table_of_who_sees_what(
    case: Case, session: Session
) -> None:
    roles = {case.player(name).staff(session).role for name in SEES}
    assert roles == set(Role)
    for name, words in SEES.items():
        if name not in {"member", "mate"}:
            assert not words & RESIDENTS


def test_a_page_that_shows_a_letter_to_all_is_found(case: Case) -> None:
    case.app.view_functions["desk.home.page"] = lambda: f"<p>{CANARY}</p>"
    assert seen(case, "unit") == {"problem", "letter"}


def test_a_workbook_that_holds_a_letter_is_found(case: Case) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/sharedStrings.xml", SECRETS["remark"])
    case.app.view_functions["desk.jobs.page"] = packed.getvalue
    assert seen(case, "stranger") == {"remark"}


def others_things(case: Case, app: Flask) -> Iterator[tuple[str, str]]:
    """Every address that names a letter, a problem, a handover, or keys of 柳塘."""
    named = {"letter_id", "finding_id", "handover_id", "place_id"}
    values = {name: case.ids.get(name, ["1"]) for name in nowhere(app)}
    for method, url, rule in addresses(app, values):
        if rule.arguments & named and rule.endpoint != "desk.recusals.lift":
            yield method, url


def found_by(case: Case, name: str) -> list[str]:
    """Which of these answer somebody otherwise than if they were not there."""
    visitor, found = case.desk(name), []
    token = visitor.opens("/desk/password").form["csrf_token"][0]
    data = {
        "csrf_token": token,
        "reason": "看看",
        "title": "改",
        "statement": "改",
        "to": "closed",
    }
    for method, url in others_things(case, case.app):
        sent: dict[str, Any] = {"data": data} if method == "POST" else {}
        status = visitor.client.open(url, method=method, **sent).status_code
        if status not in {403, 404}:
            found.append(f"{method} {url}: {status}")
    return found


@pytest.mark.parametrize(
    "name", ["stranger", "recused", "unit2", "discipline2", "entry"]
)
def test_to_others_it_is_as_if_it_were_not_there(case: Case, name: str) -> None:
    assert len(list(others_things(case, case.app))) > 25
    assert found_by(case, name) == []


@pytest.mark.parametrize("name", ["stranger", "recused"])
def test_what_another_team_has_is_not_found_rather_than_forbidden(
    case: Case, name: str
) -> None:
    """A refusal would tell that it exists."""
    visitor, letter = case.desk(name), case.ids["letter_id"][0]
    for url in (
        f"/desk/letters/{letter}",
        f"/desk/findings/new?letter={letter}",
        *(f"/desk/findings/{number}" for number in case.ids["finding_id"]),
    ):
        visitor.opens(url, status=404)
    visitor.opens("/desk/letters/nosuchletter", status=404)


def test_whose_it_is_does_find_it(case: Case) -> None:
    """So that the addresses above are not all wrong."""
    assert len(found_by(case, "member")) > 5
    assert len(found_by(case, "unit")) >= 2


# Whoever fills in for others


ALL, ONE, TWO = "云溪社区 柳塘村 厂东社区", "云溪社区 柳塘村", "厂东社区"
ENTERS: Mapping[str, tuple[str, str]] = {  # at the door with residents; from paper
    "member": (ONE, ONE),
    "mate": (ONE, ONE),
    "recused": ("云溪社区", "云溪社区"),  # of the same team, with ties to 柳塘
    "stranger": (TWO, TWO),
    "entry": ("", ALL),
    "office": ("", ALL),
    "chief": ("", ALL),
    "admin": ("", ""),
    "discipline": ("", ""),
    "unit": ("", ""),
    "supervisor": ("", ""),
}
DOORS = ("survey", "letter"), ("paper", "sheet")


def enters(case: Case, name: str) -> tuple[str, str]:
    """Where somebody gets the forms on which staff fill in for residents."""
    visitor = case.desk(name)
    places = {"云溪社区": "001001", "柳塘村": "001201", "厂东社区": "002001"}

    def is_let_in(code: str, pages: tuple[str, ...]) -> bool:
        urls = [f"/desk/entry/999001{code}/{page}" for page in pages]
        return 200 in {visitor.client.get(url).status_code for url in urls}

    at_door, from_paper = (
        " ".join(place for place, code in places.items() if is_let_in(code, pages))
        for pages in DOORS
    )
    return at_door, from_paper


@pytest.mark.parametrize("name", ENTERS)
def test_everybody_fills_in_for_their_own_communities_and_no_others(
    case: Case, name: str
) -> None:
    assert enters(case, name) == ENTERS[name]


def test_the_table_of_who_fills_in_where_has_every_role(
    case: Case, session: Session
) -> None:
    roles = {case.player(name).staff(session).role for name in ENTERS}
    assert roles == set(Role)


def test_whoever_types_paper_in_is_kept_from_where_they_have_ties(case: Case) -> None:
    player, place_id = case.player("entry"), int(case.ids["place_id"][0])
    with case.house.sessions() as session, session.begin():
        session.add(Recusal(staff_id=player.staff_id, place_id=place_id, reason="亲属"))
    assert enters(case, "entry") == ("", "云溪社区 厂东社区")


def test_a_door_that_forgets_whose_community_it_is_is_found(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The leaking twin: every community of the round for everybody."""
    monkeypatch.setattr(
        by_staff,
        "places_for",
        lambda session, round_id, _: places_in(session, round_id),
    )
    assert enters(case, "recused")[0] == ALL


# Recusal is in the keys


def opens(case: Case, player: Player, sealed: bytes) -> list[str]:
    """By which file of the whole key store somebody's own key opens a sealed text."""
    found = []
    for name in case.house.keystore.names():
        wrap = case.house.keystore.get(name) or b""
        try:
            unpad(KeyPair(player.pair.open(wrap)).open(sealed))
        except UnreadableError:
            continue
        found.append(name)
    return found


def recuse(case: Case, name: str, place_code: str) -> None:
    """As the office does it, on its page."""
    page = case.desk("office").opens("/desk/recusals")
    staff, place = case.player(name).staff_id, case.ids["place_id"][0]
    assert place_code in case.ids["place_code"]
    case.desk("office").sends(
        "/desk/recusals", staff=str(staff), place=place, reason="亲属在村委会任职"
    )
    assert page.status == 200


def test_whoever_is_recused_opens_nothing_even_with_database_and_key_store_in_hand(
    case: Case, session: Session
) -> None:
    letter = session.scalars(select(Letter)).one()
    mate = case.player("mate")
    assert len(opens(case, mate, letter.sealed)) == 1
    recuse(case, "mate", "999001001201")
    assert opens(case, mate, letter.sealed) == []
    assert len(opens(case, case.player("member"), letter.sealed)) == 1
    session.rollback()
    with pytest.raises(NoKeyError):
        letters.read(session, letter, reader=make_reader(session, case.house, mate))
    assert seen(case, "mate") == set()


def test_a_recusal_that_leaves_the_key_is_found(case: Case, session: Session) -> None:
    """The leaking twin: the page hides the community, the key still opens it."""
    mate, place_id = case.player("mate"), int(case.ids["place_id"][0])
    session.add(Recusal(staff_id=mate.staff_id, place_id=place_id, reason="亲属"))
    session.commit()
    letter = session.scalars(select(Letter)).one()
    assert seen(case, "mate") == set()
    assert len(opens(case, mate, letter.sealed)) == 1


def test_the_keys_are_held_by_readers_alone(case: Case) -> None:
    place_id = int(case.ids["place_id"][0])
    held = round_keys.holders(case.house.keystore, case.cast.round_id, place_id)
    assert held == {case.player(name).staff_id for name in ("member", "mate")}


# Every look is on record


LOOKS = {"letter.read", "contact.read", "remarks.read", "picture.read"}


def looks(session: Session) -> int:
    session.rollback()
    found = session.scalars(select(AuditEntry.action)).all()
    return sum(action in LOOKS for action in found)


def unlogged(case: Case, name: str, session: Session) -> tuple[int, list[str]]:
    """How many answers showed a resident's text, and which of them nobody noted."""
    visitor, shown, found = case.desk(name), 0, []
    token = visitor.opens("/desk/password").form["csrf_token"][0]
    posts = [("POST", url, fields) for url, fields in reading_posts(case).items()]
    for method, url, fields in [
        *posts,
        *(("GET", url, {}) for m, url in pages(case) if m == "GET"),
    ]:
        before = looks(session)
        sent: dict[str, Any] = (
            {"data": {"csrf_token": token, **fields}}
            if fields or method == "POST"
            else {}
        )
        if told(visitor.client.open(url, method=method, **sent)) & RESIDENTS:
            shown += 1
            if looks(session) != before + 1:
                found.append(f"{method} {url}")
    return shown, found


def test_every_text_that_is_shown_is_one_entry_of_the_log(
    case: Case, session: Session
) -> None:
    shown, faults = unlogged(case, "member", session)
    assert faults == []
    assert shown == 5  # the letter twice, its contact, the remarks, beside a form


def test_a_look_that_nobody_notes_is_found(case: Case, session: Session) -> None:
    case.app.view_functions["desk.findings.list"] = lambda: CANARY
    shown, faults = unlogged(case, "member", session)
    assert faults == ["GET /desk/findings"]
    assert shown == 6


def test_a_changed_entry_breaks_the_chain_and_the_page_says_where(
    case: Case, session: Session
) -> None:
    assert audit.first_break(session) is None
    entry = session.scalars(
        select(AuditEntry).where(AuditEntry.action == "letter.read")
    ).first()
    assert entry is not None
    number = entry.number
    session.rollback()
    with case.house.engine.begin() as connection:
        connection.execute(
            text("UPDATE audit_entry SET actor = 'mate' WHERE number = :n"),
            {"n": number},
        )
    session.expire_all()
    assert audit.first_break(session) == number
    assert str(number) in case.desk("office").opens("/desk/audit").words


def test_the_head_of_the_log_is_published(case: Case, session: Session) -> None:
    head = audit.head(session)
    assert head is not None
    assert head.hash[:32] in Visitor(case.app).opens("/privacy").html


# What a responsible unit is given


def copied(case: Case, name: str) -> list[str]:
    """Runs of any resident's text, too long to be chance, on any page of somebody's."""
    visitor, found = case.desk(name), []
    for method, url in pages(case):
        if method != "GET":
            continue
        answer = visitor.client.get(url)
        if answer.mimetype == "text/html" and answer.status_code == 200:
            words = re.sub(r"<[^>]+>", "", answer.get_data(as_text=True))
            runs = [copied_run(words, SECRETS[secret]) for secret in sorted(RESIDENTS)]
            found += [f"{url}: {run}" for run in runs if len(run) > LONGEST_RUN]
    return found


def test_what_a_unit_gets_copies_nothing_of_any_text(case: Case) -> None:
    assert OWN_WORDS.title in case.desk("unit").opens("/desk/assignments").words
    assert copied(case, "unit") == []


def test_a_problem_that_quotes_a_letter_is_found(case: Case) -> None:
    """The leaking twin: part of a sentence is enough."""
    with case.house.engine.begin() as connection:
        connection.execute(
            text("UPDATE finding SET statement = :it"),
            {"it": f"据反映，{CANARY[5:18]}。"},
        )
    faults = copied(case, "unit")
    assert faults != []
    assert all(fault.endswith(CANARY[5:18]) for fault in faults)


@pytest.mark.parametrize("name", sorted(RESIDENTS - {"contact"}))
@pytest.mark.parametrize("way", ["from the letter", "of its own", "rewritten"])
def test_no_way_of_writing_a_problem_takes_a_residents_words(
    case: Case, session: Session, name: str, way: str
) -> None:
    """Of this letter, of what was added to it, of a questionnaire in the community."""
    said = draft(statement=f"据反映，{bare(SECRETS[name])[3:16]}。")
    letter = session.scalars(select(Letter)).one()
    member = make_reader(session, case.house, case.player("member"))
    here = (letter.round_id, letter.place_id)
    ways: Mapping[str, Callable[[], object]] = {
        "from the letter": lambda: evidence.establish(
            session, letter, said, reader=member
        ),
        "of its own": lambda: evidence.note_down(session, here, said, reader=member),
        "rewritten": lambda: evidence.rewrite(
            session,
            evidence.note_down(session, here, OWN_WORDS, reader=member),
            said,
            reader=member,
        ),
    }
    with pytest.raises(CopiedWordsError):
        ways[way]()


def test_a_letter_is_not_joined_to_a_problem_that_quotes_it(
    case: Case, session: Session
) -> None:
    """Written before the letter was out of the box, by somebody who knew its words."""
    letter = session.scalars(select(Letter)).one()
    member = make_reader(session, case.house, case.player("member"))
    here = (letter.round_id, letter.place_id)
    finding = evidence.note_down(session, here, OWN_WORDS, reader=member)
    finding.statement = CANARY
    with pytest.raises(CopiedWordsError):
        evidence.join(session, finding, letter=letter, reader=member)


def one_pair_of_eyes(session: Session) -> list[int]:
    """Handed over without a second person's consent."""
    rows = session.scalars(select(Handover)).all()
    return [
        row.id
        for row in rows
        if row.finding.approved_by in {None, row.finding.written_by}
    ]


def test_whatever_was_handed_over_two_people_have_seen(
    case: Case, session: Session
) -> None:
    assert len(session.scalars(select(Handover)).all()) == 2
    assert one_pair_of_eyes(session) == []


def test_neither_a_draft_nor_ones_own_consent_is_handed_over(
    case: Case, session: Session
) -> None:
    scene = Scene(session, case.house, case.cast)
    letter = session.scalars(select(Letter)).one()
    finding = scene.finding(letter, draft=draft(title="另一件"))
    with pytest.raises(WrongFindingMoveError):
        scene.handed_over(finding)
    member = case.player("member").staff(session)
    with pytest.raises(SamePersonError):
        findings.approve(session, finding, by=member, now=MORNING)


def test_a_handover_that_nobody_approved_is_found(case: Case, session: Session) -> None:
    row = session.scalars(select(Handover)).first()
    assert row is not None
    row.finding.approved_by = row.finding.written_by
    session.flush()
    assert one_pair_of_eyes(session) == [row.id]
