"""The demo keeps what design.md §6 promises to whoever tries the product."""

import json
import shutil
import socket
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyotp
import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import func, select

from portal import places, vote
from portal.cli import demo, main
from portal.cli.demo_setup import Story
from portal.entrances import ChannelKind
from portal.figures import spot_check_figures
from portal.intake.records import Letter, Response
from portal.kernel.settings import Settings
from portal.people import Role
from portal.places import Kind, Trait
from portal.rounds import Phase
from portal.vote import verify
from portal.vote.records import PaperDuty
from portal.web.app import create_app
from portal.web.installation import Installation
from tests.visitor import Visitor

BASE = "http://127.0.0.1:8765"


@pytest.fixture(scope="module")
def collecting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    house = demo.build(tmp_path_factory.mktemp("demo"), BASE, Phase.COLLECTING)
    yield house
    house.close()


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """A demo as `build` makes it, told until the vote; it can go on."""
    story = demo.begin(tmp_path_factory.mktemp("story"), BASE, Phase.VOTING)
    demo.bring(story, Phase.VOTING)
    demo.describe(story)
    yield story
    story.house.close()


@pytest.fixture(scope="module")
def voting(story: Story, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the demo while the vote is open."""
    folder = tmp_path_factory.mktemp("voting") / "demo"
    shutil.copytree(story.house.settings.instance, folder)
    return folder


def told(house: Installation) -> Any:
    return json.loads((house.settings.instance / "demo.json").read_text("utf-8"))


def shape(value: Any) -> Any:
    """Keys and types; of a list, those of all its entries, which must agree."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items()}
    if isinstance(value, list):
        shapes = [shape(inner) for inner in value]
        assert all(one == shapes[0] for one in shapes)
        return shapes[:1]
    return type(value).__name__


def test_demo_json_has_the_shape_of_the_design(collecting: Installation) -> None:
    found = told(collecting)
    person = dict.fromkeys(("role", "username", "password", "totp_secret"), "str")
    assert shape(found) == {
        "base_url": "str",
        "staff": [person],
        "places": [dict.fromkeys(("code", "name", "kind"), "str")],
        "entrances": [dict.fromkeys(("code", "place", "channel", "url"), "str")],
        "slips": [],
        "round": {"id": "int", "phase": "str"},
    }
    assert found["base_url"] == BASE
    assert found["round"]["phase"] == "collecting"
    assert {person["role"] for person in found["staff"]} >= {
        role.value for role in Role if role is not Role.SUPERVISOR
    }


def test_the_district_has_64_communities_of_every_kind(
    collecting: Installation,
) -> None:
    kinds = Counter(place["kind"] for place in told(collecting)["places"])
    assert kinds == {Kind.RURAL.value: 19, Kind.URBAN.value: 45}
    with collecting.sessions() as session:
        assert len(places.streets(session)) == 7
        traits = {place.trait for place in places.communities(session)}
    assert traits >= set(Trait)


def test_every_entrance_opens(collecting: Installation) -> None:
    entrances = told(collecting)["entrances"]
    client = create_app(collecting).test_client()
    # nine channels each, lifts of eight communities by building, one code stopped
    assert len(entrances) == 64 * 9 + 8 * 5 - 1
    assert len({entrance["code"] for entrance in entrances}) == len(entrances)
    assert len({entrance["place"] for entrance in entrances}) == 64
    for entrance in entrances:
        assert entrance["url"] == f"{BASE}/q/{entrance['code']}"
        assert client.get(f"/q/{entrance['code']}").status_code == 200


def test_residents_have_answered_and_some_letters_wait(
    collecting: Installation,
) -> None:
    with collecting.sessions() as session:
        answers = session.scalar(select(func.count()).select_from(Response)) or 0
        opened = session.scalar(select(func.count()).select_from(Letter)) or 0
        by_staff = {
            kind: session.scalar(
                select(func.count()).where(Response.channel_kind == kind)
            )
            for kind in (ChannelKind.VISIT, ChannelKind.PAPER)
        }
    assert by_staff == {ChannelKind.VISIT: 16 * 3, ChannelKind.PAPER: 11 * 5}
    assert answers > 64 * 4
    assert opened > 30
    assert collecting.door.box.waiting() == 6


def sign_in(app: Flask, person: dict[str, str], moment: Any) -> Visitor:
    visitor = Visitor(app)
    page = visitor.sends(
        "/desk/signin",
        username=person["username"],
        password=person["password"],
        totp=pyotp.TOTP(person["totp_secret"]).at(moment),
    )
    assert page.response.request.path == "/desk/"
    return visitor


@pytest.mark.parametrize(
    "role", ["admin", "office", "chief", "member", "entry", "unit"]
)
def test_logins_of_demo_json_open_the_desk(collecting: Installation, role: str) -> None:
    person = next(one for one in told(collecting)["staff"] if one["role"] == role)
    sign_in(create_app(collecting), person, collecting.clock())


def vote_with(visitor: Visitor, code: str, slip: dict[str, str], score: str) -> str:
    """Score every dimension alike at an entrance; the last page's words."""
    secret, url = slip["secret"], f"/q/{code}/vote"
    typed: dict[str, Any] = {f"s{n + 1}": secret[n * 4 : n * 4 + 4] for n in range(4)}
    typed |= {dimension.id: score for dimension in vote.DEFAULT_TERMS.dimensions}
    checked: dict[str, Any] = {**visitor.sends(url, **typed).form, "step": "cast"}
    return visitor.posts(url, **checked).words


def test_slips_of_demo_json_vote(voting: Path) -> None:
    house = Installation.at(Settings.at(voting))
    found, visitor = told(house), Visitor(create_app(house))
    assert found["round"]["phase"] == "voting"
    assert shape(found["slips"]) == [{"place": "str", "secret": "str"}]
    assert {slip["place"] for slip in found["slips"]} == {
        place["code"] for place in found["places"]
    }
    slip = found["slips"][0]
    here = [e["code"] for e in found["entrances"] if e["place"] == slip["place"]]
    before = sum(house.ballots.turnout(1).values())
    assert "投好了" in vote_with(visitor, here[0], slip, "fair")
    assert "以这一次为准" in vote_with(visitor, here[1], slip, "satisfied")
    assert sum(house.ballots.turnout(1).values()) == before + 1
    house.close()


def test_the_demos_spot_check_was_drawn_by_two_and_all_of_it_visited(
    voting: Path,
) -> None:
    house = Installation.at(Settings.at(voting))
    round_id = told(house)["round"]["id"]
    with house.sessions() as session:
        (figure,) = spot_check_figures(session, round_id)
        assert figure.check.frozen_by != figure.check.drawn_by
        assert figure.check.is_complete
        assert figure.card is not None
        assert figure.card.interval is not None
    page = Visitor(create_app(house)).opens("/disclosures")
    assert figure.card.share_text
    assert figure.card.share_text in page.words
    assert figure.card.interval_text
    assert figure.card.interval_text in page.words
    house.close()


def test_the_published_demo_recounts(story: Story, voting: Path) -> None:
    demo.bring(story, Phase.PUBLISHED)
    found = demo.describe(story)
    visitor = Visitor(create_app(story.house))
    url = f"/results/{found['round']['id']}"
    assert found["round"]["phase"] == "published"
    assert "每个社区" in visitor.opens(url).words
    assert "随机抽查（第 1 次）" in visitor.opens(url).words
    assert "干部测评" in visitor.opens(f"{url}/cadres").words
    with story.house.sessions() as session:
        both = vote.elections(session, 1)
        results = [vote.result_of(election) for election in both]
        folders = [vote.published_files(session, election) for election in both]
    assert [result.electorate for result in results] == list(vote.Electorate)
    for result, files in zip(results, folders, strict=True):
        assert verify.verify(files, result.digest, result.printer) == []
        assert len({path.split("/")[0] for path in files if "/" in path}) == 64
        assert set(result.people) == set(PaperDuty)
    withheld = [place.totals is None for place in results[1].places]
    assert 0 < sum(withheld) < len(withheld)  # some communities have few cadres


def run(*words: object, status: int) -> str:
    result = CliRunner().invoke(main, ["demo", *(str(word) for word in words)])
    assert result.exit_code == status, result.output
    return result.output


def test_a_taken_port_is_said_before_anything_is_built(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        said = run("--dir", tmp_path / "demo", "--port", port, status=1)
    assert said == f"端口 {port} 已被占用。请换一个，例如 PORT={port + 1}。\n"
    assert not (tmp_path / "demo").exists()


def test_an_installation_is_never_taken_for_an_old_demo(
    prepared: tuple[Path, object], tmp_path: Path
) -> None:
    shutil.copytree(prepared[0], tmp_path / "real")
    before = (tmp_path / "real" / "portal.db").read_bytes()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    said = run("--dir", tmp_path / "real", "--port", port, status=1)
    assert "正式的安装" in said
    assert (tmp_path / "real" / "portal.db").read_bytes() == before


def test_an_unknown_phase_is_wrong_usage(tmp_path: Path) -> None:
    run("--dir", tmp_path / "demo", "--phase", "feasting", status=2)
