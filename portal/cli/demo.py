"""`portal demo`: a fictional district, its round brought to a phase, served."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import rounds
from portal.cli import demo_questionnaires
from portal.cli.demo_life import LIFE, Tell
from portal.cli.demo_setup import Story, set_up
from portal.cli.demo_vote import close_vote, open_vote
from portal.cli.running import opened, require_free, run
from portal.entrances import codes_of
from portal.kernel import clock
from portal.kernel.errors import ConflictError
from portal.kernel.settings import Settings
from portal.people import Staff
from portal.rounds import Phase
from portal.web.installation import Installation

VOTE_LIFE: dict[Phase, tuple[int, Tell]] = {
    Phase.VOTING: (10, open_vote),
    Phase.PUBLISHED: (12, close_vote),
}
WHOLE_LIFE = {**LIFE, **VOTE_LIFE}
TOLD = "demo.json"
MARK = ".demo"  # says that what lies in the folder may be removed


class NotADemoError(ConflictError):
    """Somebody's installation would be lost."""

    sentence = (
        "这个文件夹里是一个正式的安装，不能拿来做示例。请用 DIR= 另指一个文件夹。"
    )


@click.command()
@click.option(
    "--dir",
    "folder",
    default="instance/demo",
    envvar="DIR",
    type=click.Path(path_type=Path),
    show_default=True,
)
@click.option("--port", default=8000, envvar="PORT", show_default=True)
@click.option(
    "--phase",
    default="collecting",
    envvar="PHASE",
    type=click.Choice([phase.value for phase in Phase]),
    show_default=True,
)
def demo(folder: Path, port: int, phase: str) -> None:
    """用虚构的示例区演示一轮巡察，并启动服务."""
    require_free("127.0.0.1", port)
    house = build(folder.absolute(), f"http://127.0.0.1:{port}", Phase(phase))
    run(house, "127.0.0.1", port)


def build(folder: Path, base_url: str, phase: Phase) -> Installation:
    """Build the demo in an emptied folder and write `demo.json` there."""
    story = begin(folder, base_url, phase)
    bring(story, phase)
    told = describe(story)
    story.house.clock = clock.now
    _show(told, folder)
    return story.house


def begin(folder: Path, base_url: str, phase: Phase) -> Story:
    """The district with its planned round, so long ago that `phase` is today."""
    _clear(folder)
    house = opened(replace(Settings.at(folder), base_url=base_url))
    days = sum(WHOLE_LIFE[step][0] for step in _steps(Phase.PREPARING, phase))
    story = Story(house, now=clock.now() - timedelta(days=days))
    house.clock = lambda: story.now
    click.echo("建示例区：社区、人员、轮次（约半分钟）……")
    with house.sessions() as session:
        set_up(story, session)
        demo_questionnaires.compose(story, session)
        session.commit()
    return story


def bring(story: Story, phase: Phase) -> None:
    """Let the round live until it is in `phase`."""
    with story.house.sessions() as session:
        steps = _steps(story.round_(session).phase, phase)
        with click.progressbar(steps, label="推进到所选阶段") as bar:
            for step in bar:
                _live(story, session, step)


def describe(story: Story) -> dict[str, Any]:
    """What `demo.json` says, written beside the database."""
    with story.house.sessions() as session:
        told = _described(story, session)
    draft = story.house.settings.instance / f"{TOLD}.new"
    draft.write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")
    draft.replace(draft.with_name(TOLD))
    return told


def _steps(now: Phase, to: Phase) -> list[Phase]:
    """The phases after `now` up to `to`."""
    order = list(Phase)
    return order[order.index(now) + 1 : order.index(to) + 1]


def _live(story: Story, session: Session, step: Phase) -> None:
    """Bring the round one phase on and let that phase's days pass.

    What a phase needs to begin (keys, slips, the count) happens before the move;
    what residents and staff do in it happens after.
    """
    days, tell = WHOLE_LIFE[step]
    before = step in {Phase.ANNOUNCED, Phase.PUBLISHED}
    if before:
        tell(story, session)
    by = next(iter(story.accounts))
    rounds.advance(session, story.round_(session), to=step, by=by, now=story.now)
    session.commit()
    story.goes_on(days=days)
    if not before:
        tell(story, session)
    session.commit()


def _clear(folder: Path) -> None:
    """Remove what an earlier demo left, and nothing else.

    Raises NotADemoError.
    """
    is_demo = (folder / MARK).exists() or (folder / TOLD).exists()
    if (folder / "portal.db").exists() and not is_demo:
        raise NotADemoError
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).touch()
    (folder / TOLD).unlink(missing_ok=True)
    for database in ("portal.db", "letterbox.db", "ballots.db"):
        for ending in ("", "-wal", "-shm"):
            (folder / f"{database}{ending}").unlink(missing_ok=True)
    for path in sorted((folder / "keystore").rglob("*"), reverse=True):
        if path.is_dir():
            path.rmdir()
        else:
            path.unlink()


def _described(story: Story, session: Session) -> dict[str, Any]:
    """What `demo.json` says."""
    base_url = story.house.settings.base_url
    round_ = story.round_(session)
    staff = session.scalars(select(Staff).order_by(Staff.id))
    return {
        "base_url": base_url,
        "staff": [
            {
                "role": person.role.value,
                "username": person.username,
                "password": story.accounts[person.username].password,
                "totp_secret": story.accounts[person.username].totp_secret,
            }
            for person in staff
        ],
        "places": [
            {"code": place.code, "name": place.name, "kind": place.kind}
            for place in rounds.places_in(session, round_.id)
        ],
        "entrances": [
            {
                "code": code.code,
                "place": code.place.code,
                "channel": code.channel.kind.value,
                "url": f"{base_url}/q/{code.code}",
            }
            for code in codes_of(session, round_.id)
            if code.is_live
        ],
        "slips": story.slips,
        "round": {"id": round_.id, "phase": round_.phase.value},
    }


def _show(told: dict[str, Any], folder: Path) -> None:
    base = told["base_url"]
    click.echo(f"\n首页      {base}/")
    if told["entrances"]:
        click.echo(f"居民入口  {told['entrances'][0]['url']}")
    click.echo(f"工作台    {base}/desk/")
    for role in ("admin", "office", "chief", "member", "entry", "unit"):
        person = next(p for p in told["staff"] if p["role"] == role)
        click.echo(
            f"  {role:8}{person['username']:10} 密码 {person['password']}  "
            f"动态码密钥 {person['totp_secret']}"
        )
    click.echo(f"其余账号、全部入口和选票在 {folder / TOLD}\n")
