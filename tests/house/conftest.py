"""What several promises are held against: a resident who has opened every page."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.kernel.settings import Settings
from portal.web.app import create_app
from portal.web.installation import Installation
from tests.house.walk import Walk, walk
from tests.makers import Cast, Clock


@pytest.fixture(scope="module")
def walked(
    prepared: tuple[Path, Cast], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Walk]:
    """Every resident page once, for all tests of a module."""
    folder = tmp_path_factory.mktemp("walk") / "instance"
    shutil.copytree(prepared[0], folder)
    house = Installation.at(Settings.at(folder))
    house.clock = Clock()
    yield walk(house, prepared[1], create_app(house))
    house.close()
