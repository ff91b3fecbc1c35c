"""The cast at their desks."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal.web.installation import Installation
from tests.makers import Cast
from tests.web.desk.scenes import Office


@pytest.fixture
def office(app: Flask, session: Session, house: Installation, cast: Cast) -> Office:
    return Office.of(app, session, house, cast)
