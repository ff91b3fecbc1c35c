"""One running installation: database, key store, boxes, clock; shared with `cli`."""

import sys
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, sessionmaker

from portal import entrances, reports, retention
from portal.entrances import Code
from portal.intake.box_rows import Compartment
from portal.intake.letterbox import Letterbox
from portal.intake.opening import Occasion, is_due, open_letterbox
from portal.intake.receive import Door
from portal.kernel import clock, jobs
from portal.kernel.audit import AuditEntry
from portal.kernel.database import engine_for, lookups_on, writing
from portal.kernel.keystore import KeyStore
from portal.kernel.settings import Settings
from portal.posters import batch
from portal.posters.typeset import Cut
from portal.posters.words import Notice, notice_of
from portal.rounds import Round, get_round
from portal.rounds.hours import Hours, hours_of, timetable
from portal.vote.box import BallotBox
from portal.vote.ratings import RatingBox

QUARTER = 15 * 60  # seconds between openings of what is marked urgent
TICK = 5.0  # seconds between looks for work and for an opening hour


@dataclass
class DayCounter:
    """Openings and starts per entrance and day, in memory until the next opening."""

    opens: Counter[tuple[str, date]] = field(default_factory=Counter)
    starts: Counter[tuple[str, date]] = field(default_factory=Counter)

    def flush(self, session: Session) -> None:
        """Add what was counted to the table and begin anew."""
        opens, self.opens = self.opens, Counter()
        starts, self.starts = self.starts, Counter()
        seen = {key: (opens[key], starts[key]) for key in opens | starts}
        entrances.count(session, seen)


@dataclass
class Installation:
    """Everything a request or a command works with."""

    settings: Settings
    engine: Engine
    keystore: KeyStore
    door: Door
    ballots: BallotBox
    clock: Callable[[], datetime] = clock.now
    counter: DayCounter = field(default_factory=DayCounter)
    ratings: RatingBox = field(init=False)  # in the file of the ballots
    lookups: Engine = field(init=False)  # for single SELECTs
    _quarter: float = field(
        default=0, init=False
    )  # when urgent letters were looked for

    @classmethod
    def at(cls, settings: Settings) -> "Installation":
        """Open the installation the settings describe."""
        settings.instance.mkdir(parents=True, exist_ok=True)
        keystore = KeyStore(settings.keystore)
        door = Door(
            box=Letterbox(settings.letterbox, keystore),
            pepper=keystore.get_or_make("pepper"),
        )
        engine = engine_for(settings.database_url)
        ballots = BallotBox(settings.ballot_box)
        return cls(settings, engine, keystore, door, ballots)

    def __post_init__(self) -> None:
        self.lookups = lookups_on(self.engine)
        self.ratings = RatingBox(self.ballots.file)

    def close(self) -> None:
        """Close every file and connection; what comes later opens them anew."""
        self.door.box.file.close_all()
        self.ballots.file.close_all()
        self.engine.dispose()
        self.lookups.dispose()

    @cached_property
    def sessions(self) -> sessionmaker[Session]:
        """Makes database sessions."""
        return sessionmaker(self.engine, expire_on_commit=False)

    def hours_of(self, kept: str) -> Hours:
        """The hours a round's part of the box is opened at; see `rounds.hours`."""
        return hours_of(kept, self.settings.opening_hours)

    def today(self) -> date:
        """The calendar day in China."""
        return clock.local_day(self.clock())

    def open_letterbox(
        self, *, by: str, reason: str, not_yet: frozenset[int] = frozenset()
    ) -> int:
        """Empty the letterbox; gives the number of items. Ballots lose their order.

        What belongs to the rounds `not_yet` stays for its own hour.
        """
        self.open_urgent()
        with self.sessions() as session, session.begin():
            self.counter.flush(session)
        now = self.clock()
        occasion = Occasion(
            by=by, reason=reason, now=now, today=clock.local_day(now), not_yet=not_yet
        )
        taken = open_letterbox(self.sessions, self.door.box, occasion)
        with self.sessions() as session, session.begin():
            retention.keep_destroyed(writing(session), self.keystore, now=now)
        self.ballots.file.forget_order()
        return taken

    def open_urgent(self) -> int:
        """Take out what is marked urgent; gives the number of letters."""
        if not self.door.box.has_urgent():
            return 0
        now = self.clock()
        occasion = Occasion(
            by="timetable",
            reason="urgent",
            now=now,
            today=clock.local_day(now),
            of=Compartment.URGENT,
        )
        return open_letterbox(self.sessions, self.door.box, occasion)

    def open_urgent_when_due(self) -> None:
        """Take out what is marked urgent at every quarter of an hour."""
        quarter = self.clock().timestamp() // QUARTER
        if quarter != self._quarter:
            self.open_urgent()
            self._quarter = quarter

    def open_letterbox_when_due(self) -> None:
        """Empty the letterbox if an opening hour has passed since the last time.

        A round has hours of its own, or the usual ones; each is opened at its own.
        """
        newest = (
            select(AuditEntry.at)
            .where(AuditEntry.action == "letterbox.open")
            .order_by(AuditEntry.number.desc())
            .limit(1)
        )
        with self.sessions() as session:
            last = session.scalars(newest).first() or self._started
            hours = timetable(session, self.settings.opening_hours)
        local_now, last = (
            self.clock().astimezone(clock.BEIJING),
            last.astimezone(clock.BEIJING),
        )
        not_yet = frozenset(
            round_id
            for round_id, its_hours in hours.items()
            if not is_due(its_hours, last=last, local_now=local_now)
        )
        usual = is_due(self.settings.opening_hours, last=last, local_now=local_now)
        if len(not_yet) < len(hours) or (usual and not hours):
            self.open_letterbox(by="timetable", reason="set hour", not_yet=not_yet)

    def start_worker(self, kinds: jobs.Kinds) -> threading.Event:
        """Run jobs and openings in a thread; setting the event stops it."""
        self._started = self.clock()
        self._quarter = self._started.timestamp() // QUARTER
        stop = threading.Event()

        def work() -> None:
            while not stop.wait(TICK):
                try:
                    self.open_urgent_when_due()
                    self.open_letterbox_when_due()
                    while jobs.run_next(self.sessions, kinds, clock=self.clock):
                        pass
                except Exception as error:  # noqa: BLE001 -- the next tick tries again
                    sys.stderr.write(f"worker fault {type(error).__name__}\n")

        threading.Thread(target=work, name="worker", daemon=True).start()
        return stop

    def notice(self, code: Code, round_: Round) -> Notice:
        """What the poster of a code says, and what goes into a group with it."""
        return notice_of(
            code,
            round_,
            base_url=self.settings.base_url,
            opening_hours=self.hours_of(round_.opening_hours),
        )

    def make_posters(
        self,
        round_id: int,
        *,
        formats: Sequence[str],
        look_name: str,
        target: Path,
        step: batch.Step,
    ) -> batch.Outcome:
        """Write the ZIP of a round's artefacts; calling again goes on where it was.

        Raises NoFontError, MissingSignsError.
        """
        with self.sessions() as session:
            codes = entrances.codes_of(session, round_id)
            round_ = get_round(session, round_id)
            index = reports.entrances_workbook(codes, base_url=self.settings.base_url)
            orders = batch.orders_of(
                codes,
                partial(self.notice, round_=round_),
                formats=formats,
                look_name=look_name,
            )
        signs = batch.signs_of(order.notice for order in orders)
        cut = Cut.of(signs, self.settings.font)
        target.parent.mkdir(parents=True, exist_ok=True)
        return batch.make_batch(orders, target, index=index, cut=cut, step=step)

    def job_kinds(self) -> jobs.Kinds:
        """What long work this installation knows."""
        return {"open_letterbox": self._open_job, "posters": self._posters_job}

    def _open_job(self, _: jobs.Progress, arguments: dict[str, Any]) -> str:
        count = self.open_letterbox(by=arguments["by"], reason=arguments["reason"])
        return str(count)

    def posters_file(self, job_id: str) -> Path:
        """Where a job's posters lie when it is done."""
        return self.settings.exports / f"posters-{job_id}.zip"

    def _posters_job(self, progress: jobs.Progress, arguments: dict[str, Any]) -> str:
        outcome = self.make_posters(
            arguments["round_id"],
            formats=arguments["formats"],
            look_name=arguments["look_name"],
            target=self.posters_file(progress.job_id),
            step=progress.step,
        )
        refused = "".join(f"；没有放行 {name}" for name in sorted(outcome.refused))
        return f"{outcome.released} 张海报，逐张扫过{refused}"
