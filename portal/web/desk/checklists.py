"""清单: what an inspection looks for: every list, its versions, and the samples."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from portal import checklists
from portal.people import Permission
from portal.web.desk import words
from portal.web.desk.checklists_page import (
    blocks,
    kinds_in,
    picture,
    plain_tree,
    table,
    visible,
)
from portal.web.desk.deeds import go_on, said
from portal.web.desk.desk_form import OneButton
from portal.web.desk.downloads import file_to_keep
from portal.web.guards import desk, nonce
from portal.web.rendering import page_url, render
from portal.web.request import db, now
from portal.web.staff import somebody

bp = Blueprint("checklists", __name__, url_prefix="/checklists")

DONE = {
    "drafted": "草稿已存好。看一遍，没有问题就发布；发布以前，在用的版本不变。",
    "changed": "改好了。",
    "published": "已发布。还没公告的轮次会用这一版，公告过的轮次不变。",
    "discarded": "草稿已删去。",
    "retired": "已停用：以后公告的轮次不再用它，用过它的轮次照旧。",
    "restored": "已恢复使用。",
}


@bp.get("")
@desk(Permission.READ_FINDINGS)
def index() -> ResponseReturnValue:
    """Every list, the samples, and what the round uses."""
    return render("desk/checklists/index.html", **table(), done=said(DONE))


@bp.get("/<int:checklist_id>")
@desk(Permission.READ_FINDINGS)
def show(checklist_id: int) -> ResponseReturnValue:
    """One version as a tree, with its questions and findings."""
    found = visible(checklist_id)
    here = page_url("desk.checklists.show", checklist_id=found.id)
    return render(
        "desk/checklists/show.html",
        **picture(found),
        kinds=kinds_in(found.outline, here),
        button=OneButton(formdata=None),
        done=said(DONE),
    )


@bp.get("/<int:checklist_id>/paper")
@desk(Permission.READ_FINDINGS)
def paper(checklist_id: int) -> ResponseReturnValue:
    """One version on A4, with boxes to tick on the spot."""
    found = visible(checklist_id)
    return render(
        "desk/checklists/paper.html", checklist=found, blocks=blocks(found.outline)
    )


@bp.get("/<int:checklist_id>/list.xlsx")
@desk(Permission.READ_FINDINGS)
def download(checklist_id: int) -> ResponseReturnValue:
    """One version as a workbook."""
    found = visible(checklist_id)
    name = f"{found.title}-第{found.version}版.xlsx"
    return file_to_keep(checklists.outline_workbook(found.outline), name)


@bp.get("/template.xlsx")
@desk(Permission.READ_FINDINGS)
def template() -> ResponseReturnValue:
    """The workbook to fill in."""
    return file_to_keep(checklists.template_workbook(), "清单模板.xlsx")


@bp.route("/samples/<name>", methods=["GET", "POST"])
@desk(Permission.MANAGE_ROUNDS)
def sample(name: str) -> ResponseReturnValue:
    """A shipped list; with the button, it is adopted as a draft."""
    found, form = checklists.sample(name), OneButton()
    if form.validate_on_submit():
        made = checklists.adopt(db(), name, by=somebody().username, now=now())
        return go_on("desk.checklists.show", done="drafted", checklist_id=made.id)
    here = page_url("desk.checklists.sample", name=name)
    return render(
        "desk/checklists/sample.html",
        words=words,
        sample=found,
        tree=plain_tree(found.outline),
        kinds=kinds_in(found.outline, here),
        form=form,
    )


@bp.post("/<int:checklist_id>/retire")
@desk(Permission.MANAGE_ROUNDS)
def retire(checklist_id: int) -> ResponseReturnValue:
    """停用."""
    nonce()
    found = visible(checklist_id)
    checklists.retire(db(), found, by=somebody().username, now=now())
    return go_on("desk.checklists.show", done="retired", checklist_id=found.id)


@bp.post("/<int:checklist_id>/restore")
@desk(Permission.MANAGE_ROUNDS)
def restore(checklist_id: int) -> ResponseReturnValue:
    """恢复使用."""
    nonce()
    found = visible(checklist_id)
    checklists.restore(db(), found, by=somebody().username, now=now())
    return go_on("desk.checklists.show", done="restored", checklist_id=found.id)
