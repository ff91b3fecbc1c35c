"""Forms of the place tree: files to import, one place to change."""

from typing import Any

from flask import request
from wtforms import IntegerField, MultipleFileField, SelectField, StringField
from wtforms.validators import DataRequired, NumberRange, Optional

from portal.places import Attention, Kind, Place, Trait
from portal.places.tree import COUNT_LIMIT, PlaceChanges
from portal.web.desk.desk_form import DeskForm
from portal.web.desk.words import ATTENTIONS, KINDS, TRAITS, choices

NONE = ("", "——")


class UploadForm(DeskForm):
    """Files of the national code list."""

    files = MultipleFileField("名单文件")

    def contents(self) -> list[tuple[str, bytes]]:
        """The files as (name, content), empty fields left out."""
        sent = [file for file in request.files.getlist("files") if file.filename]
        return [(file.filename or "", file.read()) for file in sent]


class PlaceForm(DeskForm):
    """What staff change on a place."""

    name = StringField("名称", [DataRequired("请填名称。")])
    kind = SelectField("社区类型", choices=lambda: [NONE, *choices(KINDS)])
    trait = SelectField("特点", choices=lambda: [NONE, *choices(TRAITS)])
    attention = SelectField("关注等级", choices=lambda: [NONE, *choices(ATTENTIONS)])
    households = IntegerField(
        "户数",
        [
            Optional(),
            NumberRange(0, COUNT_LIMIT, "户数是 0 以上的整数，不清楚可以留空。"),
        ],
    )

    @classmethod
    def of(cls, place: Place) -> "PlaceForm":
        """The form of a place as it stands; what was just typed goes before it."""
        words: dict[str, Any] = {
            "name": place.name,
            "kind": place.kind or "",
            "trait": place.trait or "",
            "attention": place.attention or "",
            "households": place.households,
        }
        return cls(data=words)

    def draft(self) -> PlaceChanges:
        """What was typed."""
        return PlaceChanges(
            name=self.name.data or "",
            kind=Kind(self.kind.data) if self.kind.data else None,
            trait=Trait(self.trait.data) if self.trait.data else None,
            attention=Attention(self.attention.data) if self.attention.data else None,
            households=self.households.data,
        )
