"""测评: manifests, the opening, turnout without scores, and the close by two people."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from sqlalchemy import event, select

from portal import vote
from portal.kernel.errors import InvalidError, NotFoundError
from portal.people import Permission, Staff, permits
from portal.places import get_place
from portal.rounds import places_in, round_place
from portal.rounds.phases import PublicAct
from portal.vote import Election, ElectionState, Electorate, Signatory, VoteMode
from portal.web import staff
from portal.web.desk import open_vote
from portal.web.desk.deeds import attempt, go_on, said
from portal.web.desk.desk_form import OneButton
from portal.web.desk.elections import (
    at,
    current_election,
    tabs,
    the_election,
    the_electorate,
)
from portal.web.desk.nav import the_round
from portal.web.desk.vote_forms import (
    BadFileError,
    ClosersForm,
    ManifestsForm,
    OpenForm,
)
from portal.web.guards import desk, nonce
from portal.web.rendering import render
from portal.web.request import db, installation, now

bp = Blueprint("vote", __name__, url_prefix="/vote")

LARGEST_UPLOAD = 24 * 1024 * 1024  # bytes; 64 communities of 5000 slips are 22 MB

TEMPLATES = {
    VoteMode.SLIPS: "desk/vote/page.html",
    VoteMode.OPEN: "desk/vote/open.html",
}
OPENING: Mapping[VoteMode, type[ClosersForm]] = {
    VoteMode.SLIPS: OpenForm,
    VoteMode.OPEN: ClosersForm,
}
DONE = {
    "prepared": "可以准备了：先看测评办法，再制票、上传票根清单。",
    "posted": "票根清单已收下。请把下面的张数和指纹贴到公告栏。",
    "opened": "投票已经开始。",
    "agreed": "已停止收票。请另一位关票人开票。",
    "counted": "已开票，票箱和钥匙已销毁。请停票的那一位会签。",
    "by_open": "改成开放评价了：不发票，谁扫了社区的码都能评。",
    "by_slips": "改回入户票了：请制票，上传票根清单。",
    "closed": "已会签，结果可以公布了。",
}


@bp.get("", endpoint="page")
@desk(Permission.RUN_VOTE)
def page() -> ResponseReturnValue:
    """Where the vote stands and what comes next."""
    return _page(
        manifests=ManifestsForm(formdata=None), opening=OpenForm(formdata=None)
    )


@bp.post("/prepare")
@desk(Permission.RUN_VOTE)
def prepare() -> ResponseReturnValue:
    """Begin the election of this electorate, under the default terms."""
    nonce()
    vote.prepare(
        db(),
        round_=the_round(),
        electorate=the_electorate(),
        by=staff.somebody().username,
        now=now(),
    )
    return go_on("desk.vote.page", done="prepared", **at())


@bp.post("/manifests")
@desk(Permission.RUN_VOTE)
def manifests() -> ResponseReturnValue:
    """Take manifests: all of these files or none."""
    request.max_content_length = LARGEST_UPLOAD
    form, election, who = ManifestsForm(), the_election(), staff.somebody()

    def post() -> None:
        for name, manifest in form.draft():
            _post(election, manifest, name=name, by=who)

    if attempt(form, post):
        return go_on("desk.vote.page", done="posted", **at())
    return _page(manifests=form, opening=OpenForm(formdata=None))


@bp.post("/open", endpoint="open")
@desk(Permission.RUN_VOTE)
def open_() -> ResponseReturnValue:
    """Begin: from now on ballots are taken and manifests stand."""
    election, who = the_election(), staff.somebody()
    form = OPENING[election.mode]().offer(_may_close())
    if attempt(form, lambda: _open(election, form, who.username)):
        return go_on("desk.vote.page", done="opened", **at())
    return _page(manifests=ManifestsForm(formdata=None), opening=form)


@bp.post("/agree")
@desk(Permission.CLOSE_VOTE)
def agree() -> ResponseReturnValue:
    """The first closer ends the vote."""
    nonce()
    vote.agree(
        db(),
        installation().keystore,
        election=the_election(),
        first=_signatory(),
        now=now(),
    )
    return go_on("desk.vote.page", done="agreed", **at())


@bp.post("/count")
@desk(Permission.CLOSE_VOTE)
def count() -> ResponseReturnValue:
    """Another closer opens the box; what was sealed is destroyed once that is kept."""
    nonce()
    house, election = installation(), the_election()
    vote.count(
        db(),
        house.keystore,
        house.ballots,
        election=election,
        second=_signatory(),
        now=now(),
    )

    @event.listens_for(db(), "after_commit", once=True)
    def _(_session: object) -> None:
        vote.destroy_ballots(house.keystore, house.ballots, election=election)

    return go_on("desk.vote.page", done="counted", **at())


@bp.post("/countersign")
@desk(Permission.CLOSE_VOTE)
def countersign() -> ResponseReturnValue:
    """The first closer signs the closing record."""
    nonce()
    vote.countersign(
        db(),
        installation().ballots,
        election=the_election(),
        first=_signatory(),
        now=now(),
    )
    return go_on("desk.vote.page", done="closed", **at())


def _open(election: Election, form: ClosersForm, by: str) -> None:
    if form.asks_items:
        vote.ask_items(db(), election, by=by, now=now())
    keystore, closers = installation().keystore, form.draft()
    vote.open_election(
        db(), keystore, election=election, closers=closers, by=by, now=now()
    )


def _post(election: Election, manifest: vote.Manifest, *, name: str, by: Staff) -> None:
    try:
        place = get_place(db(), manifest.place_code)
        round_place(db(), election.round_id, place.id)
        vote.post_manifest(
            db(),
            election=election,
            place=place,
            manifest=manifest,
            by=by.username,
            now=now(),
        )
    except NotFoundError as error:
        raise BadFileError(name, "这个社区不在本轮里。") from error
    except InvalidError as error:
        raise BadFileError(name, error.sentence) from error


def _signatory() -> Signatory:
    reader = staff.reader()
    return Signatory(reader.staff.id, reader.staff.username, reader.pair)


def _may_close() -> list[Staff]:
    active = db().scalars(select(Staff).where(Staff.is_active).order_by(Staff.id))
    return [one for one in active if permits(one.role, Permission.CLOSE_VOTE)]


def _page(*, manifests: ManifestsForm, opening: ClosersForm) -> ResponseReturnValue:
    round_, election = the_round(), current_election()
    page = render(
        TEMPLATES[election.mode if election else VoteMode.SLIPS],
        the_round=round_,
        electorate=the_electorate(),
        Electorate=Electorate,
        ElectionState=ElectionState,
        election=election,
        at=at(),
        tabs=tabs(),
        me=staff.somebody(),
        can_vote=round_.allows(PublicAct.VOTE),
        is_public=round_.allows(PublicAct.READ_RESULTS),
        manifests=manifests,
        opening=opening.offer(_may_close()),
        button=OneButton(formdata=None),
        said=said(DONE),
        **(_standing(election) if election else {"closed": None}),
    )
    return page, 422 if manifests.errors or opening.errors else 200


def _standing(election: Election) -> dict[str, Any]:
    """How far the preparation, the voting and the close have come."""
    if election.mode is VoteMode.OPEN:
        return open_vote.standing(election)
    posted = vote.manifests(db(), election.id)
    is_closed = election.state is ElectionState.CLOSED
    return {
        "terms": election.terms,
        "posted": posted,
        "missing": _missing(election, {one.place_id for one in posted}),
        "fingerprint": vote.printer_fingerprint(db(), election) if posted else "",
        "closers": vote.closers_of(db(), election.id),
        "turnout": installation().ballots.turnout(election.id),
        "unconfirmed": installation().ballots.unconfirmed(election.id).total(),
        "closed": vote.result_of(election) if is_closed else None,
    }


def _missing(election: Election, posted: set[int]) -> list[str]:
    """Communities of the round without slips."""
    everywhere = places_in(db(), election.round_id)
    return [place.name for place in everywhere if place.id not in posted]
