"""What the pages of lists show: the table of all, one version as a tree, its links.

A point is linked both ways: to the questions of the round that ask about it, and to
the findings of the round that carry it, as far as the reader may see them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import request

from portal import checklists
from portal.checklists import Checklist, Outline
from portal.checklists.outline import AspectText, PointText
from portal.kernel.errors import NotFoundError
from portal.people import Permission
from portal.questionnaires.definition import parse
from portal.questionnaires.frozen import asked_in
from portal.questionnaires.shape import Item
from portal.review import findings
from portal.rounds import Round, get_round
from portal.web.desk import nav, words
from portal.web.guards import may
from portal.web.rendering import gettext, page_url
from portal.web.request import db
from portal.web.staff import somebody


@dataclass(frozen=True)
class Line:
    """One point on a page: what it says, what asks about it, what was found."""

    point: PointText
    questions: tuple[Item, ...] = ()
    found: int = 0
    found_url: str = ""
    edit_url: str = ""


Tree = list[tuple[AspectText, list[Line]]]


@dataclass(frozen=True)
class Listed:
    """One list in the table: the version that counts, its size, and a draft beside."""

    head: Checklist
    size: tuple[int, int, int]
    draft: Checklist | None


def may_change() -> bool:
    """Whether the reader may make versions."""
    return may(Permission.MANAGE_ROUNDS)


def visible(checklist_id: int) -> Checklist:
    """A version the reader may see; drafts are for those who make them.

    Raises NotFoundError.
    """
    found = checklists.get_checklist(db(), checklist_id)
    if found.is_draft and not may_change():
        raise NotFoundError
    return found


def table() -> dict[str, Any]:
    """Every list, the samples, and what the current round uses."""
    round_ = nav.current_round()
    return {
        "listed": list(_listed()),
        "samples": checklists.samples() if may_change() else [],
        "kept": checklists.kept(db(), round_.id) if round_ else [],
        "strays": _strays(round_) if round_ else [],
        "may_change": may_change(),
        "words": words,
    }


def picture(checklist: Checklist) -> dict[str, Any]:
    """One version with everything its reader may know of it."""
    others = checklists.versions(db())[checklist.code]
    seen = [one for one in others if not one.is_draft or may_change()]
    keeping = checklists.rounds_with(db()).get(checklist.id, [])
    is_first = checklist is others[-1]
    return {
        "checklist": checklist,
        "size": checklist.outline.counts(),
        "versions": [_pill(one, one is checklist) for one in seen],
        "tree": _linked(checklist),
        "rounds": [get_round(db(), round_id) for round_id in keeping],
        "change": None if is_first else checklists.changes_of(db(), checklist),
        "draft": next((one for one in seen if one.is_draft), None),
        "is_newest": checklist is checklists.newest(db(), checklist.code),
        "may_change": may_change(),
        "words": words,
    }


def blocks(outline: Outline) -> list[AspectText]:
    """The aspects for whom `?kind=` names; all of them where it names nobody."""
    kind = request.args.get("kind")
    return [one for one in outline.aspects if not kind or one.fits({kind})]


def kinds_in(outline: Outline, url: str) -> list[dict[str, Any]]:
    """Pills that choose among optional blocks; none where there are no such."""
    named = {kind for aspect in outline.aspects for kind in aspect.kinds}
    if not named:
        return []
    known = [kind for kind in checklists.KIND_WORDS if kind in named]
    chosen = request.args.get("kind")
    pills = [("", gettext("全部板块"), url)]
    pills += [(kind, words.audience([kind]), f"{url}?kind={kind}") for kind in known]
    return [
        {"label": label, "url": where, "count": None, "active": (chosen or "") == kind}
        for kind, label, where in pills
    ]


def plain_tree(outline: Outline) -> Tree:
    """A list that nothing is linked to yet."""
    return [(one, [Line(point) for point in one.points]) for one in blocks(outline)]


def _listed() -> Iterator[Listed]:
    sizes = checklists.sizes(db())
    for versions in checklists.versions(db()).values():
        head = next((one for one in versions if not one.is_draft), versions[0])
        if head.is_draft and not may_change():
            continue
        draft = versions[0] if versions[0].is_draft and may_change() else None
        yield Listed(head, sizes.get(head.id, (0, 0, 0)), draft)


def _pill(one: Checklist, active: bool) -> dict[str, Any]:  # noqa: FBT001
    label = gettext("第 %(n)d 版", n=one.version)
    if one.is_draft:
        label = f"{label}（{words.word(one.state)}）"
    url = page_url("desk.checklists.show", checklist_id=one.id)
    return {"label": label, "url": url, "count": None, "active": active}


def _linked(checklist: Checklist) -> Tree:
    round_ = nav.current_round()
    asked = _questions(round_) if round_ else {}
    mine = findings.findings_for(db(), round_.id, staff=somebody()) if round_ else []
    counts = findings.counts_by_point(mine)
    edits = _edits(checklist)

    def line(point: PointText) -> Line:
        return Line(
            point,
            asked.get(point.code, ()),
            counts[point.code],
            nav.link("desk.findings.list", point=point.code) or "",
            edits.get(point.code, ""),
        )

    shown = blocks(checklist.outline)
    return [(aspect, [line(point) for point in aspect.points]) for aspect in shown]


def _edits(checklist: Checklist) -> Mapping[str, str]:
    """Where the points of a draft are changed, by code."""
    if not checklist.is_draft:
        return {}
    here = checklist.id
    return {
        point.code: page_url(
            "desk.checklists_drafts.edit", checklist_id=here, point_id=point.id
        )
        for aspect in checklist.aspects
        for point in aspect.points
    }


def _questions(round_: Round) -> dict[str, tuple[Item, ...]]:
    """The questions of a round's questionnaire by the codes they ask about."""
    found: dict[str, tuple[Item, ...]] = {}
    for item in parse(asked_in(db(), round_.id)).questions:
        for code in item.points:
            found[code] = (*found.get(code, ()), item)
    return found


def _strays(round_: Round) -> list[Item]:
    """Questions about points that no list of the round has."""
    known = checklists.titles(db(), round_.id)
    asked = _questions(round_).items()
    lost = [items for code, items in asked if code not in known]
    return list(dict.fromkeys(item for items in lost for item in items))
