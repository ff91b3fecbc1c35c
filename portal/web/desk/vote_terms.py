"""测评办法 on the desk: what is asked and how it is scored, until slips are made."""

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from portal import vote
from portal.people import Permission
from portal.vote import Election, ElectionState
from portal.web import staff
from portal.web.desk.deeds import attempt, go_on, said
from portal.web.desk.elections import at, tabs, the_election
from portal.web.desk.vote_terms_forms import TermsForm
from portal.web.guards import desk
from portal.web.rendering import render
from portal.web.request import db, now

bp = Blueprint("vote_terms", __name__, url_prefix="/vote/terms")

DONE = {"revised": "办法已保存。制票前请下载办法文件，交给制票人。"}


@bp.get("", endpoint="page")
@desk(Permission.RUN_VOTE)
def page() -> ResponseReturnValue:
    """The terms as they stand; a form while they may still change."""
    return _page(TermsForm.of(the_election().terms))


@bp.post("", endpoint="revise")
@desk(Permission.RUN_VOTE)
def revise() -> ResponseReturnValue:
    """Keep other terms."""
    form, election, who = TermsForm(), the_election(), staff.somebody().username
    if attempt(
        form,
        lambda: vote.revise(db(), election, terms=form.draft(), by=who, now=now()),
    ):
        return go_on("desk.vote_terms.page", done="revised", **at())
    return _page(form), 422


@bp.get("/file")
@desk(Permission.RUN_VOTE)
def file() -> ResponseReturnValue:
    """The file the printer makes slips with."""
    election = the_election()
    name = f"attachment; filename={election.code}.terms.json"
    return Response(
        election.document,
        mimetype="application/json",
        headers={"Content-Disposition": name},
    )


def _page(form: TermsForm) -> str:
    election = the_election()
    return render(
        "desk/vote/terms.html",
        terms=election.terms,
        is_frozen=_is_frozen(election),
        form=form,
        at=at(),
        tabs=tabs(),
        said=said(DONE),
    )


def _is_frozen(election: Election) -> bool:
    is_prepared = election.state is ElectionState.PREPARED
    return not is_prepared or bool(vote.manifests(db(), election.id))
