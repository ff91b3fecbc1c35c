"""Forms of the lists: a workbook to send in, a draft's changes, its publication."""

from base64 import b64decode, b64encode
from binascii import Error as NotBase64

from flask import request
from wtforms import (
    FileField,
    HiddenField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Length

from portal.checklists import KIND_WORDS, Checklist, Point
from portal.checklists.outline import LONGEST_TITLE
from portal.places import Kind, Trait
from portal.web.desk.desk_form import DeskForm
from portal.web.desk.words import scope

EVERYBODY = ("", "共性：不分社区类型")
OFFERED = [kind for kind in KIND_WORDS if kind in {*Kind, *Trait}]
_title = Length(max=LONGEST_TITLE, message=f"名称最多 {LONGEST_TITLE} 个字。")


class WorkbookForm(DeskForm):
    """A workbook, sent in to be looked at; then, as it was read, to be kept."""

    file = FileField("清单表格")
    book = HiddenField()  # what was looked at, as a workbook of ours in base64

    def contents(self) -> tuple[str, bytes]:
        """The file, as (name, content); the one that was looked at, if that is sent."""
        sent = request.files.get("file")
        if sent is not None and sent.filename:
            return sent.filename, sent.read()
        try:
            return "清单.xlsx", b64decode(self.book.data or "", validate=True)
        except NotBase64:
            return "", b""

    def is_confirmed(self) -> bool:
        """Whether it is to be kept, after its preview."""
        return request.form.get("step") == "keep"

    def show(self, book: bytes) -> None:
        """Put what was read into the form that keeps it."""
        self.book.data = b64encode(book).decode()


class NamingForm(DeskForm):
    """What a list is called, and whom it is for."""

    title = StringField("清单名称", [DataRequired("请填清单名称。"), _title])
    kind = SelectField(
        "共性还是个性",
        choices=lambda: [EVERYBODY, *((kind, scope(kind)) for kind in OFFERED)],
        default="",
    )

    @classmethod
    def of(cls, draft: Checklist) -> "NamingForm":
        """The form of a draft as it stands; what was just typed goes before it."""
        return cls(data={"title": draft.title, "kind": draft.kind or ""})

    def draft(self) -> tuple[str, str | None]:
        """The title and the kind, None for everybody."""
        return self.title.data or "", self.kind.data or None


class NewListForm(NamingForm, WorkbookForm):
    """A list nobody had before."""


class PointForm(DeskForm):
    """One point of a draft."""

    title = StringField("要点", [DataRequired("请填要点。"), _title])
    problems = TextAreaField("问题，一行一个")

    @classmethod
    def of(cls, point: Point) -> "PointForm":
        """The form of a point as it stands; what was just typed goes before it."""
        lines = "\n".join(problem.text for problem in point.problems)
        return cls(data={"title": point.title, "problems": lines})

    def draft(self) -> tuple[str, list[str]]:
        """The title and the lines."""
        return self.title.data or "", (self.problems.data or "").splitlines()


class PublishForm(DeskForm):
    """Which renamed points still mean the same, by code."""

    same = SelectMultipleField(
        "改了名称、说的还是同一件事的要点", validate_choice=False
    )

    def draft(self) -> list[str]:
        """The codes that were ticked."""
        return self.same.data or []
