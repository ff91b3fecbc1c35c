"""渠道与二维码: channels, codes per community × channel, and what is printed."""

from base64 import b64encode
from dataclasses import dataclass
from typing import TypeVar

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from portal import entrances, reports
from portal.entrances import Channel, ChannelKind, Code
from portal.kernel import audit, codes
from portal.kernel.database import fetch
from portal.kernel.errors import InvalidError, NotFoundError
from portal.people import Permission
from portal.places import Place
from portal.posters import qr
from portal.posters.words import address_of
from portal.rounds import get_round, places_in
from portal.web.desk import nav
from portal.web.desk.downloads import file_to_keep
from portal.web.desk.entrances_forms import ChannelForm, IssueForm
from portal.web.desk.words import CHANNELS, choices
from portal.web.guards import desk
from portal.web.rendering import page_url, render
from portal.web.request import db, installation, now, today
from portal.web.staff import somebody

bp = Blueprint("entrances", __name__, url_prefix="/entrances")

T = TypeVar("T", Place, Channel)

CARDS_A_PAGE = 6  # two by three on A4, the code 46 mm wide


class NothingToPrintError(NotFoundError):
    """No valid codes."""

    sentence = "这里还没有可以打印的码。请先到「渠道与二维码」发码。"


@dataclass(frozen=True)
class Card:
    """A code as it is printed: with its picture, ready for an `img`."""

    code: Code
    picture: str

    @property
    def typed(self) -> str:
        """The code as it is read aloud and typed."""
        return codes.in_fours(self.code.code)


@bp.get("")
@desk(Permission.MANAGE_ENTRANCES)
def index() -> ResponseReturnValue:
    """Channels, and how many codes each community has."""
    return _overview(ChannelForm(formdata=None), IssueForm(formdata=None))


@bp.post("/channels")
@desk(Permission.MANAGE_ENTRANCES)
def add_channel() -> ResponseReturnValue:
    """One more channel."""
    form = ChannelForm()
    if not form.validate():
        return _overview(form, IssueForm(formdata=None)), 422
    entrances.add_channel(db(), ChannelKind(form.kind.data), form.name.data or "")
    return redirect(_here(done="made"), 303)


@bp.post("/channels/<int:channel_id>")
@desk(Permission.MANAGE_ENTRANCES)
def change_channel(channel_id: int) -> ResponseReturnValue:
    """Another name or kind for a channel; its codes keep."""
    form, channel = ChannelForm(), fetch(db(), Channel, channel_id)
    if not form.validate():
        return _overview(form, IssueForm(formdata=None)), 422
    kind = ChannelKind(form.kind.data)
    try:
        entrances.change_channel(db(), channel, kind=kind, name=form.name.data or "")
    except InvalidError as refusal:
        form.refuse(refusal)
        return _overview(form, IssueForm(formdata=None)), 422
    _note("channel.change", str(channel_id), channel.name)
    return redirect(_here(done="saved"), 303)


@bp.post("/issue")
@desk(Permission.MANAGE_ENTRANCES)
def issue() -> ResponseReturnValue:
    """Count what would be issued, or issue it."""
    round_, form = nav.the_round(), IssueForm()
    form.offer(places_in(db(), round_.id), entrances.channels(db()))
    if not form.validate():
        return _overview(ChannelForm(formdata=None), form), 422
    if "preview" in request.form:
        return _overview(ChannelForm(formdata=None), form)
    made = entrances.issue(
        db(),
        round_.id,
        places=_ticked(places_in(db(), round_.id), form.places.data),
        channels=_ticked(entrances.channels(db()), form.channels.data),
        today=today(),
    )
    _note("code.issue", round_.code, str(len(made)))
    return redirect(_here(done="issued", n=len(made)), 303)


@bp.get("/<code>.svg")
@desk(Permission.MANAGE_ENTRANCES)
def svg(code: str) -> ResponseReturnValue:
    """The code as a picture of any size."""
    found = fetch(db(), Code, code)
    return file_to_keep(qr.svg(address(found)), f"{_file_name(found)}.svg")


@bp.get("/<code>.png")
@desk(Permission.MANAGE_ENTRANCES)
def png(code: str) -> ResponseReturnValue:
    """The code as a picture for chat groups."""
    found = fetch(db(), Code, code)
    return file_to_keep(qr.png(address(found)), f"{_file_name(found)}.png")


@bp.get("/list.xlsx")
@desk(Permission.MANAGE_ENTRANCES)
def workbook() -> ResponseReturnValue:
    """Every code of the round with its address, for Excel and WPS."""
    round_ = nav.the_round()
    content = reports.entrances_workbook(
        entrances.codes_of(db(), round_.id), base_url=installation().settings.base_url
    )
    return file_to_keep(content, f"二维码清单-{round_.code}.xlsx")


@bp.get("/sheet")
@desk(Permission.MANAGE_ENTRANCES)
def sheet() -> ResponseReturnValue:
    """Cards to cut out, six a page, of one community; a pack of all is a job."""
    round_, place_code = nav.the_round(), request.args.get("place", "")
    cards = [
        _card(code)
        for code in entrances.codes_of(db(), round_.id)
        if code.is_live and code.place.code == place_code
    ]
    if not cards:
        raise NothingToPrintError
    starts = range(0, len(cards), CARDS_A_PAGE)
    pages = [cards[start : start + CARDS_A_PAGE] for start in starts]
    return render("desk/entrances/sheet.html", round_=round_, pages=pages, host=_host())


@bp.get("/poster/<code>")
@desk(Permission.MANAGE_ENTRANCES)
def poster(code: str) -> ResponseReturnValue:
    """An A4 notice for one code."""
    found = fetch(db(), Code, code)
    round_ = get_round(db(), found.round_id)
    card, hours = _card(found), installation().hours_of(round_.opening_hours)
    return render(
        "desk/entrances/poster.html",
        round_=round_,
        card=card,
        host=_host(),
        hours=hours,
    )


def address(code: Code) -> str:
    """What the code says to a phone."""
    return address_of(installation().settings.base_url, code.code)


def _overview(channel_form: ChannelForm, form: IssueForm) -> str:
    round_ = nav.the_round()
    places, channels = places_in(db(), round_.id), entrances.channels(db())
    form.offer(places, channels)
    here, ways = (
        _ticked(places, form.places.data),
        _ticked(channels, form.channels.data),
    )
    fresh = entrances.wanted_codes(db(), round_.id, places=here, channels=ways)
    live = [c.place_id for c in entrances.codes_of(db(), round_.id) if c.is_live]
    return render(
        "desk/entrances/index.html",
        channel_form=channel_form,
        form=form,
        channels=channels,
        kinds=choices(CHANNELS),
        places=[(one, live.count(one.id)) for one in places],
        wanted=len(here) * len(ways),
        fresh=len(fresh),
        is_counted="preview" in request.form and not form.errors,
    )


def _ticked(things: list[T], ids: list[int] | None) -> list[T]:
    return [thing for thing in things if thing.id in (ids or [])]


def _card(code: Code) -> Card:
    return Card(code, b64encode(qr.svg(address(code))).decode())


def _host() -> str:
    return installation().settings.base_url.partition("://")[2]


def _file_name(code: Code) -> str:
    return f"{code.place.name}-{code.name}-{code.code}"


def _here(**values: object) -> str:
    return page_url("desk.entrances.index", round=nav.the_round().id, **values)


def _note(action: str, subject: str, reason: str = "") -> None:
    by = somebody().username
    audit.record(db(), by, action, subject=subject, reason=reason, now=now())
