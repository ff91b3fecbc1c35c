"""问卷: every questionnaire of the office's own, its versions, and the sample."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from portal.kernel import versions
from portal.people import Permission
from portal.questionnaires import drafting, publishing, shipped
from portal.questionnaires.definition import parse
from portal.questionnaires.workbook import template_workbook, write_workbook
from portal.web.desk import words
from portal.web.desk.deeds import go_on, said
from portal.web.desk.desk_form import OneButton
from portal.web.desk.downloads import file_to_keep
from portal.web.desk.questionnaires_page import blocks, picture, table, visible
from portal.web.guards import desk, nonce
from portal.web.rendering import render
from portal.web.request import db, now
from portal.web.staff import somebody

bp = Blueprint("questionnaires", __name__, url_prefix="/questionnaires")

DONE = {
    "drafted": "草稿已存好。看一遍，没有问题就发布；发布以前，轮次问的不变。",
    "changed": "改好了。",
    "renewed": "已当作新题：编号换了，以前的回答留在旧题下面。",
    "published": "已发布。选了它、还没公告的轮次会问这一版；公告过的不变。",
    "discarded": "草稿已删去。",
    "retired": "已停用：以后的轮次不能再选它，问过它的轮次照旧。",
    "restored": "已恢复使用。",
    "corrected": "文字已更正。正在填的人交的时候会看到新的说法，勾过的都还在。",
}


@bp.get("")
@desk(Permission.MANAGE_ROUNDS)
def index() -> ResponseReturnValue:
    """Every questionnaire, and the sample."""
    return render("desk/questionnaires/index.html", **table(), done=said(DONE))


@bp.get("/<int:questionnaire_id>")
@desk(Permission.MANAGE_ROUNDS)
def show(questionnaire_id: int) -> ResponseReturnValue:
    """One version to be read, and what can be done with it."""
    return render(
        "desk/questionnaires/show.html",
        **picture(visible(questionnaire_id)),
        button=OneButton(formdata=None),
        done=said(DONE),
    )


@bp.get("/<int:questionnaire_id>/questionnaire.xlsx")
@desk(Permission.MANAGE_ROUNDS)
def download(questionnaire_id: int) -> ResponseReturnValue:
    """One version as a workbook."""
    found = visible(questionnaire_id)
    name = f"{found.definition.title}-第{found.version}版.xlsx"
    return file_to_keep(write_workbook(found.content), name)


@bp.get("/template.xlsx")
@desk(Permission.MANAGE_ROUNDS)
def template() -> ResponseReturnValue:
    """The workbook to fill in."""
    return file_to_keep(template_workbook(), "问卷模板.xlsx")


@bp.route("/sample", methods=["GET", "POST"])
@desk(Permission.MANAGE_ROUNDS)
def sample() -> ResponseReturnValue:
    """What is shipped; with the button, it begins a questionnaire of one's own."""
    document, form = shipped.compose(), OneButton()
    if form.validate_on_submit():
        made = drafting.begin(db(), document, by=somebody().username, now=now())
        return go_on(
            "desk.questionnaires.show", done="drafted", questionnaire_id=made.id
        )
    return render(
        "desk/questionnaires/sample.html",
        words=words,
        definition=parse(document),
        blocks=blocks(document),
        form=form,
    )


@bp.post("/<int:questionnaire_id>/copy")
@desk(Permission.MANAGE_ROUNDS)
def copy(questionnaire_id: int) -> ResponseReturnValue:
    """另起一份: begin another questionnaire with what a version says."""
    nonce()
    document, by = visible(questionnaire_id).content, somebody().username
    made = drafting.begin(db(), document, by=by, now=now())
    return go_on("desk.questionnaires.show", done="drafted", questionnaire_id=made.id)


@bp.post("/<int:questionnaire_id>/retire")
@desk(Permission.MANAGE_ROUNDS)
def retire(questionnaire_id: int) -> ResponseReturnValue:
    """停用."""
    nonce()
    found = visible(questionnaire_id)
    publishing.retire(db(), found, by=somebody().username, now=now())
    return go_on("desk.questionnaires.show", done="retired", questionnaire_id=found.id)


@bp.post("/<int:questionnaire_id>/restore")
@desk(Permission.MANAGE_ROUNDS)
def restore(questionnaire_id: int) -> ResponseReturnValue:
    """恢复使用."""
    nonce()
    found = visible(questionnaire_id)
    versions.restore(db(), found, by=somebody().username, now=now())
    return go_on("desk.questionnaires.show", done="restored", questionnaire_id=found.id)
