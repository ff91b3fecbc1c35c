"""A round from the empty installation to the recounted vote, through screens alone."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser import stations_before as before
from tests.browser import stations_during as during
from tests.browser import stations_vote as voting
from tests.browser.journey import Journey
from tests.browser.town import Town

BEFORE = (
    before.an_account_is_opened,
    before.communities_are_imported,
    before.a_round_is_planned,
    before.a_team_is_composed,
    before.the_round_is_announced,
)
DURING = (
    during.a_resident_answers,
    during.a_resident_writes,
    during.the_letterbox_is_opened,
    during.the_letter_is_read_and_answered,
    during.a_problem_is_established,
    during.the_resident_reads_the_reply,
    during.the_problem_is_handed_over,
    during.it_is_rectified_and_checked,
    during.it_is_disclosed,
)
VOTE = (
    voting.the_vote_is_opened,
    voting.a_resident_scans,
    voting.a_resident_types,
    voting.a_resident_votes_again,
    voting.neighbours_vote,
    voting.two_close_it,
)


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_a_round_lives_from_announcement_to_recount(
    town: Town,
    browser: Browser,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    script: bool,
) -> None:
    journey = Journey(town, browser, script, tmp_path)
    for station in BEFORE:
        station(journey)
    journey.moves_on("collecting")
    for station in DURING:
        station(journey)
    voting.slips_are_printed(journey, monkeypatch)
    for station in VOTE:
        station(journey)
    voting.anybody_recounts(journey, voting.results_are_read(journey))
    journey.closes()
