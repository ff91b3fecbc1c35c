"""What rounds were frozen with before there were versions is kept, and found again."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command as alembic
from alembic.config import Config
from sqlalchemy.orm import Session

from portal.questionnaires.definition import canonical, revision
from portal.questionnaires.frozen import definition_of, frozen_on, questionnaire_of
from portal.questionnaires.versions import versions
from tests.services import postgres_schema
from tests.stages.test_questionnaires_drafts import FIRST, NEXT

ROUND = (
    "INSERT INTO round (id, code, name, mode, inspector, phase, opens_on, closes_on,"
    " accepted, passed_on, hotline, hours, opening_hours, letter_box, mail) VALUES"
    " (:id, :code, '一轮', 'DIRECT', '组', 'COLLECTING', '2026-03-02', '2026-04-02',"
    " '', '', '', '', '', '', '')"
)
FROZEN = (
    "INSERT INTO questionnaire (round_id, revision, document, frozen_on)"
    " VALUES (:round_id, :revision, :document, :day)"
)
READ = "SELECT round_id, revision, document, frozen_on FROM questionnaire ORDER BY id"
ASKED = {1: FIRST, 2: FIRST, 3: NEXT}


@contextmanager
def sqlite(folder: Path) -> Iterator[str]:
    yield f"sqlite:///{folder / 'old.db'}"


def postgres(_: Path) -> AbstractContextManager[str]:
    return postgres_schema()


@pytest.mark.parametrize(
    "database",
    [
        pytest.param(sqlite, id="sqlite"),
        pytest.param(postgres, id="postgresql", marks=pytest.mark.services),
    ],
)
def test_frozen_questionnaires_are_carried_over_and_back(
    database: Callable[[Path], AbstractContextManager[str]], tmp_path: Path
) -> None:
    with database(tmp_path) as url:
        config = Config()
        config.set_main_option("script_location", "portal:migrations")
        config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
        alembic.upgrade(config, "0013")
        engine = sa.create_engine(url)
        try:
            before = _freeze(engine)
            alembic.upgrade(config, "0014")
            with Session(engine) as session:
                _require_kept(session)
            alembic.downgrade(config, "0013")
            with engine.begin() as connection:
                assert connection.execute(sa.text(READ)).all() == before
        finally:
            engine.dispose()


def _freeze(engine: sa.Engine) -> list[sa.Row[tuple[object, ...]]]:
    with engine.begin() as connection:
        for number, document in ASKED.items():
            connection.execute(sa.text(ROUND), {"id": number, "code": f"2026-{number}"})
            row = {
                "round_id": number,
                "revision": revision(document),
                "document": canonical(document).decode(),
                "day": date(2026, 3, number),
            }
            frozen = sa.text(FROZEN).bindparams(sa.bindparam("day", type_=sa.Date()))
            connection.execute(frozen, row)
        return list(connection.execute(sa.text(READ)).all())


def _require_kept(session: Session) -> None:
    (chain,) = versions(session).values()
    assert [(one.version, one.is_in_use) for one in chain] == [(2, True), (1, True)]
    for number, document in ASKED.items():
        assert questionnaire_of(session, number).content == document
        assert frozen_on(session, number) == date(2026, 3, number)
        found = definition_of(session, revision(document), facts={})
        assert found.title == document["title"]
