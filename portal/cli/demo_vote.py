"""The demo's vote: slips for households and for cadres, some voted, closed by two."""

from collections.abc import Iterator

from sqlalchemy.orm import Session

from portal import disclosure, rounds
from portal.cli.demo_setup import Story, pick
from portal.kernel.sealing import KeyPair
from portal.people import Role
from portal.places import Place
from portal.vote import close, posting, records
from portal.vote.box import Entered
from portal.vote.election import Election, Electorate, elections, prepare
from portal.vote.items import SCALE
from portal.vote.key import Signatory, open_election
from portal.vote.manifest import make_manifest
from portal.vote.posting import PlaceManifest
from portal.vote.records import Handout, PaperDuty
from portal.vote.slips import Precinct, Slip, make_slips, slip_of

TURNOUT = {  # percent of the slips of a community
    Electorate.RESIDENTS: (24, 18, 29, 35, 42),
    Electorate.CADRES: (80, 95, 100, 70),
}
CADRES = (8, 11, 14, 19, 12)  # of a community: some stay below ten ballots
SPARE = 3  # slips per community that the demo gives away
MOODS = (  # positions on the scale, as often as they stand here
    (0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 2, 4),
    (0, 0, 0, 0, 1, 1, 1, 2, 2, 3, 4),
    (0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 4),
)
SAID = (0, 0, 0, 1, 1, 2, 3)  # positions on the scale of items
ANSWERS = (True, True, False)
WAYS = (*[Entered.PHONE] * 11, Entered.PAPER)
HANDS = {
    PaperDuty.PRINTER: "示例·制票人",
    PaperDuty.DISTRIBUTOR: "示例·发放人",
    PaperDuty.OBSERVER: "示例·监票人",
}


def open_vote(story: Story, session: Session) -> None:
    """Both votes of the round are opened; some households and most cadres vote."""
    # Thousands of ballots at once: only the demo need not survive a power cut.
    story.house.ballots.file.connection().execute("PRAGMA synchronous=OFF")
    for electorate in Electorate:
        _hold(story, session, electorate)
    story.house.ballots.file.forget_order()


def _hold(story: Story, session: Session, electorate: Electorate) -> None:
    """Slips are made, manifests posted, two closers named, slips handed out, voted."""
    by, now = story.account(Role.OFFICE).username, story.now
    election = prepare(
        session, round_=story.round_(session), electorate=electorate, by=by, now=now
    )
    records.assign(session, election=election, names=HANDS, by=by, now=now)
    made = dict(_posted(story, session, election))
    if electorate is Electorate.RESIDENTS and disclosure.entries(
        session, story.round_id
    ):
        posting.ask_items(session, election, by=by, now=now)
    closers = [story.account(Role.CHIEF, number).staff(session) for number in (0, 1)]
    open_election(
        session,
        story.house.keystore,
        election=election,
        closers=closers,
        by=by,
        now=now,
    )
    for manifest in posting.manifests(session, election.id):
        out = Handout(story.today, manifest.count, HANDS[PaperDuty.DISTRIBUTOR])
        records.hand_out(session, manifest=manifest, out=out, by=by, now=now)
        slips = made[manifest.place_id]
        if electorate is Electorate.RESIDENTS:
            spare, slips = slips[:SPARE], slips[SPARE:]
            code = manifest.place_code
            story.slips += [{"place": code, "secret": s.secret} for s in spare]
        turnout = pick(TURNOUT[electorate], manifest.place_code, "returned")
        for slip in slips[: manifest.count * turnout // 100]:
            _vote(story, manifest, slip)


def _posted(
    story: Story, session: Session, election: Election
) -> Iterator[tuple[int, list[Slip]]]:
    """Every community's slips, by place id, their manifest posted."""
    printer, by = KeyPair.make(), story.account(Role.OFFICE).username
    for place in rounds.places_in(session, story.round_id):
        precinct = Precinct(election.code, place.code, election.terms)
        slips = list(make_slips(precinct, _number(election, place)))
        ids = [slip.slip_id for slip in slips]
        posting.post_manifest(
            session,
            election=election,
            place=place,
            manifest=make_manifest(precinct, slip_ids=ids, printer=printer),
            by=by,
            now=story.now,
        )
        yield place.id, slips


def _number(election: Election, place: Place) -> int:
    if election.electorate is Electorate.CADRES:
        return pick(CADRES, place.code, "cadres")
    return place.households or 100


def _vote(story: Story, posted: PlaceManifest, slip: Slip) -> None:
    """Some vote on paper; some pass over what they are asked item by item."""
    precinct = posted.precinct
    known = slip_of(precinct, slip.secret)  # with what was not asked when it was made
    mood = pick(MOODS, posted.election.code, posted.place_code)
    scores = {
        d.id: precinct.terms.scale[pick(mood, slip.slip_id, d.id)].id
        for d in precinct.terms.dimensions
    } | {
        item.id: SCALE[pick(SAID, slip.slip_id, item.id)].id
        for item in precinct.items
        if pick(ANSWERS, slip.slip_id, item.words)
    }
    entered = pick(WAYS, slip.slip_id, "way")
    story.house.ballots.put(posted, known, scores=scores, entered=entered)


def close_vote(story: Story, session: Session) -> None:
    """Two people close, count and sign, each election by itself."""
    first, second = (_signatory(story, number) for number in (0, 1))
    keystore, box, now = story.house.keystore, story.house.ballots, story.now
    for election in elections(session, story.round_id):
        close.agree(session, keystore, election=election, first=first, now=now)
        close.count(session, keystore, box, election=election, second=second, now=now)
        session.commit()
        close.destroy_ballots(keystore, box, election=election)
        close.countersign(session, box, election=election, first=first, now=now)


def _signatory(story: Story, number: int) -> Signatory:
    account = story.account(Role.CHIEF, number)
    return Signatory(account.staff_id, account.username, account.pair)
