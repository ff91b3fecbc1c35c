"""The house of every test: its own copy of an instance folder prepared once."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from types import CodeType

import pytest
from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy.orm import Session

from portal.cli.running import migrate
from portal.kernel.settings import Settings
from portal.web.app import Portal, create_app
from portal.web.installation import Installation
from portal.web.limits import limiter
from tests.makers import Cast, Clock, make_cast
from tests.visitor import Visitor


class Compiled(BytecodeCache):
    """Templates compiled once for every application of this process.

    An application of one's own for each test would compile its pages each time.
    """

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give the template its code, if its text was compiled before."""
        bucket.code = self._kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        if bucket.code:
            self._kept[bucket.key, bucket.checksum] = bucket.code


Portal.jinja_options = {"bytecode_cache": Compiled()}


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Cast]:
    """An instance folder with the cast in it, made once."""
    folder = tmp_path_factory.mktemp("prepared")
    migrate(Settings.at(folder).database_url)
    return folder, make_cast(Settings.at(folder))


@pytest.fixture
def cast(prepared: tuple[Path, Cast]) -> Cast:
    return prepared[1]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def house(
    prepared: tuple[Path, Cast], tmp_path: Path, clock: Clock
) -> Iterator[Installation]:
    """The installation of this test."""
    folder = tmp_path / "instance"
    shutil.copytree(prepared[0], folder)
    house = Installation.at(Settings.at(folder))
    house.clock = clock
    yield house
    house.close()


@pytest.fixture
def session(house: Installation) -> Iterator[Session]:
    with house.sessions() as session:
        yield session


@pytest.fixture
def app(house: Installation) -> Iterator[Flask]:
    app = create_app(house)
    app.testing = False
    yield app
    with app.app_context():
        limiter.reset()


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    return Visitor(app)
