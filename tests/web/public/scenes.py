"""What the tests of resident pages have in common: phases, entrances, kept pages."""

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

from flask import Flask
from sqlalchemy import select

from portal.entrances import Channel, ChannelKind, Code
from portal.places import Place, get_place
from portal.rounds import Phase, get_round
from portal.web.installation import Installation
from portal.web.rendering import KEEP_SECONDS, KeptPage
from tests.makers import TODAY, Cast
from tests.visitor import Page

YUNXI, LIUTANG = "999001001001", "999001001201"
LOOK_ALIKE = "A0B1V234"  # a code with every sign that is easily mistyped
TYPED = (  # the same code as people type, scan and pass it on
    "a0b1v234",
    "AOBLU234",
    "aobiv234",
    "Ａ０Ｂ１Ｖ２３４",
    "A0B1-V234",
    "A0B1%20V234",
    "A0B1V234。",
    "A0B1V234）快来",
    "A0B1V234xyz",
)
FROM_WECHAT = "?from=groupmessage&isappinstalled=0"


def kept(app: Flask) -> dict[tuple[object, ...], KeptPage]:
    """Every page that is kept for the next visitors."""
    return cast(
        dict[tuple[object, ...], KeptPage],
        app.extensions.setdefault("kept_pages", {}),
    )


def time_passes(app: Flask, seconds: float = KEEP_SECONDS) -> None:
    """So much later for pages that are kept."""
    for key, page in kept(app).items():
        kept(app)[key] = replace(page, until=page.until - seconds)


def pages_wait(app: Flask) -> None:
    """No time passes for pages that are kept, however slow the machine is."""
    for key, page in kept(app).items():
        kept(app)[key] = replace(page, until=time.monotonic() + 3600)


def move(house: Installation, cast_: Cast, phase: Phase) -> None:
    """Put the cast's round into any phase, whatever the table says."""
    with house.sessions() as session, session.begin():
        get_round(session, cast_.round_id).phase = phase


def put_in(app: Flask, house: Installation, cast_: Cast, phase: Phase) -> None:
    """The phase, some time ago."""
    move(house, cast_, phase)
    time_passes(app)


def make_look_alike(house: Installation, cast_: Cast) -> None:
    """The code of a market stall at 云溪 that is easily mistyped."""
    with house.sessions() as session, session.begin():
        channel = Channel(kind=ChannelKind.MARKET, name="赶场摆摊")
        session.add(channel)
        session.flush()
        session.add(
            Code(
                code=LOOK_ALIKE,
                round_id=cast_.round_id,
                place_id=get_place(session, YUNXI).id,
                channel_id=channel.id,
                issued_on=TODAY,
            )
        )


def withdraw(house: Installation, code: str) -> None:
    """The office stops a code."""
    with house.sessions() as session, session.begin():
        session.scalars(
            select(Code).where(Code.code == code)
        ).one().withdrawn_on = TODAY


def place_at(house: Installation, code: str) -> Place:
    """The community of an entrance."""
    with house.sessions() as session:
        return session.scalars(select(Code).where(Code.code == code)).one().place


def told_at(page: Page, name: str) -> str:
    """The words of the error that stands at a field."""
    return page.html.split(f'id="{name}-error">')[1].split("</p>")[0]


def carries(page: Page, choice: str) -> Mapping[str, bool]:
    """For each link into the portal, whether it carries the reader's choice."""
    inside = [link for link in page.links() if link.startswith("/") and link != "/away"]
    return {link: choice in link for link in inside}


def filled(page: Page, **fields: Any) -> dict[str, Any]:
    """What a browser sends when these fields of a page's form are filled in."""
    return {**page.form, **fields}
