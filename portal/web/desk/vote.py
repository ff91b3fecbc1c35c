"""测评: manifests, the opening, turnout without scores, and the close by two people."""

from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from sqlalchemy import event, select

from portal import vote
from portal.kernel.errors import InvalidError, NotFoundError
from portal.people import Permission, Staff, permits
from portal.places import get_place
from portal.rounds import Round, places_in, round_place
from portal.rounds.phases import PublicAct
from portal.vote import Election, ElectionState, Signatory
from portal.web import staff
from portal.web.desk import terms
from portal.web.desk.deeds import attempt, go_on, said
from portal.web.desk.desk_form import OneButton
from portal.web.desk.nav import the_round
from portal.web.desk.vote_forms import BadFileError, ManifestsForm, OpenForm
from portal.web.guards import desk, nonce
from portal.web.rendering import render
from portal.web.request import db, installation, now

bp = Blueprint("vote", __name__, url_prefix="/vote")

LARGEST_UPLOAD = 24 * 1024 * 1024  # bytes; 64 communities of 5000 slips are 22 MB

DONE = {
    "posted": "票根清单已收下。请把下面的张数和指纹贴到公告栏。",
    "opened": "投票已经开始。",
    "agreed": "已停止收票。请另一位关票人开票。",
    "counted": "已开票，票箱和钥匙已销毁。请停票的那一位会签。",
    "closed": "已会签。请把关票记录的指纹贴到公告栏。",
}


@bp.get("", endpoint="page")
@desk(Permission.RUN_VOTE)
def page() -> ResponseReturnValue:
    """Where the vote stands and what comes next."""
    return _page(
        manifests=ManifestsForm(formdata=None), opening=OpenForm(formdata=None)
    )


@bp.post("/manifests")
@desk(Permission.RUN_VOTE)
def manifests() -> ResponseReturnValue:
    """Take manifests: all of these files or none."""
    request.max_content_length = LARGEST_UPLOAD
    form, round_, who = ManifestsForm(), the_round(), staff.somebody()

    def post() -> None:
        for name, manifest in form.draft():
            _post(round_, manifest, name=name, by=who)

    if attempt(form, post):
        return go_on("desk.vote.page", done="posted")
    return _page(manifests=form, opening=OpenForm(formdata=None))


@bp.post("/open", endpoint="open")
@desk(Permission.RUN_VOTE)
def open_() -> ResponseReturnValue:
    """Begin: from now on ballots are taken and manifests stand."""
    form, round_, who = OpenForm().offer(_may_close()), the_round(), staff.somebody()
    if attempt(
        form,
        lambda: vote.open_election(
            db(),
            installation().keystore,
            round_=round_,
            closers=form.draft(),
            by=who.username,
            now=now(),
        ),
    ):
        return go_on("desk.vote.page", done="opened")
    return _page(manifests=ManifestsForm(formdata=None), opening=form)


@bp.post("/agree")
@desk(Permission.CLOSE_VOTE)
def agree() -> ResponseReturnValue:
    """The first closer ends the vote."""
    nonce()
    vote.agree(
        db(),
        installation().keystore,
        election=_election(),
        first=_signatory(),
        now=now(),
    )
    return go_on("desk.vote.page", done="agreed")


@bp.post("/count")
@desk(Permission.CLOSE_VOTE)
def count() -> ResponseReturnValue:
    """Another closer opens the box; what was sealed is destroyed once that is kept."""
    nonce()
    house, election = installation(), _election()
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

    return go_on("desk.vote.page", done="counted")


@bp.post("/countersign")
@desk(Permission.CLOSE_VOTE)
def countersign() -> ResponseReturnValue:
    """The first closer signs the closing record."""
    nonce()
    vote.countersign(
        db(),
        installation().ballots,
        election=_election(),
        first=_signatory(),
        now=now(),
    )
    return go_on("desk.vote.page", done="closed")


def _post(round_: Round, manifest: vote.Manifest, *, name: str, by: Staff) -> None:
    try:
        place = get_place(db(), manifest.place_code)
        round_place(db(), round_.id, place.id)
        vote.post_manifest(
            db(),
            round_=round_,
            place=place,
            manifest=manifest,
            by=by.username,
            now=now(),
        )
    except NotFoundError as error:
        raise BadFileError(name, "这个社区不在本轮里。") from error
    except InvalidError as error:
        raise BadFileError(name, error.sentence) from error


def _election() -> Election:
    found = vote.find_election(db(), the_round().id)
    if found is None:
        raise NotFoundError
    return found


def _signatory() -> Signatory:
    reader = staff.reader()
    return Signatory(reader.staff.id, reader.staff.username, reader.pair)


def _may_close() -> list[Staff]:
    active = db().scalars(select(Staff).where(Staff.is_active).order_by(Staff.id))
    return [one for one in active if permits(one.role, Permission.CLOSE_VOTE)]


def _page(*, manifests: ManifestsForm, opening: OpenForm) -> ResponseReturnValue:
    round_ = the_round()
    election = vote.find_election(db(), round_.id)
    posted = vote.manifests(db(), round_.id)
    page = render(
        "desk/vote/page.html",
        the_round=round_,
        election=election,
        ElectionState=ElectionState,
        posted=posted,
        missing=_missing(round_, {one.place_id for one in posted}),
        closers=vote.closers_of(db(), round_.id),
        me=staff.somebody(),
        turnout=installation().ballots.turnout(round_.id),
        fingerprint=vote.printer_fingerprint(db(), round_.id) if posted else "",
        closed=_closed(election),
        can_vote=round_.allows(PublicAct.VOTE),
        is_public=round_.allows(PublicAct.READ_RESULTS),
        manifests=manifests,
        opening=opening.offer(_may_close()),
        button=OneButton(formdata=None),
        terms=terms,
        said=said(DONE),
    )
    return page, 422 if manifests.errors or opening.errors else 200


def _missing(round_: Round, posted: set[int]) -> list[str]:
    """Communities of the round without slips."""
    return [p.name for p in places_in(db(), round_.id) if p.id not in posted]


def _closed(election: Election | None) -> dict[str, Any] | None:
    """What is posted on paper once both have signed."""
    if election is None or election.state is not ElectionState.CLOSED:
        return None
    return {
        "digest": vote.closing_digest(db(), election.round_id),
        "results": vote.results(db(), election.round_id),
    }
