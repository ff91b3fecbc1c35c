"""社区: the place tree, its import from Excel and CSV, and changes by hand."""

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from portal import places
from portal.kernel import audit
from portal.kernel.errors import InvalidError
from portal.people import Permission
from portal.places import Level, Place, PlacesFileError
from portal.web.desk.downloads import file_to_keep
from portal.web.desk.places_forms import PlaceForm, UploadForm
from portal.web.guards import desk
from portal.web.rendering import page_url, render
from portal.web.request import db, forget, now
from portal.web.staff import somebody

bp = Blueprint("places", __name__, url_prefix="/places")

LARGEST_UPLOAD = 8 * 1024 * 1024  # bytes of all files together; a district has 0.2 MB


@bp.get("")
@desk(Permission.MANAGE_PLACES)
def index() -> ResponseReturnValue:
    """The tree, by street."""
    return render(
        "desk/places/index.html",
        tree=places.place_tree(db()),
        abolished=places.abolished_places(db()),
        count=len(places.communities(db())),
    )


@bp.route("/import", methods=["GET", "POST"])
@desk(Permission.MANAGE_PLACES)
def upload() -> ResponseReturnValue:
    """Take files in, all or nothing; every mistake is named by its cell."""
    request.max_content_length = LARGEST_UPLOAD
    form = UploadForm()
    if not form.is_submitted():
        return render("desk/places/upload.html", form=form, mistakes=[])
    if not form.validate():
        return render("desk/places/upload.html", form=form, mistakes=[]), 422
    try:
        report = places.import_places(db(), form.contents())
    except PlacesFileError as refusal:
        forget()
        form.refuse(refusal)
        found = refusal.mistakes
        return render("desk/places/upload.html", form=form, mistakes=found), 422
    counts = f"+{report.added} ~{report.updated} -{report.abolished}"
    _note("place.import", "", counts)
    return render("desk/places/report.html", report=report)


@bp.get("/template.xlsx")
@desk(Permission.MANAGE_PLACES)
def template() -> ResponseReturnValue:
    """The workbook to fill in."""
    return file_to_keep(places.template_workbook(), "社区名单模板.xlsx")


@bp.route("/<code>", methods=["GET", "POST"])
@desk(Permission.MANAGE_PLACES)
def edit(code: str) -> ResponseReturnValue:
    """Change one place."""
    place = places.get_place(db(), code)
    form, page = PlaceForm.of(place), "desk/places/edit.html"
    if not form.is_submitted():
        return render(page, form=form, place=place, parents=_above(place))
    if form.validate():
        try:
            places.edit_place(db(), place, **_changes(form, place))
        except InvalidError as refusal:
            forget()
            form.refuse(refusal)
        else:
            _note("place.edit", place.code)
            return redirect(page_url("desk.places.edit", code=code, done="saved"), 303)
    return render(page, form=form, place=place, parents=_above(place)), 422


def _changes(form: PlaceForm, place: Place) -> places.tree.PlaceChanges:
    """Streets and districts have a name only."""
    draft = form.draft()
    if place.level is Level.COMMUNITY:
        return draft
    return places.tree.PlaceChanges(name=draft["name"])


def _above(place: Place) -> str:
    parents = []
    while place.parent is not None:
        place = place.parent
        parents.append(place.name)
    return " · ".join(reversed(parents))


def _note(action: str, subject: str, reason: str = "") -> None:
    by = somebody().username
    audit.record(db(), by, action, subject=subject, reason=reason, now=now())
