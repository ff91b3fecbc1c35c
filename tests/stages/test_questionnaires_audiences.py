"""Every question beside every kind of community, and what answering takes."""

from typing import Any

import pytest
from hypothesis import given, settings

from portal.places import Kind, Trait
from portal.questionnaires import shipped
from portal.questionnaires.audiences import (
    MOST_TAPS,
    Audience,
    Effort,
    Sight,
    audiences,
    effort,
    overview,
)
from portal.questionnaires.definition import parse, specialise
from portal.questionnaires.shipped import INDIVIDUAL
from portal.questionnaires.walk import walk
from tests.stages.definitions import Document, documents

SHIPPED = parse(shipped.compose())
YES_NO = [{"id": "yes", "label": "好"}, {"id": "no", "label": "不好"}]


def asking(*items: Document, **more: Any) -> Document:
    section = {"id": "part", "items": list(items)}
    return {"format": "qdef/1", "id": "d", "title": "卷", "sections": [section], **more}


def test_the_shipped_questionnaire_tells_kinds_and_traits_apart() -> None:
    assert audiences(SHIPPED) == [
        Audience(kind, trait) for kind in Kind for trait in ("", *Trait)
    ]


def test_what_asks_everybody_the_same_has_one_audience() -> None:
    plain = parse(
        asking({"id": "q", "type": "single", "title": "？", "options": YES_NO})
    )
    assert audiences(plain) == [Audience()]
    (view,) = overview(plain).views
    assert (view.always, view.perhaps, view.required) == (1, 0, 0)


def test_a_section_for_one_kind_is_marked_there_alone() -> None:
    table = overview(SHIPPED)
    for section, rows in table.sections:
        for row in rows:
            assert row.is_common == (section.id not in INDIVIDUAL)
        if section.id in INDIVIDUAL:
            seen = {
                section.id in (view.audience.kind, view.audience.trait): sight
                for row in rows
                for view, sight in zip(table.views, row.sights, strict=True)
            }
            assert seen == {True: Sight.ASKED, False: Sight.HIDDEN}


def test_what_hangs_on_an_answer_is_told_apart() -> None:
    table = overview(SHIPPED)
    rows = {row.item.id: row for _, rows in table.sections for row in rows}
    assert set(rows["errand"].sights) == {Sight.ASKED}
    assert set(rows["errand_why"].sights) == {Sight.DEPENDS}


def test_a_channel_can_be_asked_something_of_its_own() -> None:
    lifts = {"fact": "channel_kind", "in": ["lift"]}
    asked = {
        "id": "q",
        "type": "text",
        "title": "？",
        "visible": lifts,
        "required": True,
    }
    always = {"id": "p", "type": "text", "title": "？"}
    document = parse(asking(always, asked))
    found = {
        channel: overview(document, channel=channel).views[0].always
        for channel in ("", "lift", "paper")
    }
    assert found == {"": 1, "lift": 2, "paper": 1}
    assert overview(document, channel="lift").views[0].required == 1


def test_the_shipped_questionnaire_is_light_for_everybody() -> None:
    efforts = [view.effort for view in overview(SHIPPED).views]
    assert all(found.is_light for found in efforts)
    assert max(found.taps for found in efforts) <= MOST_TAPS == 15


@pytest.mark.parametrize(
    ("items", "found"),
    [
        ([{"id": "a", "type": "single", "title": "？", "options": YES_NO}], Effort(2, 0)),
        ([{"id": "a", "type": "text", "title": "？"}], Effort(1, 0)),
        ([{"id": "a", "type": "text", "title": "？", "required": True}], Effort(1, 1)),
        ([{"id": "a", "type": "matrix", "title": "？", "scale": "s", "rows": YES_NO}], Effort(3, 0)),
        (
            [
                {"id": "a", "type": "scale", "title": "？", "scale": "s"},
                {"id": "b", "type": "text", "title": "？", "required": True, "visible": {"q": "a", "op": "eq", "v": "no"}},
            ],
            Effort(2, 0),
        ),
        (
            [
                {"id": "a", "type": "multi", "title": "？", "options": [*YES_NO, {"id": "none", "label": "没有", "exclusive": True}]},
                {"id": "b", "type": "date", "title": "？", "required": True, "visible": {"not": {"q": "a", "op": "has_any", "v": ["none"]}}},
            ],
            Effort(2, 0),
        ),
    ],
)  # fmt: skip
def test_the_effort_is_that_of_somebody_content(
    items: list[Document], found: Effort
) -> None:
    scale = [{**YES_NO[1], "score": 0}, {**YES_NO[0], "score": 100}]
    assert effort(parse(asking(*items, scales={"s": scale}))) == found


@settings(max_examples=60, deadline=None)
@given(documents())
def test_what_is_hidden_is_never_shown_and_what_is_asked_always(
    document: Document,
) -> None:
    whole = parse(document)
    for view in overview(whole).views:
        facts = view.audience.facts
        shown = set(walk(whole, {}, facts).shown)
        for item in whole.items.values():
            if view.sight(item) is not Sight.DEPENDS:
                assert (item.id in shown) == (view.sight(item) is Sight.ASKED)
        own = specialise(whole, facts)
        assert view.always + view.perhaps == len(own.questions)
