"""The whole life of a round through HTTP, on SQLite and on PostgreSQL, the same."""

import csv
import io
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import select

from portal.kernel.audit import AuditEntry
from portal.kernel.settings import Settings
from portal.vote import DEFAULT_TERMS
from tests.journeys import before, during, polling, story
from tests.journeys.counting import print_slips
from tests.journeys.life import BASE_URL, Life, Papers, life_in
from tests.journeys.paper import PaperSlip
from tests.journeys.story import BALLOTS, LIUTANG, YUNXI, scores_of
from tests.services import postgres_schema


def live(life: Life) -> Life:
    """The whole story."""
    before.prepared(life)
    before.announced(life)
    life.moves_on("collecting")
    during.answered(life)
    during.written(life)
    during.helped(life)
    during.opened(life)
    life.moves_on("reviewing")
    during.read_and_replied(life)
    during.established(life)
    life.moves_on("rectifying")
    during.handed_over(life)
    during.rectified(life)
    during.disclosed(life)
    polling.vote_opened(life)
    life.moves_on("voting")
    polling.voted(life)
    polling.closed(life)
    life.moves_on("published")
    polling.published(life)
    life.moves_on("revisiting")
    life.moves_on("archived")
    _logged(life)
    return life


def _logged(life: Life) -> None:
    """Who did what, in order; and what the figures say at the end."""
    life.looks_up("archived")
    with life.town.house.sessions() as session:
        entries = session.scalars(select(AuditEntry).order_by(AuditEntry.number))
        life.told["log"] = [(entry.actor, entry.action) for entry in entries]
    office = life.desk("office")
    office.opens("/desk/figures")
    life.told["figures"] = office.words


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Papers:
    """Slips printed once for both lives."""
    folder = tmp_path_factory.mktemp("papers")
    with pytest.MonkeyPatch.context() as patch:
        return Papers(folder, print_slips(folder, BASE_URL, patch))


@pytest.fixture(scope="module")
def on_sqlite(
    papers: Papers, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Life]:
    folder = tmp_path_factory.mktemp("sqlite")
    with life_in(Settings.at(folder), papers) as life:
        yield live(life)


@pytest.fixture(scope="module")
def on_postgresql(
    papers: Papers, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Life]:
    folder = tmp_path_factory.mktemp("postgresql")
    with postgres_schema() as url:
        settings = replace(Settings.at(folder), database_url=url)
        with life_in(settings, papers) as life:
            yield live(life)


@pytest.fixture(
    params=["on_sqlite", pytest.param("on_postgresql", marks=pytest.mark.services)]
)
def life(request: pytest.FixtureRequest) -> Life:
    """A life that was lived, on each database."""
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Life)
    return found


def listed(life: Life, place: str, name: str) -> dict[str, str]:
    """A published list as it can be read by anybody."""
    content = life.told["lists"][f"2026-1/{place}/{name}.csv"].decode()
    rows = [row for row in csv.reader(io.StringIO(content)) if len(row) == 2]
    return {code: score for code, score in rows if score in story.SCORES}


def test_the_database_is_the_one_that_was_asked_for(life: Life) -> None:
    files = {path.name for path in life.folder.glob("*.db")}
    dialect = life.town.house.engine.dialect.name
    assert files - {"portal.db"} == {"letterbox.db", "ballots.db"}
    assert ("portal.db" in files) == (dialect == "sqlite")


def test_a_hub_shows_the_doors_of_its_phase(life: Life) -> None:
    doors = ("填一份问卷", "写一封信", "给整改打分", "看打分结果", "看看改了什么")
    shown = {
        phase: [door for door in doors if door in life.told[f"hub {phase}"]]
        for phase in ("collecting", "reviewing", "rectifying", "disclosing", "voting")
    }
    assert shown == {
        "collecting": ["填一份问卷", "写一封信"],
        "reviewing": ["写一封信"],
        "rectifying": [],
        "disclosing": ["看看改了什么"],
        "voting": ["给整改打分", "看看改了什么"],
    }
    for phase in ("published", "revisiting", "archived"):
        assert "看打分结果" in life.told[f"hub {phase}"]


def test_what_staff_filled_in_counts_as_a_visit_and_as_paper(life: Life) -> None:
    for kind in ("入户走访", "纸质问卷"):
        assert f"{kind} — — — 1" in life.told["coverage"]


def test_the_receipt_told_how_far_it_was(life: Life) -> None:
    for when, said in (
        ("waiting", "信在意见箱里"),
        ("asked", "巡察组在等您回话"),
        ("replied", story.REPLY),
        ("archived", story.REPLY),
    ):
        assert said in life.told[f"receipt {when}"]


def test_the_disclosure_tells_problem_measures_result_and_who_says_so(
    life: Life,
) -> None:
    for said in (
        story.PLAN,
        story.REPORT,
        "责任单位自己说 改好了",
        "巡察组去看了 改好了",
    ):
        assert said in life.told["disclosure"]


def test_every_ballot_is_in_the_lists_as_it_was_cast(life: Life) -> None:
    slips: list[PaperSlip] = life.papers.slips[YUNXI]
    for at, dimension in enumerate(DEFAULT_TERMS.dimensions):
        cast = {
            slip.check_codes[at]: scores_of(number)[dimension.id]
            for number, slip in enumerate(slips[:BALLOTS])
        }
        assert listed(life, YUNXI, dimension.id) == cast


def test_a_small_community_publishes_counts_alone(life: Life) -> None:
    files = [name for name in life.told["lists"] if LIUTANG in name]
    assert files == [f"2026-1/{LIUTANG}/manifest.json"]
    assert "收回 3 份" in life.told[f"results {LIUTANG}"]
    assert life.told["turnout"] == [
        ["云溪社区", "412", "20", "12"],
        ["柳塘村委会", "260", "20", "3"],
    ]


def test_anybody_recounts_it_and_notices_a_changed_score(life: Life) -> None:
    somebody = polling.recount(life)
    assert somebody.exits() == (0, 0)
    assert replace(somebody, digest="0" * 64).exits() == (1, 1)
    assert not somebody.is_fooled_by_a_changed_score(YUNXI)


def test_every_reading_and_every_step_is_in_the_log(life: Life) -> None:
    log = life.told["log"]
    assert ("member", "letter.read") in log
    assert {actor for actor, action in log if action == "letter.read"} == {"member"}
    assert len([1 for _, action in log if action == "round.advance"]) == 9


@pytest.mark.parametrize(
    "address",
    [
        "/q/%00",
        f"/vote/%00/{YUNXI}",
        "/vote/2026-1/%00",
        "/disclosures/1/%00",
        "/results/1/%00",
        "/results/1/files/%00",
        "/notices/2147483647",
        "/notices/2147483648",
    ],
)
def test_what_a_database_cannot_look_up_is_not_found(life: Life, address: str) -> None:
    life.phone().opens(address, status=404)


@pytest.mark.services
def test_both_databases_tell_the_same(on_sqlite: Life, on_postgresql: Life) -> None:
    assert on_sqlite.told.keys() == on_postgresql.told.keys()
    different = {
        name: (said, on_postgresql.told[name])
        for name, said in on_sqlite.told.items()
        if said != on_postgresql.told[name]
    }
    assert different == {}
    assert len(on_sqlite.told) > 20
