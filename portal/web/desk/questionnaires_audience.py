"""Whose eyes a questionnaire is looked at with, and what is left of answers tried.

A community lends its kind and trait; without one the address names them. Nothing here
is kept: what was filled in to try it is shown once and forgotten.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import request

from portal.entrances import ChannelKind
from portal.intake import sanitize
from portal.intake.receive import cleaned
from portal.kernel.errors import NotFoundError
from portal.places import Kind, Place, Trait, communities
from portal.questionnaires.answers import Posted
from portal.questionnaires.audiences import Audience
from portal.questionnaires.shape import Definition, Item
from portal.questionnaires.walk import Walk
from portal.web.desk import words
from portal.web.rendering import gettext
from portal.web.request import db


@dataclass(frozen=True)
class Eyes:
    """An audience with the name it goes by; `place` is a community or none."""

    audience: Audience
    place: Place | None = None

    @property
    def name(self) -> str:
        """A community's own name, or what its kind is called."""
        return self.place.name if self.place else label(self.audience)

    @property
    def address(self) -> Mapping[str, Any]:
        """What leads to the same page again."""
        seen, channel = self.audience, {"channel": self.audience.channel}
        if self.place:
            return {"place": self.place.id, **channel}
        return {"kind": seen.kind, "trait": seen.trait, **channel}


def eyes() -> Eyes:
    """Those that the address names.

    Raises NotFoundError.
    """
    place_id = request.args.get("place", "")
    if not place_id:
        kind, trait = _known("kind", Kind), _known("trait", Trait)
        return Eyes(Audience(kind, trait, channel()))
    for place in communities(db()):
        if str(place.id) == place_id:
            kind, trait = place.kind or "", place.trait or ""
            return Eyes(Audience(kind, trait, channel()), place)
    raise NotFoundError


def channel() -> str:
    """The kind of channel that the address names; "" where it names none."""
    return _known("channel", ChannelKind)


def label(audience: Audience) -> str:
    """What an audience is called."""
    named = [words.word(Kind(audience.kind))] if audience.kind else []
    named += [words.word(Trait(audience.trait))] if audience.trait else []
    return " · ".join(named) or gettext("所有社区")


def _known(name: str, table: type[Kind | Trait | ChannelKind]) -> str:
    given = request.args.get(name, "")
    return given if given in set(table) else ""


@dataclass(frozen=True)
class Kept:
    """One question with the answers to it, in words."""

    title: str
    answers: tuple[str, ...]


@dataclass(frozen=True)
class Tried:
    """What would be stored: `ticks` in one row, each of `texts` in one of its own.

    `dropped` was answered, but is not asked of somebody with these answers.
    """

    ticks: tuple[Kept, ...]
    texts: tuple[Kept, ...]
    dropped: tuple[Kept, ...]


def tried(definition: Definition, posted: Posted, walked: Walk) -> Tried:
    """What becomes of a form that was filled in without a fault."""
    items, texts = definition.items, cleaned(walked)
    ticked = walked.ticks.items()
    return Tried(
        ticks=tuple(Kept(items[q].title, _said(items[q], a)) for q, a in ticked),
        texts=tuple(Kept(_asked(definition, q), (text,)) for q, text in texts.items()),
        dropped=tuple(_dropped(definition, posted, walked)),
    )


def _said(item: Item, answer: Any) -> tuple[str, ...]:
    labels = {option.id: option.label for option in item.options}
    if isinstance(answer, dict):
        rows = {row.id: row.label for row in item.rows}
        return tuple(f"{rows[row]}：{labels[one]}" for row, one in answer.items())
    chosen = answer if isinstance(answer, list) else [answer]
    return tuple(labels.get(one, str(one)) for one in chosen)


def _asked(definition: Definition, name: str) -> str:
    """The question that a text belongs to, with the answer it explains."""
    item = definition.items[name.partition(".")[0]]
    behind = {field: option.label for option, field in item.companions}
    return f"{item.title}（{behind[name]}）" if name in behind else item.title


def _dropped(definition: Definition, posted: Posted, walked: Walk) -> Iterator[Kept]:
    for item in definition.questions:
        if item.id in walked.shown:
            continue
        given = [v for name in sorted(item.fields) for v in posted.get(name, ())]
        answers = [text for text in map(sanitize.one_line, given) if text]
        if answers:
            yield Kept(item.title, _said(item, answers))
