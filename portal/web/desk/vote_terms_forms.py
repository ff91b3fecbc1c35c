"""What is typed on 「测评办法」: a row for every dimension and option there can be."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from wtforms import FieldList, Form, FormField, StringField, TextAreaField

from portal.vote import Dimension, Option, Terms
from portal.vote.terms import DIMENSION_IDS, OPTION_IDS, UnsoundTermsError
from portal.web.desk.desk_form import DeskForm


class NotANumberError(UnsoundTermsError):
    """A weight or a score is no whole number."""

    def __init__(self, words: str) -> None:
        super().__init__(f"「{words}」不是整数。权重和分值都写整数。")


class DimensionRow(Form):
    """A dimension; without a name it is left out."""

    name = StringField("名称")
    example = StringField("例子，用大白话")
    weight = StringField("权重")


class OptionRow(Form):
    """An option; without a name it is left out, without a score it is set apart."""

    name = StringField("选项")
    points = StringField("分值")


def _rows(of: type[Form], slots: tuple[str, ...]) -> "FieldList[FormField[Any]]":
    return FieldList(FormField(of), min_entries=len(slots), max_entries=len(slots))


class TermsForm(DeskForm):
    """Wording, dimensions and scale."""

    question = StringField("问题")
    note = TextAreaField("说明")
    dimensions = _rows(DimensionRow, DIMENSION_IDS)
    scale = _rows(OptionRow, OPTION_IDS)

    @classmethod
    def of(cls, terms: Terms) -> "TermsForm":
        """The form of terms as they stand, every part in the row of its id."""
        return cls(
            formdata=None,
            question=terms.question,
            note=terms.note,
            dimensions=_typed(terms.dimensions, DIMENSION_IDS),
            scale=_typed(terms.scale, OPTION_IDS),
        )

    def draft(self) -> Terms:
        """The terms as typed.

        Raises NotANumberError.
        """
        dimensions = [
            Dimension(
                id=slot,
                name=_said(row.form.name),
                example=_said(row.form.example),
                weight=_weight(row.form.weight),
            )
            for slot, row in zip(DIMENSION_IDS, self.dimensions, strict=True)
            if _said(row.form.name)
        ]
        scale = [
            Option(slot, _said(row.form.name), _number(row.form.points))
            for slot, row in zip(OPTION_IDS, self.scale, strict=True)
            if _said(row.form.name)
        ]
        return Terms(
            dimensions=tuple(dimensions),
            scale=tuple(scale),
            question=_said(self.question),
            note=" ".join(_said(self.note).split()),
        )


def _typed(
    parts: Sequence[Dimension | Option], slots: tuple[str, ...]
) -> list[dict[str, Any]]:
    """What stands in the row of each id; an empty row where there is no such part."""
    known = {part.id: asdict(part) for part in parts}
    return [known.get(slot, {}) for slot in slots]


def _said(field: StringField) -> str:
    return (field.data or "").strip()


def _weight(field: StringField) -> int:
    number = _number(field)
    return 1 if number is None else number


def _number(field: StringField) -> int | None:
    """The whole number that was typed, None where nothing was.

    Raises NotANumberError.
    """
    words = str(field.data if field.data is not None else "").strip()
    if words and not (words.isdecimal() and len(words) < 10):
        raise NotANumberError(words)
    return int(words) if words else None
