"""Any questionnaire the format allows is shown, answered, stored and read back."""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from portal.entrances import entrance
from portal.intake import sanitize
from portal.intake.puzzle import Answer
from portal.intake.receive import QuestionnaireChangedError
from portal.intake.records import Remark, Response
from portal.kernel.settings import Settings
from portal.questionnaires.answers import STRAY
from portal.questionnaires.conditions import Facts
from portal.questionnaires.definition import RESERVED, Definition, parse
from portal.questionnaires.frozen import questionnaire_of
from portal.questionnaires.reading import ID
from portal.questionnaires.walk import Walk, specialise, walk
from portal.web import errors, puzzles
from portal.web.app import create_app
from portal.web.installation import Installation
from portal.web.limits import limiter
from portal.web.public import survey
from tests.asking import Posted, asks, mended, offered
from tests.house import thief
from tests.makers import Cast, Clock
from tests.stages.definitions import EVERY_RULE, Document, documents
from tests.stages.rules_anew import holds, rules_of
from tests.visitor import Page, Visitor


@dataclass
class Village:
    """An installation that asks one questionnaire after the other."""

    house: Installation
    cast: Cast
    app: Flask

    def shows(self, document: Document) -> Page:
        """The form of a document, opened by somebody new."""
        asks(self.house, self.app, document)
        return self.opens()

    def forgets(self) -> None:
        """Nobody was ever here."""
        with self.app.app_context():
            limiter.reset()
        self.app.extensions["tallies"].own.storage.reset()

    def opens(self) -> Page:
        """The form once more."""
        self.forgets()
        return Visitor(self.app).opens(f"/q/{self.cast.liutang}/survey")

    def sends(self, page: Page, given: Posted) -> Page:
        """The answer to a form filled in."""
        own = {name: page.form[name] for name in ("csrf_token", "revision")}
        status = 422 if self.walks(given).errors else 200
        return Visitor(self.app).posts(
            f"/q/{self.cast.liutang}/survey", status=status, **own, **given
        )

    def definition(self) -> Definition:
        """What the village is asked."""
        return specialise(parse(self.document()), self.facts())

    def document(self) -> Document:
        """What every community is asked."""
        with self.house.sessions() as session:
            found = entrance(session, self.cast.liutang)
            return questionnaire_of(session, found.round_id).content

    def facts(self) -> Facts:
        """What the server knows of the village."""
        with self.house.sessions() as session:
            return entrance(session, self.cast.liutang).facts

    def walks(self, given: Posted) -> Walk:
        """What the walk makes of a form filled in."""
        return walk(self.definition(), given, {})

    def stored(self) -> tuple[list[Any], list[tuple[str, str]]]:
        """Ticks and texts of everything in the box, read by those who may."""
        self.house.open_letterbox(by="office", reason="测试")
        texts = thief.under_the_seals(self.house, self.cast)
        with self.house.sessions() as session, session.begin():
            ticks = [row.ticks for row in session.scalars(select(Response))]
            remarks = [
                (row.question, texts[f"remark {row.id}"].decode())
                for row in session.scalars(select(Remark))
            ]
            session.execute(delete(Response))
            session.execute(delete(Remark))
        return ticks, sorted(remarks)


@pytest.fixture(scope="module")
def village(
    prepared: tuple[Path, Cast], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Village]:
    folder = tmp_path_factory.mktemp("village") / "instance"
    shutil.copytree(prepared[0], folder)
    house = Installation.at(Settings.at(folder))
    house.clock = Clock()
    yield Village(house, prepared[1], create_app(house))
    house.close()


def kept_from(walked: Walk) -> list[tuple[str, str]]:
    """The texts of a walk as the door cleans them."""
    found = [(q, sanitize.plain_text(text)) for q, text in walked.texts.items()]
    found += [(q, sanitize.one_line(text)) for q, text in walked.contact.items()]
    return sorted((q, text) for q, text in found if text)


@settings(max_examples=25, deadline=None, phases=[Phase.reuse, Phase.generate])
@given(documents(), st.data())
def test_whatever_the_page_offers_is_stored_and_read_back_equal(
    village: Village, document: Document, data: st.DataObject
) -> None:
    """Without script everything is sent; with it only what is there to see."""
    page = village.shows(document)
    fields = offered(page)
    definition = village.definition()
    assert set(fields) == set(definition.fields)
    given = {name: data.draw(one.filled()) for name, one in fields.items()}
    if village.walks(given).errors:
        again = village.sends(page, given)
        assert lost(again, given) == {}
        given = mended(definition, given)
    walked = village.walks(given)
    seen = {n for i in walked.shown for n in definition.items[i].fields}
    village.sends(page, given)
    village.sends(village.opens(), {n: v for n, v in given.items() if n in seen})
    ticks, texts = village.stored()
    assert ticks == [walked.ticks, walked.ticks]
    assert texts == sorted(kept_from(walked) * 2)
    assert landed(village, walked, ticks, texts) == []


def landed(
    village: Village, walked: Walk, ticks: list[Any], texts: list[tuple[str, str]]
) -> list[str]:
    """What is stored of questions that were not asked, the rules read anew."""
    seen = {**walked.ticks, **walked.texts, **walked.contact}
    rules, facts = rules_of(village.document()), village.facts()
    hidden = {name for name, rule in rules.items() if not holds(rule, seen, facts)}
    stored = [name for row in ticks for name in row] + [name for name, _ in texts]
    return [name for name in stored if name.partition(".")[0] in hidden]


def test_an_answer_that_landed_where_none_belongs_is_found(village: Village) -> None:
    """The twin: a door that kept what is posted to hidden questions."""
    village.shows(EVERY_RULE)
    walked = village.walks({"s": ["yes"]})
    assert landed(village, walked, [{"s": "yes"}], []) == []
    assert landed(village, walked, [{"s": "yes"}], [("if7", "x")]) == ["if7"]


@pytest.mark.parametrize("name", ["x.nosuch", "x.", "x.yes.no", "s.yes", "m.yes"])
def test_a_row_or_box_that_does_not_exist_is_told_at_its_question(
    village: Village, name: str
) -> None:
    page = village.shows(EVERY_RULE)
    own = {name: page.form[name] for name in ("csrf_token", "revision")}
    url = f"/q/{village.cast.liutang}/survey"
    given = {"s": "yes", "l": "灯坏了", name: "g"}
    again = Visitor(village.app).posts(url, status=422, **own, **given)
    assert STRAY in again.words
    assert again.form["l"] == ["\n灯坏了"]
    assert again.form["s"] == ["yes"]
    assert village.stored() == ([], [])


def test_a_form_of_an_older_questionnaire_is_told_so_and_keeps_everything(
    village: Village,
) -> None:
    page = village.shows(EVERY_RULE)
    given = {
        "s": ["no"],
        "m": ["yes", "no"],
        "x.yes": ["g"],
        "l": ["灯坏了"],
        "t": ["桥"],
    }
    sections = [EVERY_RULE["sections"][0]]
    village.shows({**EVERY_RULE, "title": "改了名字", "sections": sections})
    own = {name: page.form[name] for name in ("csrf_token", "revision")}
    url = f"/q/{village.cast.liutang}/survey"
    again = Visitor(village.app).posts(url, status=409, **own, **given)
    assert QuestionnaireChangedError.sentence in again.words
    assert lost(again, given) == {}
    assert village.stored() == ([], [])
    Visitor(village.app).posts(url, **again.form)
    ticks, texts = village.stored()
    assert ticks == [{"s": "no", "m": ["yes", "no"], "x": {"yes": "g"}}]
    assert texts == [("l", "灯坏了"), ("t", "桥")]


def lost(page: Page, given: Posted) -> dict[str, list[str]]:
    """What a form that comes back does not hold any more."""
    held = {name: _as_read(values) for name, values in page.form.items()}
    sent = {name: _as_read(values) for name, values in given.items()}
    return {n: v for n, v in sent.items() if any(v) and v != held.get(n)}


def _as_read(values: Sequence[str]) -> list[str]:
    return sorted(value.replace("\r\n", "\n").strip() for value in values)


def test_what_a_page_needs_for_itself_is_no_name_for_a_question(
    village: Village,
) -> None:
    page = village.shows(
        {
            "format": "qdef/1",
            "id": "one",
            "title": "一题",
            "sections": [
                {"id": "p", "items": [{"id": "q1", "type": "text", "title": "说"}]}
            ],
        }
    )
    tags = page.reading.tags
    names = {g[key] for _, g in tags for key in ("id", "name") if key in g}
    names |= {*survey.NO_ANSWERS, *puzzles.FIELDS, *Answer.__annotations__}
    names |= {*errors._NOT_SHOWN, *errors._NOT_WRITTEN}
    own = {name for name in names - {"q1", "viewport"} if ID.fullmatch(name)}
    assert own - RESERVED == set()
    assert len(own) > 8
