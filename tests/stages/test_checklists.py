"""Checklists: versions stand, and a round keeps the one it was published with."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from portal import checklists
from portal.checklists import lists
from portal.checklists.lists import VersionTakenError
from portal.kernel.database import Base, engine_for
from portal.kernel.errors import NotFoundError
from portal.rounds import Mode, Round

TABLES = ("round", "checklist", "aspect", "point", "problem", "round_checklist")


@pytest.fixture
def session() -> Iterator[Session]:
    engine = engine_for("sqlite://")
    tables = [Base.metadata.tables[name] for name in TABLES]
    Base.metadata.create_all(engine, tables=tables)
    with Session(engine) as session:
        yield session
    engine.dispose()


@pytest.fixture
def round_id(session: Session) -> int:
    found = Round(
        code="2026-1",
        name="示例轮次",
        mode=Mode.DIRECT,
        inspector="示例巡察组",
        opens_on=date(2026, 3, 2),
        closes_on=date(2026, 4, 2),
    )
    session.add(found)
    session.flush()
    return found.id


def second_version() -> dict[str, Any]:
    return {**lists.shipped("common"), "version": 2, "title": "共性清单（修订）"}


def test_the_shipped_samples_are_installed_once(session: Session) -> None:
    added = checklists.install_shipped(session)
    assert [(found.code, found.version) for found in added] == [
        ("common", 1),
        ("rural", 1),
    ]
    assert checklists.install_shipped(session) == []


def test_the_common_sample_has_six_aspects_of_four_points(session: Session) -> None:
    common, _ = checklists.install_shipped(session)
    session.expire_all()
    assert [len(aspect.points) for aspect in common.aspects] == [4] * 6
    assert all(point.problems for a in common.aspects for point in a.points)
    assert "样例" in common.title


def test_point_codes_are_unique_over_the_shipped_lists(session: Session) -> None:
    installed = checklists.install_shipped(session)
    codes = [point.code for point in checklists.points(session, installed)]
    assert len(codes) == len(set(codes)) == 24 + 9


def test_points_come_in_the_order_of_their_lists(session: Session) -> None:
    common, rural = checklists.install_shipped(session)
    found = checklists.points(session, [rural, common])
    assert (found[0].code, found[-1].code) == (
        "rural_assets.register",
        "governance.boundary",
    )
    assert found[0].aspect.title == "“三资”管理"


def test_only_rural_communities_get_the_individual_list(session: Session) -> None:
    checklists.install_shipped(session)
    found = checklists.latest(session)
    assert [c.code for c in found if c.fits({"rural", "factory"})] == [
        "common",
        "rural",
    ]
    assert [c.code for c in found if c.fits({"urban"})] == ["common"]


def test_a_version_stands(session: Session) -> None:
    checklists.install_shipped(session)
    with pytest.raises(VersionTakenError):
        checklists.install(session, {**second_version(), "version": 1})


def test_a_new_version_replaces_the_old_one_for_new_rounds(session: Session) -> None:
    checklists.install_shipped(session)
    checklists.install(session, second_version())
    assert [(c.code, c.version) for c in checklists.latest(session)] == [
        ("common", 2),
        ("rural", 1),
    ]


def test_a_round_keeps_the_version_it_was_published_with(
    session: Session, round_id: int
) -> None:
    checklists.install_shipped(session)
    checklists.keep(session, round_id)
    checklists.install(session, second_version())
    assert [c.version for c in checklists.keep(session, round_id)] == [1, 1]
    assert [c.version for c in checklists.kept(session, round_id)] == [1, 1]


def test_a_round_that_did_not_keep_its_version_would_change(
    session: Session, round_id: int
) -> None:
    """The leaking twin: nothing kept."""
    checklists.install_shipped(session)
    checklists.install(session, second_version())
    assert [c.version for c in checklists.kept(session, round_id)] == [2, 1]


def test_a_point_is_found_by_its_code(session: Session) -> None:
    installed = checklists.install_shipped(session)
    found = checklists.point_of(session, installed, "assets.disclosure")
    assert found.title == "账目公开"
    with pytest.raises(NotFoundError):
        checklists.point_of(session, installed, "assets.nowhere")
