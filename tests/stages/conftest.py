"""What several stages begin with."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stages.vote_makers import PollingDay, polling_day


@pytest.fixture
def day(tmp_path: Path) -> Iterator[PollingDay]:
    """A vote by slips in two communities, open."""
    with polling_day(tmp_path) as day:
        yield day
