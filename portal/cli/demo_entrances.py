"""The demo's codes at work: printed, hung, replaced, scanned here and not there."""

from collections.abc import Iterable
from datetime import date, timedelta

from sqlalchemy.orm import Session

from portal import entrances
from portal.cli.demo_setup import Story, pick
from portal.entrances import ChannelKind, Code
from portal.places import Kind

DAYS_OUT = 9  # how long the posters hang when the demo opens
BUILDINGS = 6  # every so many communities have codes for their lifts
LABELS = "1-3栋电梯\n4栋1-2单元电梯"
# Openings a day by kind of channel, as a hundred households bring them.
A_DAY = {
    ChannelKind.OWNERS_GROUP: 0.2,
    ChannelKind.BUILDING_GROUP: 0.15,
    ChannelKind.GRID_GROUP: 0.12,
    ChannelKind.LIFT: 0.1,
    ChannelKind.NOTICE_BOARD: 0.04,
}
OTHERWISE = 0.02
SWING = (0, 60, 90, 100, 110, 130, 180)  # percent from code to code; some reach nobody


def hang(story: Story, session: Session) -> None:
    """Issue lift codes, print and hang everything, replace one, stop one."""
    out_since = story.today - timedelta(days=DAYS_OUT)
    lift = next(c for c in entrances.channels(session) if c.kind is ChannelKind.LIFT)
    codes = entrances.codes_of(session, story.round_id)
    urban = sorted(
        {code.place for code in codes if code.place.kind is Kind.URBAN},
        key=lambda place: place.code,
    )
    entrances.issue(
        session,
        story.round_id,
        places=urban[::BUILDINGS],
        channels=[lift],
        labels=entrances.labels_in(LABELS),
        today=out_since,
    )
    codes = entrances.codes_of(session, story.round_id)
    for code in codes:
        code.issued_on = out_since
    entrances.mark_printed(session, codes, today=out_since)
    for code in codes:
        if pick(SWING, code.code, "hung") > 60:
            entrances.mark_posted(
                session, code, where="", by="示例·网格员", today=out_since
            )
    entrances.rotate(session, codes[-1], today=story.today)
    entrances.withdraw(session, codes[-2], today=story.today)
    entrances.count(session, dict(_scans(codes, story.today)))


def _scans(
    codes: Iterable[Code], today: date
) -> Iterable[tuple[tuple[str, date], tuple[int, int]]]:
    for number, code in enumerate(codes):
        swing = pick(SWING, code.code, "swing")
        rate = A_DAY.get(code.channel.kind, OTHERWISE)
        usual = (code.place.households or 0) * rate * swing / 10_000
        for ago in range(1, DAYS_OUT + 1):
            opens = round(usual * pick(SWING[1:], code.code, ago) / 100)
            if number == 0 and ago == 1:
                opens += 60  # somebody passed the code on
            if opens:
                day = today - timedelta(days=ago)
                yield (code.code, day), (opens, opens // 4)
