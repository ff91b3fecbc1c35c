"""What the page of the figures shows, by what was chosen in its filter."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from flask import request

from portal.entrances import ChannelKind
from portal.figures.comparison import (
    NOT_THE_SAME,
    Comparison,
    group_comparisons,
    place_comparisons,
)
from portal.figures.results import (
    Result,
    channels_of,
    of_channel,
    of_kind,
    of_place,
    of_places,
    of_round,
)
from portal.figures.settlement import Settlement, keep_up, settlement_of
from portal.figures.workbook import Part, Sheet, results_workbook
from portal.people import Permission, permits
from portal.places import Kind, Place
from portal.review import inbox
from portal.rounds import Phase, Round, places_in
from portal.rounds.phases import is_before
from portal.web import staff
from portal.web.desk.desk_form import OneButton
from portal.web.desk.words import word
from portal.web.rendering import gettext as _
from portal.web.request import db, installation, today

PLACES, KINDS, CHANNELS = "社区", "社区类型", "渠道"


@dataclass(frozen=True)
class Choice:
    """An entry of the filter, under the heading of its group."""

    group: str
    value: str
    label: str


@dataclass(frozen=True)
class View:
    """What was chosen, with its figures and those of the last round."""

    title: str
    results: Sequence[Result]
    past: Mapping[str, Comparison]


def picture(round_: Round) -> dict[str, object]:
    """The page: what there is to choose, and what was chosen."""
    scope = Scope.of(round_)
    wanted, choices = request.args.get("of", ""), scope.choices
    chosen = next((one for one in choices if one.value == wanted), choices[0])
    return {
        "groups": [(name, list(of)) for name, of in groupby(choices, _group)],
        "chosen": chosen.value,
        "view": scope.view(chosen),
        "settled": scope.settled,
        "may_settle": scope.may_settle,
        "waiting": installation().door.box.waiting(),
        "not_the_same": NOT_THE_SAME,
        "is_office": scope.is_office,
        "button": OneButton(formdata=None),
    }


def workbook(round_: Round) -> bytes:
    """Everything there is to choose, as a file."""
    scope = Scope.of(round_)
    sheets = [
        scope.sheet("总表", ("范围",), ""),
        scope.sheet("按社区", ("社区代码", "社区"), PLACES),
        scope.sheet("按类型", ("类型",), KINDS),
        scope.sheet("按渠道", ("渠道",), CHANNELS),
    ]
    settled = scope.settled
    return results_workbook(
        sheets,
        round_name=round_.name,
        day=settled.settled_on if settled else today(),
        settled=settled is not None,
    )


@dataclass(frozen=True)
class Scope:
    """What somebody may see of a round: their communities, and sums if they are all."""

    round_: Round
    places: list[Place]
    settled: Settlement | None
    is_office: bool

    @classmethod
    def of(cls, round_: Round) -> "Scope":
        """The scope of whoever sits here, with fresh snapshots."""
        who = staff.somebody()
        is_office = not permits(who.role, Permission.READ_LETTERS)
        places = (
            places_in(db(), round_.id)
            if is_office
            else inbox.my_places(db(), round_.id, who.id)
        )
        keep_up(db(), round_.id, places=places, today=today())
        return cls(round_, places, settlement_of(db(), round_.id), is_office)

    @property
    def may_settle(self) -> bool:
        """Whether collecting is over, and the sums are still to be made."""
        is_over = not is_before(self.round_.phase, Phase.REVIEWING)
        return self.is_office and is_over and self.settled is None

    @property
    def choices(self) -> list[Choice]:
        """Kinds and channels are of the whole round, so they are the office's."""
        own = [Choice(PLACES, place.code, place.name) for place in self.places]
        if not self.is_office:
            return [Choice("", "", _("我的社区合计")), *own]
        here = {place.kind for place in self.places}
        channels = channels_of(self.settled) if self.settled else []
        return [
            Choice("", "", _("整轮合计")),
            *(Choice(KINDS, kind.value, word(kind)) for kind in Kind if kind in here),
            *(Choice(CHANNELS, kind.value, word(kind)) for kind in channels),
            *own,
        ]

    def view(self, chosen: Choice) -> View:
        """The figures of one of the choices."""
        round_id, places = self.round_.id, self.places
        if chosen.group == PLACES:
            place = next(one for one in places if one.code == chosen.value)
            past = place_comparisons(db(), self.round_, place)
            return View(chosen.label, of_place(db(), round_id, place), past)
        if chosen.group == CHANNELS and self.settled:
            channel = ChannelKind(chosen.value)
            by = of_channel(db(), self.settled, places, kind=channel)
            return View(chosen.label, by, {})
        if chosen.group == KINDS:
            kind = Kind(chosen.value)
            of_it = [place for place in places if place.kind is kind]
            past = group_comparisons(db(), self.round_, of_it)
            return View(chosen.label, of_kind(db(), round_id, places, kind=kind), past)
        total = of_round if self.is_office else of_places
        past = group_comparisons(db(), self.round_, places)
        return View(chosen.label, total(db(), round_id, places), past)

    def sheet(self, title: str, heads: tuple[str, ...], group: str) -> Sheet:
        """The choices of a group as a sheet; `heads` of their values and labels."""
        parts = []
        for one in self.choices:
            if one.group == group:
                seen = self.view(one)
                named = (one.value, one.label)[-len(heads) :]
                parts.append(Part(named, seen.results, seen.past))
        return Sheet(title, heads, parts)


def _group(choice: Choice) -> str:
    return choice.group
