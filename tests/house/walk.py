"""Every page a resident can open, opened once: from announcement to result."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask, request, request_started

from portal import entrances, vote
from portal.intake.budget import Flag
from portal.intake.receive import Arrival
from portal.kernel.codes import in_fours
from portal.kernel.settings import Settings
from portal.rounds import Phase
from portal.vote import DEFAULT_TERMS, Electorate, Slip
from portal.web.app import create_app
from portal.web.installation import Installation
from portal.web.limits import limiter
from tests.makers import (
    Cast,
    Clock,
    in_phase,
    make_disclosure,
    make_result,
    make_vote,
    open_polls,
)
from tests.stages.review_scenes import Scene
from tests.stages.spotcheck_scenes import drawn, visit_all
from tests.visitor import Page, Visitor

PLAIN = (
    "/", "/notices", "/disclosures", "/results", "/results/how", "/results/observers",
    "/privacy", "/help", "/away",
)  # fmt: skip
CADRES = Electorate.CADRES
TEXT = "楼道里电动车充电，物业说了三次没人管。"


class Walk:
    """A resident who opens everything, and keeps what they saw by name."""

    def __init__(self, house: Installation, cast: Cast, app: Flask) -> None:
        self.house, self.cast, self.app = house, cast, app
        self.visitor = Visitor(app)
        self.pages: dict[str, Page] = {}
        self.endpoints: set[str] = set()

    def opens(self, url: str, name: str = "", *, status: int = 200) -> Page:
        with self._noting():
            page = self.visitor.opens(url, status=status)
        return self._keeps(name or url, page)

    def sends(self, url: str, name: str, *, status: int = 200, **fields: Any) -> Page:
        return self._keeps(name, self.visitor.sends(url, status=status, **fields))

    def _keeps(self, name: str, page: Page) -> Page:
        self.pages[name] = page
        return page

    @contextmanager
    def _noting(self) -> Iterator[None]:
        """Note which views answer."""

        def note(_: object, **__: object) -> None:
            self.endpoints.add(request.endpoint or "")

        with request_started.connected_to(note, self.app):
            yield

    def moves_on(self, phase: Phase) -> None:
        in_phase(self.house, self.cast.round_id, phase)
        self.app.extensions.get("kept_pages", {}).clear()


def lived(prepared: tuple[Path, Cast], folder: Path) -> Iterator[Walk]:
    """The walk through the cast's round, with the pages of the one that is rated."""
    with _moved_in(prepared, folder / "rated") as rated:
        _walk_rated(rated)
    with _moved_in(prepared, folder / "voted") as it:
        _walk(it)
        it.pages |= rated.pages
        yield it


@contextmanager
def _moved_in(prepared: tuple[Path, Cast], folder: Path) -> Iterator[Walk]:
    """A resident at a copy of the prepared installation."""
    shutil.copytree(prepared[0], folder)
    house = Installation.at(Settings.at(folder))
    house.clock = Clock()
    yield Walk(house, prepared[1], create_app(house))
    house.close()


def _walk(it: Walk) -> None:
    """Live through the cast's round as a resident of 云溪."""
    house, cast = it.house, it.cast
    here, there = f"/q/{cast.yunxi}", f"/q/{cast.liutang}"
    _collecting(it, here, there)
    it.house.open_letterbox(by="timetable", reason="set hour")
    it.opens(f"/disclosures/{cast.round_id}/999001001001", "too early", status=404)
    for phase in (Phase.REVIEWING, Phase.RECTIFYING, Phase.DISCLOSING):
        it.moves_on(phase)
        it.opens(here, f"hub {phase}")
    make_disclosure(house, cast, cast.yunxi)
    _spot_check(it)
    it.opens("/disclosures", "disclosures with entries")
    it.opens(f"/disclosures/{cast.round_id}/999001001001", "disclosures of one")
    it.moves_on(Phase.VOTING)
    it.opens(here, "hub voting")
    _voting(it, here, make_vote(house, cast, slips=14, asks_items=True))
    it.moves_on(Phase.PUBLISHED)
    it.opens(here, "hub published")
    it.opens("/results", "results with a round")
    _results(it)
    it.opens(
        f"/disclosures/{cast.round_id}/999001001001", "disclosures and what voters say"
    )
    it.moves_on(Phase.ARCHIVED)
    it.opens(here, "hub archived")
    with it.app.app_context():
        limiter.reset()


def _walk_rated(it: Walk) -> None:
    """Rate and see what came of it, where whoever has the code may."""
    here, results = f"/q/{it.cast.yunxi}", f"/results/{it.cast.round_id}"
    it.moves_on(Phase.VOTING)
    open_polls(it.house, it.cast)
    it.opens(here, "hub rated")
    it.opens(f"{here}/vote", "vote without a slip")
    for step in ("check", "rate"):
        it.sends(f"{here}/vote", f"vote, {step} in haste", status=422, step=step)
    check = it.sends(f"{here}/vote", "vote without a slip to check", **_alike("fair"))
    rated = it.visitor.posts(f"{here}/vote", **{**check.form, "step": ["rate"]})
    it.pages["vote without a slip taken"] = rated
    _rate_all(it)
    make_result(it.house, it.cast)
    it.moves_on(Phase.PUBLISHED)
    it.opens(here, "hub of what was rated")
    it.opens("/results", "results with a rated round")
    it.opens(results, "results of a rated round")
    it.opens(f"{results}/999001001001", "results of a rated place")
    it.opens(f"{results}/999001001201", "results of a place rated by nobody")


def _alike(score: str) -> dict[str, Any]:
    return dict.fromkeys((d.id for d in DEFAULT_TERMS.dimensions), score)


def _rate_all(it: Walk) -> None:
    """So many of each that both tallies are shown, of all and without the odd ones."""
    steps = [option.id for option in DEFAULT_TERMS.scale]
    with it.house.sessions() as session:
        election = vote.find_election(session, it.cast.round_id)
        entrance = entrances.entrance(session, it.cast.yunxi)
        assert election
        for number in range(75):
            odd = (Flag.BURST,) if number >= 30 else ()
            arrival = Arrival(entrance=entrance, nonce=f"walk-{number}", flags=odd)
            score = steps[0 if number >= 55 else number % len(steps)]
            vote.rate(
                it.house.ratings,
                it.house.door.pepper,
                election=election,
                arrival=arrival,
                scores=_alike(score),
            )


def _spot_check(it: Walk) -> None:
    """Drawn and visited: its card stands on disclosures and results from now on."""
    with it.house.sessions() as session:
        scene = Scene(session, it.house, it.cast)
        visit_all(scene, drawn(scene, of=12, size=10))
        session.commit()


def _results(it: Walk) -> None:
    for whose, under in (("", ""), (" by cadres", "/cadres")):
        results = f"/results/{it.cast.round_id}{under}"
        it.opens(results, f"results of a round{whose}")
        it.opens(f"{results}/999001001001", f"results of a place{whose}")
        it.opens(f"{results}/notice", f"notice of a round{whose}")
        it.opens(f"{results}/999001001001/notice", f"notice of a place{whose}")


def _collecting(it: Walk, here: str, there: str) -> None:
    for url in PLAIN:
        it.opens(url)
    it.opens(f"/notices/{it.cast.round_id}", "notice")
    it.opens(here, "hub collecting")
    it.opens(f"{here}/survey", "survey")
    it.opens(f"{there}/survey", "survey of a village")
    it.sends(f"{here}/survey", "survey taken", overall="good", more=TEXT)
    it.sends(f"{here}/survey", "survey with errors", status=422, overall="sideways")
    it.opens(f"{here}/complaint", "complaint")
    page = it.sends(f"{here}/complaint", "complaint taken", text=TEXT)
    it.sends(f"{here}/complaint", "complaint with errors", status=422)
    it.opens("/receipt", "receipt")
    it.sends("/receipt", "receipt shown", receipt=receipt_on(page))
    _with_receipt(it, page)
    it.sends("/receipt", "receipt mistyped", status=422, receipt="1234 5678")
    it.opens("/q/NOSUCH00", "wrong code", status=404)
    it.opens(f"{here}/vote", "vote too early", status=409)
    it.opens("/nothing", "no such page", status=404)


def _with_receipt(it: Walk, taken: Page) -> None:
    """What the holder of a receipt can do; another letter is taken back."""
    code = receipt_on(taken)

    def posts(view: str, name: str, *, status: int = 200, **fields: Any) -> Page:
        sent = {"receipt": code, "csrf_token": token, **fields}
        page = it.visitor.posts(f"/receipt/{view}", status=status, **sent)
        return it._keeps(name, page)

    token = it.visitor.sends("/receipt", receipt=code).form["csrf_token"][0]
    posts("check", "slip copied right", last=code[-4:])
    posts("check", "slip copied wrong", last="12", status=422)
    posts("picture", "slip in big print")
    posts("add", "added", text=TEXT)
    posts("add", "added with errors", text="", status=422)
    posts("outcome", "answered with errors", status=422)
    posts("withdraw", "withdrawal asked")
    other = it.visitor.sends(f"/q/{it.cast.yunxi}/complaint", text="另一件事")
    code = receipt_on(other)
    posts("withdraw", "withdrawn", step="confirmed")
    it.sends("/receipt", "receipt of a withdrawn letter", receipt=code)


def _voting(it: Walk, here: str, slips: list[Slip]) -> None:
    first, *others = slips
    it.opens(f"{here}/vote", "vote")
    it.opens("/vote/2026-1/999001001001", "vote by slip")
    scores = {dimension.id: "satisfied" for dimension in DEFAULT_TERMS.dimensions}
    scores["item-1"] = "partly"  # of what was disclosed
    ballot: dict[str, Any] = {**scores, **parts_of(first.secret), "step": "check"}
    check = it.sends(f"{here}/vote", "vote to check", **ballot)
    cast = it.visitor.posts(f"{here}/vote", **{**check.form, "step": ["cast"]})
    it.pages["vote cast"] = cast
    it.sends(f"{here}/vote", "vote with errors", status=422, step="check")
    _cast_all(it, others, scores)
    _voting_of_cadres(it, make_vote(it.house, it.cast, slips=14, electorate=CADRES))
    for electorate in Electorate:
        make_result(it.house, it.cast, electorate)
    it.opens(f"{here}/vote", "vote closed", status=409)


def _voting_of_cadres(it: Walk, slips: list[Slip]) -> None:
    address = "/vote/2026-1-G/999001001001"
    it.opens(address, "vote of cadres")
    scores = {dimension.id: "fair" for dimension in DEFAULT_TERMS.dimensions}
    ballot: dict[str, Any] = {**scores, **parts_of(slips[0].secret), "step": "check"}
    it.sends(address, "vote of cadres to check", **ballot)
    _cast_all(it, slips, scores, electorate=CADRES)


def _cast_all(
    it: Walk,
    slips: list[Slip],
    scores: dict[str, str],
    *,
    electorate: Electorate = Electorate.RESIDENTS,
) -> None:
    with it.house.sessions() as session:
        election = vote.find_election(session, it.cast.round_id, electorate)
        assert election
        for slip in slips:
            vote.cast(
                it.house.ballots,
                session,
                election=election,
                place_id=entrances.entrance(session, it.cast.yunxi).place_id,
                secret=slip.secret,
                scores=scores,
            )


def parts_of(secret: str) -> dict[str, str]:
    """The four boxes of a slip's secret."""
    return {f"s{i + 1}": part for i, part in enumerate(in_fours(secret).split())}


def receipt_on(page: Page) -> str:
    """The receipt a page hands out."""
    code = page.html.split("<code>")[1].split("</code>")[0]
    return "".join(sign for sign in code if sign.isdecimal())
