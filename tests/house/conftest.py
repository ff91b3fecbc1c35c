"""What several promises are held against: a resident who has opened every page."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.walk import Walk, lived
from tests.makers import Cast


@pytest.fixture(scope="module")
def walked(
    prepared: tuple[Path, Cast], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Walk]:
    """Every resident page once, for all tests of a module."""
    yield from lived(prepared, tmp_path_factory.mktemp("walk"))
