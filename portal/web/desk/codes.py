"""二维码: the life of one community's codes, from the printer to the wall."""

from io import BytesIO

from flask import Blueprint, redirect, request, send_file
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from portal import entrances
from portal.entrances import Channel, ChannelKind, Code, HungPicture
from portal.entrances.codes import LONGEST_LABEL
from portal.intake.pictures import LARGEST_FILE, clean_picture
from portal.kernel import audit, codes
from portal.kernel.database import fetch
from portal.kernel.errors import NotFoundError, Refusal
from portal.people import Permission
from portal.places import Place
from portal.rounds import places_in
from portal.web import guards
from portal.web.desk import nav
from portal.web.desk.desk_form import DeskForm, OneButton
from portal.web.errors import status_of
from portal.web.guards import desk
from portal.web.rendering import page_url, render
from portal.web.request import db, installation, now, today
from portal.web.staff import somebody

ONLINE = {kind for kind in ChannelKind if kind.value.endswith("_group")} | {
    ChannelKind.ACCOUNT
}

bp = Blueprint("codes", __name__, url_prefix="/codes")


class LabelsForm(DeskForm):
    """Buildings that get a code of their own."""

    channel = SelectField("渠道", coerce=int)
    labels = TextAreaField("位置，每行一个", [DataRequired("请至少写一个位置。")])

    def offer(self, channels: list[Channel]) -> "LabelsForm":
        """Every channel there is."""
        self.channel.choices = [(channel.id, channel.name) for channel in channels]
        return self


class PostedForm(DeskForm):
    """Where a code hangs."""

    where = StringField(
        "贴在哪里",
        [Length(max=LONGEST_LABEL, message=f"位置请不要超过 {LONGEST_LABEL} 个字。")],
    )


@bp.get("/place/<place_code>")
@desk(Permission.MANAGE_ENTRANCES)
def place(place_code: str) -> ResponseReturnValue:
    """The codes of one community and what became of them."""
    return _page(_place(place_code), _labels_form(sent=False))


@bp.post("/place/<place_code>/labels")
@desk(Permission.MANAGE_ENTRANCES)
def label(place_code: str) -> ResponseReturnValue:
    """Count codes for buildings, or issue them."""
    here, form = _place(place_code), _labels_form(sent=True)
    if not form.validate():
        return _page(here, form), 422
    channel = db().get_one(Channel, form.channel.data)
    try:
        labels = entrances.labels_in(form.labels.data or "")
    except Refusal as refusal:
        form.refuse(refusal)
        return _page(here, form), status_of(refusal)
    round_id, ways = nav.the_round().id, [channel]
    if "preview" in request.form:
        fresh = entrances.wanted_codes(
            db(), round_id, places=[here], channels=ways, labels=labels
        )
        return _page(here, form, counted=(len(labels), len(fresh)))
    made = entrances.issue(
        db(), round_id, places=[here], channels=ways, labels=labels, today=today()
    )
    _note("code.issue", here.code, str(len(made)))
    return redirect(_there(here, done="issued", n=len(made)), 303)


@bp.post("/place/<place_code>/printed")
@desk(Permission.MANAGE_ENTRANCES)
def printed(place_code: str) -> ResponseReturnValue:
    """Note that the community's codes went to the printer."""
    guards.nonce()
    here = _place(place_code)
    live = [code for code in _codes(here) if code.is_live]
    entrances.mark_printed(db(), live, today=today())
    _note("code.printed", here.code, str(len(live)))
    return redirect(_there(here, done="saved"), 303)


@bp.post("/<code>/posted")
@desk(Permission.MANAGE_ENTRANCES)
def posted(code: str) -> ResponseReturnValue:
    """Note where a code hangs."""
    request.max_content_length = LARGEST_FILE + 64 * 1024
    found, form = _code(code), PostedForm()
    if not form.validate():
        return _page(found.place, _labels_form(sent=False), refused=form), 422
    try:
        jpeg = _picture()
    except Refusal as refusal:
        form.refuse(refusal)
        page = _page(found.place, _labels_form(sent=False), refused=form)
        return page, status_of(refusal)
    entrances.mark_posted(
        db(),
        found,
        where=form.where.data or "",
        by=somebody().name,
        today=today(),
        jpeg=jpeg,
    )
    _note("code.posted", found.code)
    return redirect(_there(found.place, done="saved"), 303)


@bp.get("/<code>/hung.jpg")
@desk(Permission.MANAGE_ENTRANCES)
def hung(code: str) -> ResponseReturnValue:
    """The photo of where a code hangs."""
    found = fetch(db(), HungPicture, code)
    return send_file(BytesIO(found.jpeg), "image/jpeg")


@bp.post("/<code>/rotate")
@desk(Permission.MANAGE_ENTRANCES)
def rotate(code: str) -> ResponseReturnValue:
    """Give the entrance a new code; the old one goes on, apart."""
    guards.nonce()
    found = _code(code)
    fresh = entrances.rotate(db(), found, today=today())
    _note("code.rotate", found.code, fresh.code)
    return redirect(_there(found.place, done="code_rotated"), 303)


@bp.post("/<code>/withdraw")
@desk(Permission.MANAGE_ENTRANCES)
def withdraw(code: str) -> ResponseReturnValue:
    """Stop a code for good."""
    guards.nonce()
    found = _code(code)
    entrances.withdraw(db(), found, today=today())
    _note("code.withdraw", found.code)
    return redirect(_there(found.place, done="withdrawn"), 303)


def _page(
    here: Place,
    form: LabelsForm,
    *,
    counted: tuple[int, int] | None = None,
    refused: PostedForm | None = None,
) -> str:
    reaches = entrances.reaches(db(), _codes(here))
    return render(
        "desk/codes/place.html",
        place=here,
        reaches=[(reach, codes.in_fours(reach.code.code)) for reach in reaches],
        form=form,
        counted=counted,
        refused=refused,
        posted_form=PostedForm(formdata=None),
        longest_label=LONGEST_LABEL,
        pictured=set(
            db().scalars(
                select(HungPicture.code).where(
                    HungPicture.code.in_([reach.code.code for reach in reaches])
                )
            )
        ),
        chats=_chats([reach.code for reach in reaches]),
        button=OneButton(formdata=None),
    )


def _picture() -> bytes | None:
    """The photo that was sent along, drawn anew; None where none was chosen."""
    file = request.files.get("picture")
    if file is None or not file.filename:
        return None
    return clean_picture(file.read())


def _chats(codes: list[Code]) -> list[tuple[Code, str]]:
    """What to paste into each of the community's groups."""
    house, round_ = installation(), nav.the_round()
    return [
        (code, house.notice(code, round_).chat_text)
        for code in codes
        if code.is_live and code.channel.kind in ONLINE
    ]


def _labels_form(*, sent: bool) -> LabelsForm:
    form = LabelsForm() if sent else LabelsForm(formdata=None)
    return form.offer(entrances.channels(db()))


def _place(place_code: str) -> Place:
    for one in places_in(db(), nav.the_round().id):
        if one.code == place_code:
            return one
    raise NotFoundError


def _codes(here: Place) -> list[Code]:
    found = entrances.codes_of(db(), nav.the_round().id)
    return [code for code in found if code.place_id == here.id]


def _code(typed: str) -> Code:
    found = fetch(db(), Code, typed)
    nav.about(found.round_id)
    return found


def _there(here: Place, **values: object) -> str:
    return page_url(
        "desk.codes.place", place_code=here.code, round=nav.the_round().id, **values
    )


def _note(action: str, subject: str, reason: str = "") -> None:
    by = somebody().username
    audit.record(db(), by, action, subject=subject, reason=reason, now=now())
