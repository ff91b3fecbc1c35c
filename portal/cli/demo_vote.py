"""The demo's vote: slips for every household, some of them voted, closed by two."""

from sqlalchemy.orm import Session

from portal import rounds
from portal.cli.demo_setup import Story, pick
from portal.kernel.sealing import KeyPair
from portal.people import Role
from portal.places import Place
from portal.vote import close
from portal.vote.close import Signatory
from portal.vote.election import find_election, open_election, post_manifest
from portal.vote.manifest import make_manifest
from portal.vote.slips import DIMENSIONS, SCALE, Slip, make_slips

TURNOUT = (24, 18, 29, 35, 42)  # percent of the slips of a community
SPARE = 3  # slips per community that the demo gives away
MOODS = (  # positions on the scale, as often as they stand here
    (0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 2, 4),
    (0, 0, 0, 0, 1, 1, 1, 2, 2, 3, 4),
    (0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 4),
)


def open_vote(story: Story, session: Session) -> None:
    """Slips are made, manifests posted, two closers named, some households vote."""
    round_, printer = story.round_(session), KeyPair.make()
    office = story.account(Role.OFFICE)
    voted: list[tuple[Place, list[Slip]]] = []
    for place in rounds.places_in(session, round_.id):
        slips = list(make_slips(round_.code, place.code, place.households or 100))
        manifest = make_manifest(
            round_.code,
            place.code,
            slip_ids=[slip.slip_id for slip in slips],
            printer=printer,
        )
        post_manifest(
            session,
            round_=round_,
            place=place,
            manifest=manifest,
            by=office.username,
            now=story.now,
        )
        spare = slips[:SPARE]
        story.slips += [{"place": place.code, "secret": s.secret} for s in spare]
        turnout = len(slips) * pick(TURNOUT, place.code, "returned") // 100
        voted.append((place, slips[SPARE : SPARE + turnout]))
    closers = [story.account(Role.CHIEF, number).staff(session) for number in (0, 1)]
    election = open_election(
        session,
        story.house.keystore,
        round_=round_,
        closers=closers,
        by=office.username,
        now=story.now,
    )
    # Thousands of ballots at once: only the demo need not survive a power cut.
    story.house.ballots.file.connection().execute("PRAGMA synchronous=OFF")
    for place, slips in voted:
        for slip in slips:
            story.house.ballots.put(
                election, slip, place_id=place.id, scores=_scores(place, slip)
            )
    story.house.ballots.file.forget_order()


def _scores(place: Place, slip: Slip) -> dict[str, str]:
    mood = pick(MOODS, place.code)
    return {d.id: SCALE[pick(mood, slip.slip_id, d.id)].id for d in DIMENSIONS}


def close_vote(story: Story, session: Session) -> None:
    """Two people close, count and sign."""
    election = find_election(session, story.round_id)
    if election is None:
        return
    first, second = (_signatory(story, number) for number in (0, 1))
    keystore, box, now = story.house.keystore, story.house.ballots, story.now
    close.agree(session, keystore, election=election, first=first, now=now)
    close.count(session, keystore, box, election=election, second=second, now=now)
    session.commit()
    close.destroy_ballots(keystore, box, election=election)
    close.countersign(session, box, election=election, first=first, now=now)


def _signatory(story: Story, number: int) -> Signatory:
    account = story.account(Role.CHIEF, number)
    return Signatory(account.staff_id, account.username, account.pair)
