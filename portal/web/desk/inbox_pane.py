"""The list of letters that stands beside every letter: filters, rows, pages."""

from typing import Any

from flask import request

from portal.intake.records import Letter, LetterState
from portal.places import Place
from portal.review import inbox
from portal.web import staff
from portal.web.desk import terms
from portal.web.desk.nav import the_round
from portal.web.rendering import gettext, page_url
from portal.web.request import db, today


def filters() -> dict[str, str]:
    """What was filtered by, to be carried along in addresses."""
    given = {name: request.args.get(name, "") for name in ("state", "place", "page")}
    return {name: value for name, value in given.items() if value}


def pane(current: Letter | None = None) -> dict[str, Any]:
    """What the template of the list needs; no texts."""
    round_, who = the_round(), staff.somebody()
    places = inbox.my_places(db(), round_.id, who.id)
    chosen = next((p for p in places if p.code == request.args.get("place")), None)
    wanted = inbox.Wanted(
        round_id=round_.id,
        staff_id=who.id,
        state=_state(),
        place_id=chosen.id if chosen else None,
        page=max(request.args.get("page", 1, type=int), 1),
    )
    counts = inbox.counts(db(), wanted)
    return {
        "rows": [_row(letter, places) for letter in inbox.inbox(db(), wanted)],
        "current": current,
        "place_pills": _place_pills(places, chosen),
        "pills": _pills(counts, wanted.state),
        "paging": _paging(counts, wanted),
        "total": sum(counts.values()),
        "filters": filters(),
    }


def about(letter: Letter) -> dict[str, Any]:
    """What is known of a letter without opening it."""
    return {
        "letter": letter,
        "place": db().get_one(Place, letter.place_id),
        "opened_day": day(letter),
        "state": terms.word(letter.state),
        "category": terms.category(letter.category),
        "flags": [terms.flag(flag) for flag in letter.flags],
        "keep": filters(),
    }


def day(letter: Letter) -> str:
    """The day of the opening, as people say it; never the day it was written."""
    days = (today() - letter.opened_on).days
    if days in {0, 1}:
        return gettext("今天开箱") if days == 0 else gettext("昨天开箱")
    return gettext(
        "%(m)s 月 %(d)s 日开箱", m=letter.opened_on.month, d=letter.opened_on.day
    )


def _state() -> LetterState | None:
    asked = request.args.get("state", "")
    return LetterState(asked) if asked in LetterState.__members__.values() else None


def _row(letter: Letter, places: list[Place]) -> dict[str, Any]:
    tags = [(terms.word(letter.state), "jade" if letter.state == "closed" else "")]
    if letter.is_urgent:
        tags.insert(0, (gettext("有人正有危险"), "seal"))
    if letter.news:
        tags.append((gettext("有补充"), "seal"))
    return {
        "id": letter.id,
        "place": next(p.name for p in places if p.id == letter.place_id),
        "day": day(letter),
        "category": terms.category(letter.category),
        "tags": [*tags, *((terms.flag(flag), "hint") for flag in letter.flags)],
        "is_new": letter.state is LetterState.UNREAD or letter.news > 0,
    }


def _pills(
    counts: dict[LetterState, int], chosen: LetterState | None
) -> list[dict[str, Any]]:
    place = {"place": request.args["place"]} if request.args.get("place") else {}
    every = {
        "label": gettext("全部"),
        "url": page_url("desk.letters.list", **place),
        "count": sum(counts.values()),
        "active": chosen is None,
    }
    return [every] + [
        {
            "label": terms.word(state),
            "url": page_url("desk.letters.list", state=state.value, **place),
            "count": number,
            "active": state is chosen,
        }
        for state, number in counts.items()
    ]


def _place_pills(places: list[Place], chosen: Place | None) -> list[dict[str, Any]]:
    state = {"state": request.args["state"]} if request.args.get("state") else {}
    every = {
        "label": gettext("全部社区"),
        "url": page_url("desk.letters.list", **state),
        "count": None,
        "active": chosen is None,
    }
    return [every] + [
        {
            "label": place.name,
            "url": page_url("desk.letters.list", place=place.code, **state),
            "count": None,
            "active": place is chosen,
        }
        for place in places
    ]


def _paging(counts: dict[LetterState, int], wanted: inbox.Wanted) -> dict[str, Any]:
    total = counts[wanted.state] if wanted.state else sum(counts.values())
    pages = max(-(-total // inbox.PAGE), 1)

    def url(page: int) -> str | None:
        given = {**filters(), "page": str(page)}
        return page_url("desk.letters.list", **given) if 1 <= page <= pages else None

    page = wanted.page
    return {
        "page": page,
        "pages": pages,
        "earlier": url(page - 1),
        "later": url(page + 1),
    }
