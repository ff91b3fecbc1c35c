"""Two votes that differ in what nobody may learn have the same pages and files.

In the one, ballots of 云溪 are paired anew (in every dimension scores and their check
codes change places), and the few of 柳塘 score otherwise.
"""

import json
import random  # noqa: TID251 -- invented ballots
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from portal import vote
from portal.kernel.settings import Settings
from portal.rounds import Phase
from portal.vote import DEFAULT_TERMS, Slip
from portal.web.app import create_app
from portal.web.installation import Installation
from tests.makers import Cast, in_phase, make_result, make_vote, signed_in
from tests.visitor import Visitor
from tests.web.public.scenes import LIUTANG, YUNXI

MANY, FEW = 12, 4
TOKENS = re.compile(r'name="csrf_token"[^>]*value="[^"]*"|value="[^"]*"[^>]*csrf_token')
DIMENSIONS = [dimension.id for dimension in DEFAULT_TERMS.dimensions]
STEPS = [option.id for option in DEFAULT_TERMS.scale]
Ballots = Sequence[tuple[Slip, dict[str, str]]]


def any_scores() -> dict[str, str]:
    return {d: random.choice(STEPS) for d in DIMENSIONS}  # noqa: S311


def paired_anew(ballots: Ballots) -> Ballots:
    """The same scores under the same check codes, on other slips."""
    found = [(dict(slip.check_codes), dict(scores)) for slip, scores in ballots]
    for d in DIMENSIONS:
        entries = [(slip.check_codes[d], scores[d]) for slip, scores in ballots]
        mixed = random.sample(entries, len(entries))
        for (codes, scores), (code, score) in zip(found, mixed, strict=True):
            codes[d], scores[d] = code, score
    return [
        (replace(slip, check_codes=codes), scores)
        for (slip, _), (codes, scores) in zip(ballots, found, strict=True)
    ]


@pytest.fixture
def slips(house: Installation, cast: Cast) -> dict[str, list[Slip]]:
    """An open vote; slips of a large community and of one where few vote."""
    in_phase(house, cast.round_id, Phase.VOTING)
    return {YUNXI: make_vote(house, cast, slips=20), LIUTANG: few_of(house, cast)}


def few_of(house: Installation, cast: Cast) -> list[Slip]:
    """Slips of 柳塘, under check codes of which nobody knows whose they are."""
    with house.sessions() as session:
        _, posted, _ = vote.manifests(session, 1)
        made = vote.make_slips(posted.precinct, FEW)
        ids = sorted(posted.ids)[:FEW]
    return [
        replace(slip, slip_id=one.hex()) for slip, one in zip(made, ids, strict=True)
    ]


class World:
    """A copy of the house in which these ballots were cast."""

    def __init__(self, folder: Path, house: Installation, cast: Cast) -> None:
        shutil.copytree(house.settings.instance, folder)
        self.house, self.cast = Installation.at(Settings.at(folder)), cast
        self.house.clock = house.clock
        self.app = create_app(self.house)
        self.taken: dict[str, Ballots] = {}

    def take(self, ballots: dict[str, Ballots]) -> None:
        self.taken |= ballots
        with self.house.sessions() as session:
            election = vote.find_election(session, self.cast.round_id)
            assert election is not None
            posted = {m.place.code: m for m in vote.manifests(session, election.id)}
            for code, cast in ballots.items():
                for slip, scores in cast:
                    self.house.ballots.put(posted[code], slip, scores=scores)

    def pages(self, *urls: str) -> dict[str, str]:
        visitor = Visitor(self.app)
        office = signed_in(self.app, self.house, self.cast.office)
        return {
            url: TOKENS.sub(
                "", (office if "/desk/" in url else visitor).opens(url).html
            )
            for url in urls
        }

    def files(self) -> dict[str, bytes]:
        with self.house.sessions() as session:
            election = vote.find_election(session, self.cast.round_id)
            assert election is not None
            return vote.published_files(session, election)

    def digest(self) -> str:
        with self.house.sessions() as session:
            election = vote.find_election(session, self.cast.round_id)
            assert election is not None
            return vote.result_of(election).digest


@pytest.fixture
def worlds(
    tmp_path: Path, house: Installation, cast: Cast, slips: dict[str, list[Slip]]
) -> Iterator[list[World]]:
    large = [(slip, any_scores()) for slip in slips[YUNXI][:MANY]]
    small = [(slip, any_scores()) for slip in slips[LIUTANG]]
    other = [(slip, any_scores()) for slip in few_of(house, cast)]
    found = [World(tmp_path / name, house, cast) for name in ("one", "two")]
    found[0].take({YUNXI: large, LIUTANG: small})
    found[1].take({YUNXI: paired_anew(large), LIUTANG: other})
    yield found
    for world in found:
        world.house.close()


def told(world: World) -> dict[str, str]:
    """Every page with a result, the digest and the commitments taken out."""
    under = f"/results/{world.cast.round_id}"
    shown = world.pages(
        "/", "/results", under, f"{under}/notice", "/desk/vote", "/desk/figures",
        *(f"{under}/{code}{end}" for code in (YUNXI, LIUTANG) for end in ("", "/notice")),
    )  # fmt: skip
    digest = world.digest()
    for size in (len(digest), 8, 4):
        parts = (digest[i : i + size] for i in range(0, len(digest), size))
        written = " ".join(parts) if size == 4 else "</span> <span>".join(parts)
        shown = {url: page.replace(written, "") for url, page in shown.items()}
    return shown


def test_while_the_vote_goes_on(worlds: list[World], cast: Cast) -> None:
    one, two = (
        world.pages(
            "/", "/results", f"/q/{cast.yunxi}", f"/q/{cast.yunxi}/vote",
            f"/vote/2026-1/{YUNXI}", "/desk/vote", "/desk/figures",
        )
        for world in worlds
    )  # fmt: skip
    assert one == two


def test_once_the_result_is_published(worlds: list[World]) -> None:
    for world in worlds:
        make_result(world.house, world.cast)
        in_phase(world.house, world.cast.round_id, Phase.PUBLISHED)
    one, two = (told(world) for world in worlds)
    assert f"收回 {MANY} 份" in one[f"/results/1/{YUNXI}"]
    assert f"收回 {FEW} 份，不足 10 份" in one[f"/results/1/{LIUTANG}"]
    assert one == two


def test_the_files_to_recount_differ_in_the_commitment_alone(
    worlds: list[World],
) -> None:
    for world in worlds:
        make_result(world.house, world.cast)
    one, two = (world.files() for world in worlds)
    lists = {f"{YUNXI}/{name}.csv" for name in ("used", *DIMENSIONS)}
    assert lists < set(one)
    assert one != two
    for files in (one, two):
        assert files.pop("signatures.json")
        record = json.loads(files.pop("closing.json"))
        assert [p.pop("commitment", None) is None for p in record["places"]] == [
            True,
            False,
            False,
        ]
        files["record"] = json.dumps(record).encode()
    assert one == two


def test_the_leaking_twin_in_which_the_pairing_shows_is_found(
    worlds: list[World],
) -> None:
    """Scores that change places without their check codes are another vote."""
    one, two = worlds
    slips, scores = zip(*one.taken[YUNXI], strict=True)
    moved = zip(slips, [*scores[1:], scores[0]], strict=True)
    two.take({YUNXI: list(moved)})
    for world in worlds:
        make_result(world.house, world.cast)
    assert two.house.ballots.turnout(1) == {}
    assert one.files()[f"{YUNXI}/used.csv"] == two.files()[f"{YUNXI}/used.csv"]
    assert one.files()[f"{YUNXI}/effect.csv"] != two.files()[f"{YUNXI}/effect.csv"]
