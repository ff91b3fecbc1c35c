"""What was typed is shown as it was typed, on every page, and is never markup."""

import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from jinja2 import Environment, nodes
from sqlalchemy import Enum, String, Table, literal, select, update
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from portal import checklists, disclosure
from portal.disclosure import Disclosure
from portal.intake.records import Letter
from portal.kernel.database import Base
from portal.people import Team
from portal.questionnaires import drafting
from portal.review import letters
from portal.review.findings import Finding
from portal.rounds import Phase
from portal.web.app import create_app
from portal.web.installation import Installation
from portal.web.rendering import assets
from tests.makers import Cast, in_phase, make_complaint, signed_in
from tests.stages.review_scenes import Scene, draft
from tests.visitor import Page, Visitor, faults_of

CANARY = """<b class="x">'&灯{{7*7}}"""
TYPED = """&lt;b class=&#34;x&#34;&gt;&#39;&amp;灯{{7*7}}"""
AS_TYPED = CANARY.replace("<b", "< b")  # a questionnaire takes no markup
ASKED = TYPED.replace("&lt;b", "&lt; b")
VERSIONS = ("checklists/<int:checklist_id>", "questionnaires/<int:questionnaire_id>")
PORTAL = Path(__file__).parents[2] / "portal"

# Everything that may call a text safe HTML, and why.
SAFE_IN_CODE = {"web/rendering.py": 2}  # our own style and script, inlined under a hash
SAFE_IN_TEMPLATES = {("macros/public.html", "tojson")}  # it escapes < > & ' itself


# The engine


def test_every_template_escapes_by_itself(app: Flask) -> None:
    names = app.jinja_env.list_templates()
    assert len(names) > 60
    escapes = app.jinja_env.autoescape
    assert callable(escapes)
    assert [name for name in names if not escapes(name)] == []


def unsafe_in(environment: Environment, source: str) -> set[str]:
    """What in a template may let markup through."""
    tree = environment.parse(source)
    filters = {found.name for found in tree.find_all(nodes.Filter)}
    found = filters & {"safe", "tojson", "urlize", "xmlattr", "striptags"}
    if list(tree.find_all((nodes.ScopedEvalContextModifier, nodes.MarkSafe))):
        found.add("autoescape")
    if re.search(r"\s[\w-]+=\{[{%]", source):
        found.add("an attribute without quotes")
    if re.search(r"<script[^>]*>[^<]*\{\{(?!\s*page_script)", source):
        found.add("a text in a script")
    return found


def test_no_template_calls_a_text_safe(app: Flask) -> None:
    folder = assets("templates")
    found = {
        (name, what)
        for name in app.jinja_env.list_templates()
        for what in unsafe_in(app.jinja_env, (folder / name).read_text("utf-8"))
    }
    assert found == SAFE_IN_TEMPLATES


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("{{ a | safe }}", "safe"),
        ("{% autoescape false %}{{ a }}{% endautoescape %}", "autoescape"),
        ("<i title={{ a }}>", "an attribute without quotes"),
        ("<script>var a = {{ a }}</script>", "a text in a script"),
        ("{{ a | urlize }}", "urlize"),
    ],
)
def test_a_template_that_lets_markup_through_is_found(
    app: Flask, source: str, what: str
) -> None:
    assert unsafe_in(app.jinja_env, source) == {what}
    assert unsafe_in(app.jinja_env, '<i title="{{ a }}">{{ a }}</i>') == set()


def safe_in(source: str) -> int:
    """How often a module calls a text safe HTML, or makes templates of texts."""
    return len(
        re.findall(r"\bMarkup\(|render_template_string|from_string\(|__html__", source)
    )


def test_no_module_calls_a_text_safe() -> None:
    found = {
        str(path.relative_to(PORTAL)): number
        for path in PORTAL.rglob("*.py")
        if (number := safe_in(path.read_text("utf-8")))
    }
    assert found == SAFE_IN_CODE
    assert safe_in("Markup(text)") == safe_in("env.from_string(text)") == 1


# The pages

OURS = {  # columns that nobody types freely: keys, codes, words of a list, records
    *("id", "code", "username", "kind", "asked_by", "category", "revision", "document"),
    *("question", "path", "round_code", "place_code", "urban_rural", "opening_hours"),
    *("by", "outcome", "replaced_by", "letter_id", "hash", "previous"),
}


def typed_columns(table: Table) -> list[str]:
    return [
        column.name
        for column in table.columns
        if isinstance(column.type, String)
        and not isinstance(column.type, Enum)
        and not column.foreign_keys
        and column.name not in OURS
    ]


def plant(session: Session) -> int:
    """Append the canary to whatever was typed, wherever it lies; how many columns."""
    number = 0
    for table in Base.metadata.sorted_tables:
        if table.name == "audit_entry":
            continue  # it cannot be changed: the deeds of the scene are in it
        for name in typed_columns(table):
            column = table.columns[name]
            session.execute(update(table).values({name: column + literal(CANARY)}))
            number += 1
    session.commit()
    return number


def filled_in(rule: Rule, known: dict[str, object]) -> str:
    """The address of a rule with what is known behind its arguments."""
    fill = re.sub(r"<(?:\w+:)?(\w+)>", lambda m: str(known.get(m[1], "-")), rule.rule)
    return fill if fill.startswith("/desk") else f"{fill}?lang=zh"


@pytest.fixture
def busy(session: Session, house: Installation, cast: Cast) -> dict[str, object]:
    """A round with something of everything, the canary in all of it; by argument."""
    scene = Scene(session, house, cast)
    receipt = make_complaint(house, cast.yunxi, text=CANARY, contact=CANARY)
    house.open_letterbox(by="timetable", reason="set hour")
    letter = session.scalars(select(Letter)).one()
    dialogue_of(scene, letter)
    finding = scene.approved(letter, draft=draft(title=CANARY, statement=CANARY))
    deed: Any = {"by": "office", "now": house.clock()}
    draft_list = checklists.adopt(session, "general", **deed)
    point = draft_list.aspects[0].points[0]
    asked = drafting.begin(session, typed_questionnaire(), **deed)
    row = scene.signed()
    session.commit()
    in_phase(house, cast.round_id, Phase.DISCLOSING)
    entry = published(scene, finding)
    session.commit()
    assert plant(session) > 20
    return {
        "receipt": receipt,
        "code": cast.yunxi,
        "round_code": "2026-1",
        "round_id": cast.round_id,
        "place_code": "999001001001",
        "place_id": scene.place_id("999001001001"),
        "finding_id": finding.id,
        "handover_id": row.id,
        "entry_id": entry.id,
        "letter_id": letter.id,
        "staff_id": cast.member.staff_id,
        "team_id": session.query(Team).first().id,  # type: ignore[union-attr]
        "phase": "voting",
        "format_name": "a4",
        "checklist_id": draft_list.id,
        "point_id": point.id,
        "name": "general",
        "questionnaire_id": asked.id,
        "item_id": "asked_here",
    }


def typed_questionnaire() -> dict[str, Any]:
    """With what was typed everywhere, as far as the format takes it."""
    option = {"label": AS_TYPED, "text": True, "score": 1}
    item = {
        "id": "asked_here",
        "type": "single",
        "title": AS_TYPED,
        "help": AS_TYPED,
        "options": [
            {"id": "a", **option},
            {"id": "b", **option, "label": f"{AS_TYPED} 2"},
        ],
    }
    texts = dict.fromkeys(("title", "intro", "thanks"), AS_TYPED)
    sections = [{"id": "all", "title": AS_TYPED, "items": [item]}]
    return {"format": "qdef/1", "id": "typed", **texts, "sections": sections}


def dialogue_of(scene: Scene, letter: Letter) -> None:
    reader = scene.reader(scene.cast.member)
    letters.reply(scene.session, letter, reader=reader, text=CANARY)


def published(scene: Scene, finding: Finding) -> Disclosure:
    return disclosure.publish(
        scene.session,
        finding,
        words=(CANARY, CANARY, CANARY),
        by=scene.cast.office.staff(scene.session),
        now=scene.house.clock(),
        today=scene.house.today(),
    )


def test_every_page_shows_what_was_typed_as_text(
    app: Flask, house: Installation, cast: Cast, busy: dict[str, object]
) -> None:
    visitors = {"": Visitor(app)} | {
        name: signed_in(app, house, cast.players[name])
        for name in ("admin", "office", "chief", "member", "discipline", "unit")
    }
    shown: set[str] = set()
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint == "static":
            continue
        for name, visitor in visitors.items():
            if name and not rule.endpoint.startswith("desk."):
                continue
            url = filled_in(rule, busy)
            answer = visitor.client.get(url)
            assert answer.status_code < 500, (url, name)
            if answer.mimetype == "text/html":
                html = answer.get_data(as_text=True)
                assert [text for text in (CANARY, AS_TYPED) if text in html] == [], url
                assert "49}" not in html.replace("{{7*7}}", ""), (url, name)
                if answer.status_code == 200:
                    assert faults_of(Page(answer, url)) == [], (url, name)
                if TYPED in html or ASKED in html:
                    shown.add(rule.rule)
    receipt = str(busy["receipt"])
    answers = visitors[""].sends("/receipt", receipt=receipt)
    assert CANARY not in answers.html
    assert answers.html.count(TYPED) > 1
    assert len(shown) > 25, sorted(shown)
    assert {"/disclosures/<int:round_id>/<place_code>", "/q/<code>"} <= shown
    assert {"/desk/letters/<letter_id>", "/desk/findings/<int:finding_id>"} <= shown
    assert {f"/desk/{one}" for one in VERSIONS} <= shown


def test_a_page_that_does_not_escape_would_be_found(house: Installation) -> None:
    """The leaking twin."""
    app = create_app(house)
    app.jinja_env.autoescape = False
    with app.test_request_context("/"):
        leaky = app.jinja_env.from_string("<p>{{ a }}</p>").render(a=CANARY)
    assert CANARY in leaky
    app.jinja_env.autoescape = True
    with app.test_request_context("/"):
        assert TYPED in app.jinja_env.from_string("<p>{{ a }}</p>").render(a=CANARY)
