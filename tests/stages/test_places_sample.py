"""The shipped district: fictional, whole, and of the shape the demo promises."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

import portal
from portal.places import (
    ImportReport,
    Kind,
    Trait,
    abolished_places,
    communities,
    import_places,
    place_tree,
    streets,
)
from tests.makers import in_memory

SAMPLE = Path(portal.__path__[0]) / "cli" / "sample"
CATEGORIES = Path(portal.__path__[0]) / "questionnaires/shipped/categories.json"


@pytest.fixture
def session() -> Iterator[Session]:
    with in_memory("place") as session:
        yield session


@pytest.fixture
def voices() -> Any:
    return json.loads((SAMPLE / "voices.json").read_text("utf-8"))


@pytest.fixture
def report(session: Session) -> ImportReport:
    return import_places(
        session, [("places.csv", (SAMPLE / "places.csv").read_bytes())]
    )


def test_it_has_64_communities_in_7_named_streets(
    session: Session, report: ImportReport
) -> None:
    assert report == ImportReport(72, 0, 2, 0, streets_made=0)
    assert len(streets(session)) == 7
    (district,) = place_tree(session)
    assert district.place.name == "示例区"
    sizes = [len(street.below) for street in district.below]
    assert sizes == [14, 13, 12, 11, 5, 5, 4]
    assert len(abolished_places(session)) == 2


def test_its_kinds_and_traits_are_those_of_the_source(
    session: Session, report: ImportReport
) -> None:
    places = communities(session)
    assert Counter(one.kind for one in places) == {Kind.RURAL: 19, Kind.URBAN: 45}
    assert Counter(one.trait for one in places) == {
        None: 49,
        Trait.COMMITTEE: 7,
        Trait.EXCLAVE: 4,
        Trait.FACTORY: 4,
    }
    assert all(one.attention for one in places)
    households = sorted(one.households or 0 for one in places)
    assert households[0] == 41
    assert (households[1], households[-1]) == (183, 2580)
    assert len({one.name for one in places}) == 64


def test_its_code_belongs_to_no_real_county(
    session: Session, report: ImportReport
) -> None:
    assert {one.code[:6] for one in communities(session)} == {"999101"}


def test_the_voices_are_many_and_say_that_they_are_invented(voices: Any) -> None:
    assert "虚构" in voices["about"]["note"]
    assert set(voices["about"]["keys"]) == set(voices) - {"about"}
    texts = [one["text"] for one in voices["complaints"]]
    assert len(set(texts)) == len(texts) >= 40
    assert len(set(voices["answers"])) == len(voices["answers"]) >= 30
    assert len(voices["findings"]) >= 14
    assert len(voices["replies"]) >= 10
    assert len(voices["teams"]) == 3


def test_every_category_has_voices_and_no_other_is_used(voices: Any) -> None:
    known = {one["id"] for one in json.loads(CATEGORIES.read_text("utf-8"))}
    assert {one["category"] for one in voices["complaints"]} == known
    for part in ("findings", "replies"):
        assert {one["category"] for one in voices[part]} <= known


def test_every_place_and_person_named_exists(
    voices: Any, session: Session, report: ImportReport
) -> None:
    covered = [code for team in voices["teams"] for code in team["streets"]]
    assert sorted(covered) == [one.code for one in streets(session)]
    members = [one for team in voices["teams"] for one in team["members"]]
    people = members + voices["office"] + voices["units"]
    usernames = [one["username"] for one in people]
    assert len(set(usernames)) == len(usernames)
    assert all("示例" in one["name"] for one in people)
    assert {one["username"] for one in voices["recusals"]} <= {
        one["username"] for one in members
    }
    codes = {one.code for one in communities(session)} | set(covered)
    named = [one["place"] for one in voices["units"] + voices["recusals"]]
    assert {place for place in named if place} <= codes


def test_no_finding_repeats_a_resident_word_for_word(voices: Any) -> None:
    def borrowed(statement: str) -> list[str]:
        said = "".join(one["text"] for one in voices["complaints"])
        pieces = re.split("[，。；：、]", statement)
        return [piece for piece in pieces if len(piece) >= 8 and piece in said]

    assert [
        one["title"] for one in voices["findings"] if borrowed(one["statement"])
    ] == []
    assert borrowed("经查，对门装修公司每天早上六点多就开始砸墙。")  # the leaking twin
