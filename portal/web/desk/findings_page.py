"""What the pages of findings show of them: the table, one in whole, its life so far."""

from typing import Any

from flask import request

from portal import checklists, rectification
from portal.handover import Handover, handover_of, handovers, leads
from portal.people import Permission, Staff, get_staff, permits, readers_of
from portal.rectification import Source
from portal.review import evidence, findings
from portal.review.findings import Finding, FindingState
from portal.rounds import Round
from portal.web import staff
from portal.web.desk import terms
from portal.web.desk.inbox_pane import day
from portal.web.rendering import gettext, page_url
from portal.web.request import db, today

LIFE = (
    (FindingState.DRAFT, "起草"),
    (FindingState.APPROVED, "核定"),
    (FindingState.HANDED_OVER, "交办"),
    (FindingState.SIGNED, "签收，整改"),
    (FindingState.REPORTED, "报整改结果"),
    (FindingState.FIXED, "核查通过"),
)


def table(round_: Round) -> dict[str, Any]:
    """The findings of a round one may see, filtered by state and community."""
    who = staff.somebody()
    mine = findings.findings_for(db(), round_.id, staff=who)
    names = ("state", "place", "point")
    asked = {name: request.args.get(name, "") for name in names}
    here = [f for f in mine if asked["place"] in {"", f.place.code}]
    there = [f for f in here if asked["point"] in {"", *f.points}]
    places = dict(sorted((f.place.code, f.place.name) for f in mine))
    titles = checklists.titles(db(), round_.id)
    return {
        "rows": [f for f in there if asked["state"] in {"", f.state}],
        "pills": _pills(there, asked),
        "place_options": [("", gettext("全部社区")), *places.items()],
        "asked": asked,
        "point": titles.get(asked["point"], asked["point"]),
        "due": _due(round_, who),
        "letters": _letters(round_, who),
        "today": today(),
        "can_write": permits(who.role, Permission.WRITE_FINDINGS),
        "total": len(mine),
    }


def picture(finding: Finding) -> dict[str, Any]:
    """One finding with everything its reader may know of it."""
    who = staff.somebody()
    is_team = permits(who.role, Permission.WRITE_FINDINGS)
    said = rectification.confirmations(db(), finding.id)
    row = handover_of(db(), finding.id)
    return {
        "finding": finding,
        "writer": get_staff(db(), finding.written_by),
        "approver": get_staff(db(), finding.approved_by)
        if finding.approved_by
        else None,
        "evidence": evidence.evidence_of(db(), finding.id) if is_team else [],
        "points": _points(finding),
        "day": day,
        "is_team": is_team,
        "is_writer": finding.written_by == who.id,
        "approvers": _approvers(finding),
        "sources": [(source, said.get(source)) for source in Source],
        "is_disputed": rectification.is_disputed(said),
        "handover": row,
        "filed": rectification.steps(db(), row.id) if row else [],
        "today": today(),
        "can": _can(finding, who),
    }


def life(finding: Finding) -> list[dict[str, str]]:
    """The states of a finding as a line; a disputed one stands at its check."""
    order = [state for state, _ in LIFE]
    state = finding.state
    at = len(order) - 1 if state is FindingState.DISPUTED else order.index(state)
    return [
        {
            "label": gettext(label),
            "note": terms.word(state) if here == at and here else "",
            "state": "done" if here < at else "now" if here == at else "todo",
        }
        for here, (_, label) in enumerate(LIFE)
    ]


def _points(finding: Finding) -> list[str]:
    """What the points it carries are called in the round's lists."""
    titles = checklists.titles(db(), finding.round_id)
    return [titles.get(code, code) for code in finding.points]


def _can(finding: Finding, who: Staff) -> dict[str, bool]:
    """What the reader may do with the finding now."""
    writes = permits(who.role, Permission.WRITE_FINDINGS)
    approves = permits(who.role, Permission.APPROVE_FINDINGS)
    checked = {FindingState.REPORTED, FindingState.DISPUTED}
    hands = permits(who.role, Permission.HAND_OVER)
    return {
        "edit": writes and finding.state is FindingState.DRAFT,
        "approve": approves and finding.state is FindingState.DRAFT,
        "send_back": approves and finding.state is FindingState.APPROVED,
        "hand_over": hands and finding.state is FindingState.APPROVED,
        "check": writes and finding.state in checked,
    }


def _approvers(finding: Finding) -> list[str]:
    """Who of the team could approve; the chief can always."""
    team = readers_of(db(), finding.round_id, finding.place_id)
    return [one.name for one in team if one.id != finding.written_by]


def _pills(mine: list[Finding], asked: dict[str, str]) -> list[dict[str, Any]]:
    def url(state: str) -> str:
        given = {**asked, "state": state}
        kept = {name: value for name, value in given.items() if value}
        return page_url("desk.findings.list", **kept)

    states = [("", gettext("全部")), *terms.options(FindingState)]
    return [
        {
            "label": label,
            "url": url(state),
            "count": sum(1 for f in mine if state in {"", f.state}),
            "active": state == asked["state"],
        }
        for state, label in states
    ]


def _due(round_: Round, who: Staff) -> dict[int, Handover]:
    """Where findings went, by finding id; leads only for who may read them."""
    rows = handovers(db(), round_.id)
    if permits(who.role, Permission.READ_LEADS):
        rows += leads(db(), round_.id)
    return {row.finding_id: row for row in rows}


def _letters(round_: Round, who: Staff) -> dict[int, int]:
    """On how many letters findings stand; that is the team's to know."""
    if not permits(who.role, Permission.WRITE_FINDINGS):
        return {}
    return evidence.evidence_counts(db(), round_.id)
