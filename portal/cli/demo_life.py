"""What happens to the demo's round in each phase, through the stages' own verbs."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import disclosure, entrances, handover, rectification, rounds
from portal.checklists import keep as keep_lists
from portal.cli import demo_answers, demo_entrances
from portal.cli.demo_setup import Account, Story, pick, sample
from portal.cli.demo_spotchecks import spot_check
from portal.entrances import Code
from portal.figures.settlement import settle
from portal.handover import Handover, Route, Terms
from portal.intake.receive import Arrival, Complaint, receive_complaint
from portal.intake.records import Letter, LetterState
from portal.people import Role
from portal.places import Place
from portal.questionnaires import frozen, shipped
from portal.rectification import Filing, Outcome, Source, Verdict
from portal.review import findings, letters
from portal.review.evidence import found_in
from portal.review.findings import Finding, Severity
from portal.rounds import Phase, keys

WAITING = 6  # letters that still lie in the box when the demo opens
Tell = Callable[[Story, Session], None]


def announce(story: Story, session: Session) -> None:
    """Keys, questionnaire, lists and codes; then the notice."""
    round_ = story.round_(session)
    keys.make_keys(session, story.house.keystore, round_)
    keep_lists(session, round_.id)
    frozen.freeze(session, round_.id, shipped.compose(), today=story.today)
    entrances.issue(
        session,
        round_.id,
        places=rounds.places_in(session, round_.id),
        channels=entrances.channels(session),
        today=story.today,
    )


def collect(story: Story, session: Session) -> None:
    """Residents answer and write; the box is opened; some letters still wait."""
    demo_entrances.hang(story, session)
    codes = [c for c in entrances.codes_of(session, story.round_id) if c.is_live]
    demo_answers.scanned(story, session, codes)
    demo_answers.filled_in_by_staff(story, session)
    told: list[dict[str, Any]] = sample("voices.json")["complaints"]
    for number, letter in enumerate(told):
        if number == len(told) - WAITING:
            session.commit()
            story.house.open_letterbox(by="timetable", reason="set hour")
        _write(story, session, codes, letter=letter, number=number)


def _write(
    story: Story,
    session: Session,
    codes: list[Code],
    *,
    letter: dict[str, Any],
    number: int,
) -> None:
    fitting = [code for code in codes if _fits(code.place, letter)]
    code = pick(fitting, letter["text"])
    receive_complaint(
        story.house.door,
        arrival=Arrival(
            entrance=entrances.entrance(session, code.code), nonce=f"demo-{number}"
        ),
        complaint=Complaint(
            category=letter["category"],
            text=letter["text"],
            contact=letter.get("contact") or "",
        ),
    )


def _fits(place: Place, told: dict[str, Any]) -> bool:
    trait = told.get("trait")
    return place.kind in told["kinds"] and (trait is None or place.trait == trait)


def review(story: Story, session: Session) -> None:
    """The rest of the letters is opened; teams read, answer and write findings."""
    session.commit()
    story.house.open_letterbox(by="timetable", reason="set hour")
    everything = session.scalars(select(Letter).order_by(Letter.id)).all()
    replies = [r for r in sample("voices.json")["replies"] if r["kind"] == "reply"]
    for letter in everything[: len(everything) * 3 // 4]:
        reader = story.reader_of(session, letter.place_id)
        letters.read(session, letter, reader=reader)
        told = [r for r in replies if r["category"] == letter.category]
        if told:
            letters.reply(
                session, letter, reader=reader, text=pick(told, letter.id)["text"]
            )
    for number, told in enumerate(sample("voices.json")["findings"]):
        _find(story, session, told=told, number=number)


def _find(story: Story, session: Session, *, told: dict[str, Any], number: int) -> None:
    fitting = [
        place
        for place in rounds.places_in(session, story.round_id)
        if place.kind in told["kinds"]
    ]
    place = fitting[number % 4] if number % 3 else pick(fitting, told["title"])
    author = story.reader_of(session, place.id).staff
    finding = findings.write(
        session,
        Finding(
            round_id=story.round_id,
            place_id=place.id,
            category=told["category"],
            title=told["title"],
            statement=told["statement"],
            severity=Severity(told["severity"]),
            is_lead=told["route"] == Route.LEAD,
            points=told["points"],
            found_on=story.today,
        ),
        by=author,
        now=story.now,
    )
    known = select(Letter).where(
        Letter.place_id == place.id, Letter.category == told["category"]
    )
    for letter in session.scalars(known):
        found_in(session, finding, letter=letter, by=author, now=story.now)
    chief = story.account(Role.CHIEF).staff(session)
    findings.approve(session, finding, by=chief, now=story.now)


def rectify(story: Story, session: Session) -> None:
    """Answers are settled; findings handed over and signed for; plans are accepted."""
    office = story.account(Role.OFFICE).staff(session)
    chief = story.account(Role.CHIEF).staff(session)
    round_, by = story.round_(session), office.username
    settle(session, round_, by=by, now=story.now, today=story.today)
    for finding, told in _told(session, story):
        route = Route(told["route"])
        sender = chief if route is Route.LEAD else office
        account = _receiver(story, finding, route)
        terms = Terms(
            route=route,
            receiver=account.staff(session),
            due_on=story.today + timedelta(days=60),
        )
        row = handover.hand_over(
            session, finding, terms=terms, by=sender, now=story.now, today=story.today
        )
        receiver = account.staff(session)
        handover.sign_for(session, row, by=receiver, now=story.now, today=story.today)
        if route is not Route.LEAD:
            _file(story, session, row, text=told["disclosure"]["measures"])


def _receiver(story: Story, finding: Finding, route: Route) -> Account:
    if route is Route.LEAD:
        return story.account(Role.DISCIPLINE)
    street = finding.place.parent.code if finding.place.parent else ""
    units = sample("voices.json")["units"]
    return story.accounts[next(u["username"] for u in units if u["place"] == street)]


def _file(story: Story, session: Session, row: Handover, *, text: str) -> None:
    """File the next step and have the office accept it."""
    step = rectification.file_step(
        session,
        row,
        filing=Filing(text=text),
        by=row.receiver,
        now=story.now,
        today=story.today,
    )
    office = story.account(Role.OFFICE).staff(session)
    rectification.review_step(
        session,
        step,
        verdict=Verdict.ACCEPTED,
        remark="",
        by=office,
        now=story.now,
    )


def _told(session: Session, story: Story) -> list[tuple[Finding, dict[str, Any]]]:
    by_title = {f["title"]: f for f in sample("voices.json")["findings"]}
    found = findings.findings(session, story.round_id)
    return [(one, by_title[one.title]) for one in found]


def disclose(story: Story, session: Session) -> None:
    """Meetings and reports, the team's check, the publication, and a spot check."""
    office = story.account(Role.OFFICE).staff(session)
    for finding, told in _told(session, story):
        row = session.scalars(select(Handover).filter_by(finding_id=finding.id)).one()
        if row.route is Route.LEAD:
            continue
        _file(story, session, row, text="召开专题会，逐条认领，明确到人。")
        _file(story, session, row, text=told["disclosure"]["result"])
        if team := told["sources"].get(Source.TEAM):
            checker = story.reader_of(session, finding.place_id).staff
            rectification.check(
                session,
                finding,
                outcome=Outcome(team),
                by=checker,
                now=story.now,
                today=story.today,
            )
        words = told["disclosure"]
        disclosure.publish(
            session,
            finding,
            words=(words["before"], words["measures"], words["result"]),
            by=office,
            now=story.now,
            today=story.today,
        )
    spot_check(story, session)


def revisit(story: Story, session: Session) -> None:
    """Who complained says whether it is fixed, and there is another spot check."""
    for finding, told in _told(session, story):
        if said := told["sources"].get(Source.REPORTER):
            rectification.confirm(
                session,
                finding,
                source=Source.REPORTER,
                outcome=Outcome(said),
                today=story.today,
            )
    spot_check(story, session)


def close_letters(story: Story, session: Session) -> None:
    """What is left in hand is closed."""
    for letter in session.scalars(select(Letter).filter_by(state=LetterState.WORKING)):
        reader = story.reader_of(session, letter.place_id)
        letters.move(session, letter, to=LetterState.CLOSED, reader=reader)


LIFE: dict[Phase, tuple[int, Tell]] = {  # days into the round, what happens
    Phase.ANNOUNCED: (2, announce),
    Phase.COLLECTING: (12, collect),
    Phase.REVIEWING: (20, review),
    Phase.RECTIFYING: (15, rectify),
    Phase.DISCLOSING: (45, disclose),
    Phase.REVISITING: (30, revisit),
    Phase.ARCHIVED: (30, close_letters),
}
