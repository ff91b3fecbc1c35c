"""The vote's paper on the desk: who did what, five slips drawn, how many went out."""

from datetime import date

from flask import Blueprint
from flask.typing import ResponseReturnValue
from wtforms import DateField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from portal import vote
from portal.kernel.errors import NotFoundError
from portal.people import Permission
from portal.vote import ElectionState, PlaceManifest, records
from portal.vote.records import Handout, PaperDuty
from portal.web import staff
from portal.web.desk.deeds import attempt, go_on, said
from portal.web.desk.desk_form import DeskForm
from portal.web.desk.elections import at, tabs, the_election
from portal.web.guards import desk
from portal.web.rendering import render
from portal.web.request import db, now

bp = Blueprint("vote_paper", __name__, url_prefix="/vote/paper")

NAME = [DataRequired("请写姓名。"), Length(max=30, message="姓名请不要超过 30 个字。")]
DONE = {
    "assigned": "三个人都记下了，关票时写进关票记录公布。",
    "drawn": "五张票都在公布的清单里，已经作废；票号会随关票记录公布。",
    "handed": "张数记下了。",
}


class DutiesForm(DeskForm):
    """Three names."""

    printer = StringField("制票", NAME)
    distributor = StringField("发放", NAME)
    observer = StringField("监票", NAME)

    def draft(self) -> dict[PaperDuty, str]:
        """Names by duty."""
        return {duty: self[duty.value].data for duty in PaperDuty}


class PlaceForm(DeskForm):
    """Something about one community's slips."""

    place = SelectField("社区", coerce=int)

    def offer(self, posted: list[PlaceManifest]) -> None:
        """Offer the communities that have slips."""
        self.place.choices = [(one.place_id, one.place.name) for one in posted]
        self._posted = {one.place_id: one for one in posted}

    @property
    def manifest(self) -> PlaceManifest:
        """Of the community that was chosen."""
        return self._posted[self.place.data]


class DrawForm(PlaceForm):
    """Five secrets, read off slips that were opened before everybody."""

    watched_by = StringField("抽票的监票人", NAME)
    secrets = TextAreaField("五张票的选票密码", [DataRequired("请填五个选票密码。")])


class HandOutForm(PlaceForm):
    """How many went out on a day."""

    on = DateField("哪一天", [InputRequired("请写哪一天发的。")])
    number = IntegerField("发出张数", [InputRequired("请写发出多少张。")])
    handed_by = StringField("发放人", NAME)

    def draft(self) -> Handout:
        """What was recorded."""
        day, number = self.on.data or date.min, self.number.data or 0
        return Handout(day, number, self.handed_by.data or "")


@bp.get("", endpoint="page")
@desk(Permission.RUN_VOTE)
def page() -> ResponseReturnValue:
    """What is recorded, and three forms."""
    return _page()


@bp.post("/duties")
@desk(Permission.RUN_VOTE)
def duties() -> ResponseReturnValue:
    """Name who prints, hands out and watches."""
    form, who = DutiesForm(), staff.somebody().username
    election = the_election()
    if attempt(
        form,
        lambda: records.assign(
            db(), election=election, names=form.draft(), by=who, now=now()
        ),
    ):
        return go_on("desk.vote_paper.page", done="assigned", **at())
    return _page(duties=form)


@bp.post("/draw")
@desk(Permission.RUN_VOTE)
def draw() -> ResponseReturnValue:
    """Prove five opened slips and void them."""
    form, who = DrawForm(), staff.somebody().username
    form.offer(_posted())
    if attempt(
        form,
        lambda: records.draw_slips(
            db(),
            manifest=form.manifest,
            secrets=(form.secrets.data or "").splitlines(),
            observer=form.watched_by.data or "",
            by=who,
            now=now(),
        ),
    ):
        return go_on("desk.vote_paper.page", done="drawn", **at())
    return _page(draw=form)


@bp.post("/handed-out")
@desk(Permission.RUN_VOTE)
def handed_out() -> ResponseReturnValue:
    """Record a day's count."""
    form, who = HandOutForm(), staff.somebody().username
    form.offer(_posted())
    if attempt(
        form,
        lambda: records.hand_out(
            db(), manifest=form.manifest, out=form.draft(), by=who, now=now()
        ),
    ):
        return go_on("desk.vote_paper.page", done="handed", **at())
    return _page(handed=form)


def _posted() -> list[PlaceManifest]:
    posted = vote.manifests(db(), the_election().id)
    if not posted:
        raise NotFoundError
    return posted


def _page(
    *,
    duties: DutiesForm | None = None,
    draw: DrawForm | None = None,
    handed: HandOutForm | None = None,
) -> ResponseReturnValue:
    election, forms = the_election(), (duties, draw, handed)
    posted = vote.manifests(db(), election.id)
    draw, handed = draw or DrawForm(None), handed or HandOutForm(None, on=now().date())
    for form in (draw, handed):
        form.offer(posted)
    held = records.duties(db(), election.id)
    shown = render(
        "desk/vote/paper.html",
        is_prepared=election.state is ElectionState.PREPARED,
        at=at(),
        tabs=tabs(),
        rows=[
            (m, len(records.voided(db(), m)), records.handed_out(db(), m))
            for m in posted
        ],
        duties=duties or DutiesForm(None, **{str(k): v for k, v in held.items()}),
        draw=draw,
        handed=handed,
        said=said(DONE),
    )
    return shown, 422 if any(form for form in forms) else 200
