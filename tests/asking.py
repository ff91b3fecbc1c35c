"""Rounds that ask another questionnaire, and forms filled in as a page offers them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from hypothesis import strategies as st
from sqlalchemy import text

from portal.questionnaires.definition import Definition, canonical, revision
from portal.questionnaires.shape import Item, ItemType
from portal.questionnaires.walk import walk
from portal.web.installation import Installation
from tests.visitor import Page

Posted = Mapping[str, Sequence[str]]

HIDDEN = ("csrf_token", "revision", "homepage")
LINES = ["", "修路", " <b>&\"' ", "3", "２", "-1", "7.5", "长" * 30]
WRITTEN = st.sampled_from([*LINES, " 灯\r\n坏 "])
DAYS = st.sampled_from(["", "2026-03-15", "1999-12-31", "没有这一天"])


def asks(house: Installation, app: Flask, document: Mapping[str, Any]) -> None:
    """Let every round ask this document, whatever it was frozen with."""
    with house.engine.begin() as connection:
        connection.execute(
            text("UPDATE questionnaire SET revision = :r, document = :d"),
            {"r": revision(document), "d": canonical(document).decode()},
        )
    app.extensions.get("kept_pages", {}).clear()


@dataclass
class Offered:
    """One field of a form: what may be chosen, or what it is to write in."""

    kind: str
    choices: list[str] = field(default_factory=list)

    def filled(self) -> st.SearchStrategy[list[str]]:
        """What somebody does with it: leaves it, chooses, writes."""
        if not self.choices:
            written = {"date": DAYS, "textarea": WRITTEN}
            some = written.get(self.kind, st.sampled_from(LINES))
            return some.map(lambda words: [words])
        most = 1 if self.kind == "radio" else len(self.choices)
        return st.lists(st.sampled_from(self.choices), max_size=most, unique=True)


def offered(page: Page) -> dict[str, Offered]:
    """The fields of the one form of a page that residents fill in, by name."""
    found: dict[str, Offered] = {}
    for tag, given in page.reading.tags:
        name, kind = given.get("name", ""), given.get("type", tag)
        if tag not in {"input", "textarea"} or not name or name in HIDDEN:
            continue
        one = found.setdefault(name, Offered(kind))
        if kind in {"radio", "checkbox"}:
            one.choices.append(given["value"])
    return found


def mended(definition: Definition, given: Posted) -> dict[str, list[str]]:
    """The same with what was wrong answered as it was asked."""
    found = {name: list(values) for name, values in given.items()}
    while wrong := walk(definition, found, {}).errors:
        for item_id in wrong:
            found |= _proper(definition.items[item_id])
    return found


def _proper(item: Item) -> dict[str, list[str]]:
    first = item.options[0].id if item.options else ""
    boxes = {name: [""] for _, name in item.companions}
    if item.rows:
        return {name: [first] for _, name in item.row_fields}
    if item.type is ItemType.NUMBER:
        bound = item.min if item.min is not None else item.max
        return {item.id: [str(bound or 0)]}
    said = {ItemType.DATE: "2026-03-15"}.get(item.type, "好")
    return {item.id: [first or said], **boxes}
