"""Forms of questionnaires: a file to send in, a draft's changes, its publication."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from flask import request
from wtforms import (
    BooleanField,
    FileField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired

from portal.kernel.errors import InvalidError
from portal.questionnaires import editing
from portal.questionnaires.definition import Definition, canonical
from portal.questionnaires.editing import ADDED, LISTED, Fresh, Wording
from portal.questionnaires.pasted import read_pasted
from portal.questionnaires.shape import ItemType
from portal.questionnaires.words import TYPES
from portal.questionnaires.workbook import read_workbook
from portal.questionnaires.workbook.writing import scale_names
from portal.web.desk.desk_form import DeskForm

Document = Mapping[str, Any]


class LostError(InvalidError):
    """What was looked at did not come back whole."""

    sentence = "刚才看过的那份没有完整带回来，没有存。请重新选一次文件。"


class NothingError(InvalidError):
    """Neither a file nor text."""

    sentence = "还没有选文件，也没有粘贴文字。请选一样，再按「先看一遍」。"


class SourceForm(DeskForm):
    """A questionnaire sent in to be looked at; then, as it was read, to be kept."""

    file = FileField("问卷表格")
    pasted = TextAreaField("从 Word 里粘贴")
    document = HiddenField()  # what was looked at, as JSON

    def read(self) -> Document:
        """The document of the file, of what was pasted, or what was looked at before.

        Raises WorkbookError, PastedError, EditError, LostError.
        """
        sent = request.files.get("file")
        if sent is not None and sent.filename:
            return read_workbook(sent.filename, sent.read())
        if (self.pasted.data or "").strip():
            return read_pasted(self.pasted.data or "")
        if not self.document.data:
            raise NothingError
        return self._looked_at()

    def is_confirmed(self) -> bool:
        """Whether it is to be kept, after its preview."""
        return request.form.get("step") == "keep"

    def show(self, document: Document) -> None:
        """Put what was read into the form that keeps it."""
        self.document.data = canonical(document).decode()

    def _looked_at(self) -> Document:
        try:
            found = json.loads(self.document.data or "")
            canonical(found)  # refuses what cannot be written down again
        except (ValueError, RecursionError) as error:
            raise LostError from error
        if not isinstance(found, dict):
            raise LostError
        editing.require_sound(found)
        return found


class TextsForm(DeskForm):
    """Title, first and last words of a draft."""

    title = StringField("标题", [DataRequired("请填标题。")])
    intro = TextAreaField("开头的话")
    thanks = TextAreaField("结束的话")

    @classmethod
    def of(cls, definition: Definition) -> "TextsForm":
        """The form of a draft as it stands; what was just typed goes before it."""
        texts = ("title", "intro", "thanks")
        return cls(data={name: getattr(definition, name) for name in texts})

    def changed(self, document: Document) -> Document:
        """The document with these texts."""
        return editing.retitled(
            document,
            title=self.title.data or "",
            intro=self.intro.data or "",
            thanks=self.thanks.data or "",
        )


class WordingForm(DeskForm):
    """One question in words."""

    title = TextAreaField("题目", [DataRequired("请填题目。")])
    help = TextAreaField("说明")
    lines = TextAreaField("选项，一行一个")
    required = BooleanField("必答")

    @classmethod
    def of(cls, item: Document) -> "WordingForm":
        """The form of a question as it stands; what was just typed goes before it."""
        return cls(
            data={
                "title": item["title"],
                "help": item.get("help", ""),
                "lines": editing.lines_for(item),
                "required": item.get("required", False),
            }
        )

    def draft(self) -> Wording:
        """What was typed."""
        return Wording(
            title=self.title.data or "",
            help=self.help.data or "",
            required=self.required.data,
            lines=self.lines.data or "",
        )


class FreshForm(WordingForm):
    """A new question, and where it goes."""

    type = SelectField(
        "题型", choices=lambda: [(kind.value, TYPES[kind][0]) for kind in ADDED]
    )
    after = SelectField("放在哪里", validate_choice=False)
    scale = SelectField("用哪套量表（量表题才用）", validate_choice=False)

    def offer(self, places: Sequence[tuple[str, str]], document: Document) -> None:
        """Fill in what can be chosen in this document."""
        self.after.choices = [
            ("", "放在最前面"),
            *((i, f"{t} 后面") for i, t in places),
        ]
        names = scale_names(document.get("scales", {}))
        self.scale.choices = [("", "满意、基本满意……不了解"), *names.items()]
        if not self.is_submitted():
            self.after.data = request.args.get("after", places[-1][0])

    def fresh(self) -> Fresh:
        """What was typed."""
        kind, wording = ItemType(self.type.data), self.draft()
        if kind not in LISTED:
            wording = Wording(
                title=wording.title, help=wording.help, required=wording.required
            )
        return Fresh(
            type=kind,
            wording=wording,
            after=self.after.data or "",
            scale=self.scale.data or "",
        )


class PublishForm(DeskForm):
    """Which reworded questions still ask the same, by id."""

    same = SelectMultipleField("改了说法、问的还是同一件事的题", validate_choice=False)

    def draft(self) -> list[str]:
        """The ids that were ticked."""
        return self.same.data or []


class ChoiceForm(DeskForm):
    """Which questionnaire a round will ask."""

    questionnaire = RadioField("问卷")

    @classmethod
    def of(cls, chosen: str, offered: list[tuple[str, str]]) -> "ChoiceForm":
        """The form with what can be chosen, and what was."""
        form = cls(data={"questionnaire": chosen})
        form.questionnaire.choices = offered
        return form
