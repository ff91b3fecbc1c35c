"""The one more entrance that resident pages are tested with."""

import pytest

from portal.web.installation import Installation
from tests.makers import Cast
from tests.web.public.scenes import LOOK_ALIKE, make_look_alike


@pytest.fixture
def look_alike(house: Installation, cast: Cast) -> str:
    """A code of 云溪 that is easily mistyped."""
    make_look_alike(house, cast)
    return LOOK_ALIKE
