"""One running installation: database, key store, boxes, clock; shared with `cli`."""

import sys
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, sessionmaker

from portal import entrances, reports, retention
from portal.intake.letterbox import Letterbox
from portal.intake.opening import Occasion, is_due, open_letterbox
from portal.intake.receive import Door
from portal.kernel import clock, jobs
from portal.kernel.audit import AuditEntry
from portal.kernel.database import engine_for, writing
from portal.kernel.keystore import KeyStore
from portal.kernel.settings import Settings
from portal.posters import batch
from portal.posters.typeset import Cut
from portal.rounds import get_round
from portal.vote.ballots import BallotBox

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

    def close(self) -> None:
        """Close every file and connection; what comes later opens them anew."""
        self.door.box.file.close_all()
        self.ballots.file.close_all()
        self.engine.dispose()

    @cached_property
    def sessions(self) -> sessionmaker[Session]:
        """Makes database sessions."""
        return sessionmaker(self.engine, expire_on_commit=False)

    @cached_property
    def lookups(self) -> Engine:
        """The engine for single SELECTs, which need no transaction around them."""
        return self.engine.execution_options(begin="")

    def today(self) -> date:
        """The calendar day in China."""
        return clock.local_day(self.clock())

    def open_letterbox(self, *, by: str, reason: str) -> int:
        """Empty the letterbox; gives the number of items. Ballots lose their order."""
        with self.sessions() as session, session.begin():
            self.counter.flush(session)
        now = self.clock()
        occasion = Occasion(by=by, reason=reason, now=now, today=clock.local_day(now))
        taken = open_letterbox(self.sessions, self.door.box, occasion)
        with self.sessions() as session, session.begin():
            retention.keep_destroyed(writing(session), self.keystore, now=now)
        self.ballots.file.forget_order()
        return taken

    def open_letterbox_when_due(self) -> None:
        """Empty the letterbox if an opening hour has passed since the last time."""
        newest = (
            select(AuditEntry.at)
            .where(AuditEntry.action == "letterbox.open")
            .order_by(AuditEntry.number.desc())
            .limit(1)
        )
        with self.sessions() as session:
            last = session.scalars(newest).first() or self._started
        local_now = self.clock().astimezone(clock.BEIJING)
        hours = self.settings.opening_hours
        if is_due(hours, last=last.astimezone(clock.BEIJING), local_now=local_now):
            self.open_letterbox(by="timetable", reason="set hour")

    def start_worker(self, kinds: jobs.Kinds) -> threading.Event:
        """Run jobs and openings in a thread; setting the event stops it."""
        self._started = self.clock()
        stop = threading.Event()

        def work() -> None:
            while not stop.wait(TICK):
                try:
                    self.open_letterbox_when_due()
                    while jobs.run_next(self.sessions, kinds, clock=self.clock):
                        pass
                except Exception as error:  # noqa: BLE001 -- the next tick tries again
                    sys.stderr.write(f"worker fault {type(error).__name__}\n")

        threading.Thread(target=work, name="worker", daemon=True).start()
        return stop

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
        base_url = self.settings.base_url
        with self.sessions() as session:
            codes = entrances.codes_of(session, round_id)
            index = reports.entrances_workbook(codes, base_url=base_url)
            orders = batch.orders_of(
                codes,
                get_round(session, round_id),
                formats=formats,
                look_name=look_name,
                base_url=base_url,
                opening_hours=self.settings.opening_hours,
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
