"""A polling day for tests of the vote: folder, places, slips, closers, election."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from portal import vote
from portal.disclosure import Disclosure
from portal.kernel.database import Base, engine_for
from portal.kernel.keystore import KeyStore
from portal.kernel.sealing import KeyPair
from portal.people import Role, Staff
from portal.places import Kind, Level, Place
from portal.review.findings import Finding, Severity
from portal.rounds import Mode, Round
from portal.vote import (
    BallotBox,
    Election,
    ElectionResult,
    Electorate,
    Precinct,
    Signatory,
    Slip,
    Terms,
)
from portal.vote.paper_ballots import Progress, Typed, enter

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
BIG, SMALL = "990101001001", "990101001002"  # invented codes
ISSUED = {BIG: 14, SMALL: 11}
HOUSEHOLDS = {BIG: 20, SMALL: None}
ALL_SATISFIED = {d.id: "satisfied" for d in vote.DEFAULT_TERMS.dimensions}


def scores_of(number: int) -> dict[str, str]:
    """A pattern of six scores that differs from its neighbours'."""
    return {
        d.id: vote.DEFAULT_TERMS.scale[(number // 5**i) % 5].id
        for i, d in enumerate(vote.DEFAULT_TERMS.dimensions)
    }


@dataclass
class PollingDay:
    """An open election with everything a test needs to vote and to close it."""

    folder: Path
    engine: Engine
    session: Session
    keystore: KeyStore
    box: BallotBox
    round_: Round
    places: dict[str, Place]
    slips: dict[str, list[Slip]]
    printer: KeyPair
    closers: list[Signatory]

    electorate: Electorate

    @property
    def election(self) -> Election:
        found = vote.find_election(self.session, self.round_.id, self.electorate)
        assert found
        return found

    @property
    def result(self) -> ElectionResult:
        return vote.result_of(self.election)

    @property
    def fingerprint(self) -> str:
        return vote.printer_fingerprint(self.session, self.election)

    @property
    def digest(self) -> str:
        return self.result.digest

    @property
    def files(self) -> dict[str, bytes]:
        return vote.published_files(self.session, self.election)

    @property
    def turnout(self) -> dict[int, int]:
        return self.box.turnout(self.election.id)

    def precinct(self, code: str = BIG) -> Precinct:
        return self.election.precinct(code)

    def cast(
        self, slip: Slip, scores: dict[str, str] = ALL_SATISFIED, place: str = BIG
    ) -> vote.Receipt:
        return vote.cast(
            self.box,
            self.session,
            election=self.election,
            place_id=self.places[place].id,
            secret=slip.secret,
            scores=scores,
        )

    def type_in(
        self,
        slip: Slip,
        scores: dict[str, str] = ALL_SATISFIED,
        who: int = 0,
        place: str = BIG,
    ) -> Progress:
        """One person types a paper ballot in."""
        by, place_id = self.closers[who].staff_id, self.places[place].id
        typed = Typed(place_id, slip.secret, scores, by)
        box, keystore = self.box, self.keystore
        return enter(box, self.session, keystore, election=self.election, typed=typed)

    def enter_paper(
        self, slip: Slip, scores: dict[str, str] = ALL_SATISFIED, place: str = BIG
    ) -> None:
        """Two people type it in alike."""
        for who in (0, 1):
            self.type_in(slip, scores, who, place)

    def disclose(self, code: str, *problems: str) -> list[Disclosure]:
        """Findings of a community that everybody may read about."""
        return [self._disclosed(self.places[code], problem) for problem in problems]

    def _disclosed(self, place: Place, problem: str) -> Disclosure:
        by, on = self.closers[0].staff_id, date(2026, 10, 1)
        finding = Finding(
            round_id=self.round_.id,
            place_id=place.id,
            category="property",
            title=problem,
            statement=problem,
            severity=Severity.SERIOUS,
            written_by=by,
            found_on=on,
        )
        self.session.add(finding)
        self.session.flush()
        row = Disclosure(
            round_id=self.round_.id,
            place_id=place.id,
            finding_id=finding.id,
            problem=problem,
            measures="换灯",
            result="正在办",
            published_on=on,
        )
        self.session.add(row)
        self.session.flush()
        return row

    def ask_items(self) -> None:
        vote.ask_items(self.session, self.election, by="office", now=NOW)

    def open(self) -> None:
        """Manifests stand, ballots are taken."""
        vote.open_election(
            self.session,
            self.keystore,
            election=self.election,
            closers=list(self.session.query(Staff)),
            by="office",
            now=NOW,
        )
        self.session.commit()

    def fill(self, big: int = 12, small: int = 3) -> None:
        """Ballots of different patterns in both communities."""
        for place, n in ((BIG, big), (SMALL, small)):
            for i, slip in enumerate(self.slips[place][:n]):
                self.cast(slip, scores_of(i * 7 + 1), place)

    def agree(self, who: int = 0) -> None:
        first = self.closers[who]
        vote.agree(
            self.session, self.keystore, election=self.election, first=first, now=NOW
        )

    def count(self, who: int = 1) -> None:
        vote.count(
            self.session,
            self.keystore,
            self.box,
            election=self.election,
            second=self.closers[who],
            now=NOW,
        )

    def destroy(self) -> None:
        vote.destroy_ballots(self.keystore, self.box, election=self.election)

    def countersign(self, who: int = 0) -> None:
        first = self.closers[who]
        vote.countersign(
            self.session, self.box, election=self.election, first=first, now=NOW
        )

    def close(self) -> None:
        """All steps, each committed as the edge does."""
        self.agree()
        self.session.commit()
        self.count()
        self.session.commit()
        self.destroy()
        self.countersign()
        self.session.commit()

    def bytes_on_disk(self) -> bytes:
        """Every byte of database, ballot box, write-ahead logs and key store."""
        found = sorted(path for path in self.folder.rglob("*") if path.is_file())
        return b"".join(path.read_bytes() for path in found)


@contextmanager
def polling_day(
    folder: Path, terms: Terms = vote.DEFAULT_TERMS
) -> Iterator[PollingDay]:
    """Two communities, three closers, manifests posted, voting open."""
    with polling_eve(folder, terms) as day:
        day.open()
        yield day


@contextmanager
def polling_eve(
    folder: Path,
    terms: Terms = vote.DEFAULT_TERMS,
    electorate: Electorate = Electorate.RESIDENTS,
) -> Iterator[PollingDay]:
    """The same before the vote is opened."""
    engine = engine_for(f"sqlite:///{folder / 'portal.db'}")
    Base.metadata.create_all(engine)
    box = BallotBox(folder / "ballots.db")
    with Session(engine) as session:
        day = _planned(folder, engine, session, box)
        prepared(day, electorate, terms)
        yield day
    box.file.close()
    engine.dispose()


def prepared(day: PollingDay, electorate: Electorate, terms: Terms) -> None:
    """The day goes on with this electorate: terms, slips, manifests."""
    session, day.electorate = day.session, electorate
    election = vote.prepare(
        session, round_=day.round_, electorate=electorate, by="office", now=NOW
    )
    vote.revise(session, election, terms=terms, by="office", now=NOW)
    for code, n in ISSUED.items():
        made = list(vote.make_slips(day.precinct(code), n))
        day.slips[code], ids = made, [slip.slip_id for slip in made]
        vote.post_manifest(
            session,
            election=election,
            place=day.places[code],
            manifest=vote.make_manifest(
                day.precinct(code), slip_ids=ids, printer=day.printer
            ),
            by="office",
            now=NOW,
        )


def _planned(
    folder: Path, engine: Engine, session: Session, box: BallotBox
) -> PollingDay:
    round_ = Round(
        code="2026-2",
        name="第二轮",
        mode=Mode.DIRECT,
        inspector="虚构区委巡察组",
        opens_on=date(2026, 9, 1),
        closes_on=date(2026, 12, 1),
    )
    session.add(round_)
    places = {code: make_place(code, HOUSEHOLDS[code]) for code in ISSUED}
    session.add_all(places.values())
    session.flush()
    closers = [make_closer(session, name) for name in ("甲", "乙", "丙")]
    return PollingDay(
        folder=folder,
        engine=engine,
        session=session,
        keystore=KeyStore(folder / "keystore"),
        box=box,
        round_=round_,
        places=places,
        slips={},
        printer=KeyPair.make(),
        closers=closers,
        electorate=Electorate.RESIDENTS,
    )


def make_place(code: str, households: int | None) -> Place:
    return Place(
        code=code,
        name=f"社区{code[-1]}",
        level=Level.COMMUNITY,
        kind=Kind.URBAN,
        households=households,
    )


def make_closer(session: Session, name: str) -> Signatory:
    keys = KeyPair.make()
    staff = Staff(
        username=name,
        name=name,
        role=Role.OFFICE,
        salt=b"",
        locked_seed=b"",
        locked_totp=b"",
        public_key=keys.public,
        verify_key=keys.verify_key,
    )
    session.add(staff)
    session.flush()
    return Signatory(staff.id, name, keys)
