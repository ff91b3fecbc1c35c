"""开放评价: by whoever has the code, sealed until the close, two tallies, no headline."""

import json
import secrets
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from portal import rounds, vote
from portal.figures import FigureCard, Mode, Suppression
from portal.figures.open_votes import open_figures
from portal.figures.suppression import may_stand_beside, state_of
from portal.intake.budget import Budget, Flag, PuzzleNeededError, Scope
from portal.intake.receive import Arrival
from portal.kernel.errors import ConflictError, NotFoundError
from portal.kernel.sealing import KeyPair
from portal.rounds import Phase
from portal.vote import DEFAULT_TERMS, Election, Electorate, RatingBox, VoteMode
from portal.vote import ballots as slips
from portal.vote.key import NoManifestError
from portal.vote.open_tally import place_entry
from portal.vote.posting import NoSlipsError, OnlyResidentsError, TermsFrozenError
from portal.vote.ratings import NeedsSlipError, Rating
from portal.web.installation import Installation
from tests.house.joining import opened_with
from tests.house.order import rank_correlation
from tests.makers import (
    MORNING,
    Cast,
    in_phase,
    make_arrival,
    make_place,
    make_result,
    make_vote,
    open_polls,
)

DIMENSIONS = [dimension.id for dimension in DEFAULT_TERMS.dimensions]
STEPS = [option.id for option in DEFAULT_TERMS.scale]


def alike(step: str) -> dict[str, str]:
    return dict.fromkeys(DIMENSIONS, step)


class Square:
    """An open election, and people with the QR code."""

    def __init__(self, house: Installation, cast: Cast, session: Session) -> None:
        self.house, self.cast, self.session = house, cast, session
        self.box = RatingBox(house.ballots.file)

    @property
    def election(self) -> Election:
        found = vote.find_election(self.session, self.cast.round_id)
        assert found
        return found

    def arrival(self, code: str = "", **given: Any) -> Arrival:
        made = make_arrival(self.session, code or self.cast.yunxi)
        return replace(made, **given)

    def rate(self, step: str = "satisfied", arrival: Arrival | None = None) -> None:
        vote.rate(
            self.box,
            self.house.door.pepper,
            election=self.election,
            arrival=arrival or self.arrival(),
            scores=alike(step),
        )

    def rate_all(self, ratings: dict[str, int], *flags: Flag) -> None:
        for step, number in ratings.items():
            for _ in range(number):
                self.rate(step, self.arrival(flags=flags))

    def turnout(self) -> dict[int, int]:
        return self.box.turnout(self.election.id)

    def close(self) -> vote.OpenResult:
        self.session.commit()
        make_result(self.house, self.cast)
        self.session.expire_all()
        return vote.open_result_of(self.election)


@pytest.fixture
def square(house: Installation, cast: Cast, session: Session) -> Square:
    in_phase(house, cast.round_id, Phase.VOTING)
    open_polls(house, cast)
    return Square(house, cast, session)


# Preparing


def prepared(
    session: Session, house: Installation, cast: Cast, **given: Any
) -> Election:
    round_ = rounds.get_round(session, cast.round_id)
    return vote.prepare(session, round_=round_, by="office", now=house.clock(), **given)


def choose(session: Session, election: Election, mode: VoteMode) -> VoteMode:
    vote.choose_mode(session, election, mode=mode, by="office", now=MORNING)
    return election.mode


def test_a_mode_is_chosen_while_nothing_was_made(
    session: Session, house: Installation, cast: Cast
) -> None:
    election = prepared(session, house, cast)
    assert election.mode is VoteMode.SLIPS
    there_and_back = [VoteMode.OPEN, VoteMode.SLIPS, VoteMode.OPEN]
    chosen = [choose(session, election, mode) for mode in there_and_back]
    assert chosen == there_and_back


def test_once_slips_are_made_or_ratings_are_taken_the_mode_stands(
    house: Installation, cast: Cast, session: Session
) -> None:
    in_phase(house, cast.round_id, Phase.VOTING)
    make_vote(house, cast)
    election = prepared(session, house, cast)
    with pytest.raises(ConflictError):
        choose(session, election, VoteMode.OPEN)


def test_with_a_manifest_there_is_no_open_mode_besides(
    house: Installation, cast: Cast, session: Session
) -> None:
    election = prepared(session, house, cast)
    place = make_place(session)
    precinct = vote.Precinct(election.code, place.code, election.terms)
    ids = [slip.slip_id for slip in vote.make_slips(precinct, 3)]
    manifest = vote.make_manifest(precinct, slip_ids=ids, printer=KeyPair.make())
    post = {"place": place, "manifest": manifest, "by": "office", "now": house.clock()}
    choose(session, election, VoteMode.OPEN)
    with pytest.raises(NoSlipsError):
        vote.post_manifest(session, election=election, **post)  # type: ignore[arg-type]
    choose(session, election, VoteMode.SLIPS)
    vote.post_manifest(session, election=election, **post)  # type: ignore[arg-type]
    with pytest.raises(TermsFrozenError):
        choose(session, election, VoteMode.OPEN)


def test_cadres_are_asked_by_slips_alone(
    house: Installation, cast: Cast, session: Session
) -> None:
    election = prepared(session, house, cast, electorate=Electorate.CADRES)
    with pytest.raises(OnlyResidentsError):
        choose(session, election, VoteMode.OPEN)


def test_an_election_by_slips_still_needs_them(
    house: Installation, cast: Cast, session: Session
) -> None:
    election = prepared(session, house, cast)
    people = [cast.office.staff(session), cast.chief.staff(session)]
    with pytest.raises(NoManifestError):
        vote.open_election(
            session,
            house.keystore,
            election=election,
            closers=people,
            by="office",
            now=house.clock(),
        )


# Taking ratings


def test_the_same_form_is_one_rating_and_another_form_another(square: Square) -> None:
    once = square.arrival(nonce="n")
    for _ in range(3):
        square.rate("fair", once)
    assert square.turnout() == {once.entrance.place_id: 1}
    square.rate("mostly", once)  # other content: the next person on a shared phone
    square.rate("fair", square.arrival(nonce="m"))
    assert square.turnout() == {once.entrance.place_id: 3}


def test_no_rating_without_every_dimension(square: Square) -> None:
    with pytest.raises(slips.MissingScoresError):
        vote.rate(
            square.box,
            square.house.door.pepper,
            election=square.election,
            arrival=square.arrival(),
            scores={"effect": "fair"},
        )
    assert square.turnout() == {}


def test_where_there_are_slips_nobody_rates(
    house: Installation, cast: Cast, session: Session
) -> None:
    in_phase(house, cast.round_id, Phase.VOTING)
    make_vote(house, cast)
    with pytest.raises(NeedsSlipError):
        Square(house, cast, session).rate()


def test_where_people_rate_no_slip_is_taken(square: Square) -> None:
    precinct = vote.Precinct("2026-1", "999001001001", DEFAULT_TERMS)
    (slip,) = vote.make_slips(precinct, 1)
    with pytest.raises(slips.UnknownSlipError):
        vote.cast(
            square.house.ballots,
            square.session,
            election=square.election,
            place_id=1,
            secret=slip.secret,
            scores=alike("fair"),
        )


def test_after_the_end_nothing_is_taken(square: Square) -> None:
    square.close()
    with pytest.raises(slips.VoteClosedError):
        square.rate()


class Purse:
    """A counter that remembers what was spent."""

    def __init__(self, level: int = 0) -> None:
        self.level, self.spent = level, 0

    def add(self, scope: Scope, who: str, amount: int) -> int:
        if scope is Scope.COMMUNITY:
            self.level += amount
            self.spent += amount
        return self.level

    def last(self, scope: Scope, who: str) -> tuple[int, int]:
        return 0, 0


def test_a_rating_is_paid_for_once_and_only_if_it_can_be_taken(square: Square) -> None:
    purse = Purse()
    budget = Budget(
        counter=purse, block="b", round_households=700, solves=lambda _: False
    )
    arrival = square.arrival(budget=budget)
    with pytest.raises(slips.MissingScoresError):
        vote.rate(
            square.box,
            square.house.door.pepper,
            election=square.election,
            arrival=arrival,
            scores={},
        )
    assert purse.spent == 0
    square.rate("fair", arrival)
    square.rate("fair", arrival)
    assert purse.spent == 1


def test_over_budget_a_puzzle_is_asked_for_and_costs_nothing(square: Square) -> None:
    purse = Purse(level=10**6)
    asked = Budget(
        counter=purse, block="b", round_households=700, solves=lambda _: False
    )
    with pytest.raises(PuzzleNeededError):
        square.rate("fair", square.arrival(budget=asked))
    assert (purse.spent, square.turnout()) == (0, {})
    solved = replace(asked, solves=lambda _: True)
    square.rate("fair", square.arrival(budget=solved))
    assert list(square.turnout().values()) == [1]


# Sealed


def test_all_ratings_have_one_size_and_nobody_alone_reads_one(square: Square) -> None:
    for step in STEPS:
        square.rate(step)
        square.rate(step, square.arrival(flags=tuple(Flag)))
    rows = square.box.file.connection().execute("SELECT * FROM open_rating").fetchall()
    assert len({len(row[3]) for row in rows}) == 1
    store = square.house.keystore
    values = {store.get(name) or b"" for name in store.names()}
    values |= {bytes(v) for row in rows for v in row if isinstance(v, bytes)}
    keys = tuple(bytes(row[0]) for row in rows)
    for player in square.cast.players.values():
        read = [m for m in opened_with(player.seed, values) if m.startswith(keys)]
        assert read == []


def test_a_rating_that_was_copied_moved_or_altered_is_set_aside(square: Square) -> None:
    for _ in range(4):
        square.rate()
    key, election_id, place_id, sealed = (
        square.box.file.connection().execute("SELECT * FROM open_rating").fetchone()
    )
    with square.box.file.writing() as box:
        copy = (secrets.token_bytes(32), election_id, place_id, sealed)
        box.execute("INSERT INTO open_rating VALUES (?, ?, ?, ?)", copy)
        box.execute("UPDATE open_rating SET place_id = 2 WHERE key = ?", (key,))
    first, second, _ = square.close().places
    assert (first.ratings, first.set_aside) == (3, 1)
    assert (second.ratings, second.set_aside) == (0, 1)


def test_an_opening_and_the_close_leave_no_order(square: Square) -> None:
    keys = arrived(square, 60)
    folder = square.house.settings.instance
    log = (folder / "ballots.db-wal").read_bytes()
    assert rank_correlation([log.find(key) for key in keys]) == pytest.approx(
        1, abs=0.2
    )
    square.house.open_letterbox(by="timetable", reason="set hour")
    content = (folder / "ballots.db").read_bytes()
    assert abs(rank_correlation([content.find(key) for key in keys])) < 5.5 / 59**0.5
    square.close()
    left = b"".join(file.read_bytes() for file in folder.glob("ballots.db*"))
    assert [key for key in keys if key in left] == []


def arrived(square: Square, number: int) -> list[bytes]:
    """The keys of so many ratings, in the order in which they came."""
    found: dict[bytes, None] = {}
    for _ in range(number):
        square.rate("fair")
        rows = square.box.file.connection().execute("SELECT key FROM open_rating")
        found |= dict.fromkeys(bytes(key) for (key,) in rows)
    return list(found)


# Counted


def test_what_is_kept_are_counts_and_nothing_else(square: Square) -> None:
    square.rate_all({"satisfied": 8, "fair": 4})
    result = square.close()
    closing = json.loads(square.election.closing or b"")
    assert set(closing) == {
        "format", "code", "electorate", "mode", "counted_at", "terms", "definition",
        "closers", "places",
    }  # fmt: skip
    assert closing["mode"] == "open"
    assert set(closing["places"][0]) == {
        "place", "name", "ratings", "set_aside", "totals", "flagged",
    }  # fmt: skip
    first, *others = result.places
    assert first.totals is not None
    assert first.totals["effect"] == {
        "satisfied": 8, "mostly": 0, "fair": 4, "dissatisfied": 0, "unknown": 0,
    }  # fmt: skip
    assert [(place.ratings, place.totals) for place in others] == [(0, None)] * 2
    assert not hasattr(result, "digest")
    with pytest.raises(NotFoundError):
        vote.result_of(square.election)
    with pytest.raises(NotFoundError):
        vote.published_files(square.session, square.election)


@pytest.mark.parametrize(
    ("plain", "odd", "flagged", "apart"),
    [(5, 4, None, False), (12, 0, 0, False), (12, 9, None, False), (9, 12, None, False),
     (12, 10, 10, True)],
)  # fmt: skip
def test_the_odd_ones_are_counted_apart_where_both_groups_are_large(
    session: Session, plain: int, odd: int, flagged: int | None, apart: bool
) -> None:
    ratings = [Rating(("fair",) * 6, frozenset())] * plain
    ratings += [Rating(("satisfied",) * 6, frozenset({Flag.BURST}))] * odd
    entry = place_entry(make_place(session), ratings, DEFAULT_TERMS)
    assert entry["ratings"] == plain + odd
    assert entry.get("flagged") == flagged
    assert ("unflagged" in entry) is apart
    assert ("totals" in entry) is (plain + odd >= 10)


def figures_of(square: Square) -> list[Any]:
    result = square.close()
    return open_figures(result, result.places[0])


def test_there_is_no_mean_no_bounds_and_it_is_labelled(square: Square) -> None:
    square.rate_all({"satisfied": 20, "mostly": 9, "fair": 6, "dissatisfied": 5})
    square.rate_all({"unknown": 7})
    figures = figures_of(square)
    assert [figure.card.title for figure in figures] == [
        dimension.name for dimension in DEFAULT_TERMS.dimensions
    ]
    for figure in figures:
        assert figure.card.mode is Mode.OPEN
        assert (figure.card.mean, figure.card.bounds, figure.card.issued) == (None,) * 3
        assert [share.count for share in figure.card.shares] == [20, 9, 6, 5, 7]
        assert figure.moved_text is None
    with pytest.raises(ValueError, match="no headline"):
        FigureCard(
            title="",
            definition="",
            mode=Mode.OPEN,
            ballots=47,
            mean=80.0,
            distribution=figures[0].card.distribution,
        )


def test_it_is_said_how_far_the_figure_moves_without_the_odd_ones(
    square: Square,
) -> None:
    square.rate_all(dict.fromkeys(STEPS, 6))
    square.rate_all({**dict.fromkeys(STEPS, 5), "satisfied": 25}, Flag.BURST)
    figure = figures_of(square)[0]
    assert (figure.card.ballots, figure.rest.ballots) == (75, 30)
    assert figure.moved_text == (
        "去掉来路存疑的 45 份，动得最多的是「满意」：从 41.3% 变成 20.0%。"
    )


def test_small_groups_of_ratings_are_not_shown(square: Square) -> None:
    square.rate_all({"satisfied": 9})
    figure = figures_of(square)[0]
    assert figure.card.suppression is Suppression.TOO_FEW
    assert figure.card.ballots == 9
    assert figure.card.shares == []


def test_two_tallies_whose_difference_is_small_are_one(square: Square) -> None:
    square.rate_all(dict.fromkeys(STEPS, 6))
    square.rate_all({"satisfied": 12}, Flag.SPEED)  # all alike: that would tell
    figure = figures_of(square)[0]
    assert figure.rest is None
    assert figure.moved_text is None


tables = st.fixed_dictionaries({step: st.integers(0, 12) for step in STEPS})


@settings(max_examples=2000, deadline=None)
@given(tables, tables)
def test_nothing_can_be_had_by_subtraction(
    plain: dict[str, int], odd: dict[str, int]
) -> None:
    whole = {step: plain[step] + odd[step] for step in STEPS}
    if may_stand_beside(whole, plain):
        for each in (whole, plain, odd):
            assert min(each.values()) >= 5
            assert state_of(each) is Suppression.NONE


def test_the_twin_that_looks_at_the_two_tallies_alone_is_found() -> None:
    plain, odd = dict.fromkeys(STEPS, 6), {**dict.fromkeys(STEPS, 0), "fair": 10}
    whole = {step: plain[step] + odd[step] for step in STEPS}
    assert state_of(whole) is state_of(plain) is Suppression.NONE
    assert not may_stand_beside(whole, plain)
