"""How long a letter waits at the door while a full box is opened and rewritten.

`python -m bench.stall`; some threads post all the time while 5000 items come out.
Nothing may be lost; the longest wait is printed beside that of a quiet box.
"""

import json
import secrets
import tempfile
import threading
import time
from pathlib import Path

from bench.order import make_house
from bench.tables import Table
from portal import entrances
from portal.intake.letterbox import Letterbox
from portal.kernel.settings import Settings
from portal.web.installation import Installation

FULL = 5000
POSTERS = 3
QUIET = 2.0  # seconds of posting before the opening, as the reference


class Poster(threading.Thread):
    """Somebody who posts all the time, and notes how long each letter took."""

    def __init__(self, box: Letterbox, message: bytes) -> None:
        super().__init__()
        self.box, self.message = box, message
        self.stop = threading.Event()
        self.waits: list[float] = []

    def run(self) -> None:
        """Post until told to stop."""
        while not self.stop.wait(0.01):
            began = time.monotonic()
            self.box.drop(secrets.token_bytes(32), self.message)
            self.waits.append(time.monotonic() - began)
        self.box.file.close()


def posting(box: Letterbox, message: bytes) -> list[Poster]:
    """Some posters, at work."""
    found = [Poster(box, message) for _ in range(POSTERS)]
    for one in found:
        one.start()
    return found


def stopped(posters: list[Poster]) -> list[float]:
    """How long each of their letters took."""
    for one in posters:
        one.stop.set()
        one.join()
    return [wait for one in posters for wait in one.waits]


def compare() -> Table:
    """The longest waits, quiet and during the opening."""
    with tempfile.TemporaryDirectory(prefix="stall-") as name:
        cast = make_house(Path(name) / "house")
        house = Installation.at(Settings.at(Path(name) / "house"))
        with house.sessions() as session:
            here = entrances.entrance(session, cast.yunxi)
        answers = {
            "what": "answers", "channel": "lift", "revision": "r", "ticks": {},
            "texts": [], "flags": [], "round": here.round_id, "place": here.place_id,
        }  # fmt: skip
        message = json.dumps(answers).encode()
        for _ in range(FULL):
            house.door.box.drop(secrets.token_bytes(32), message)
        posters = posting(house.door.box, message)
        time.sleep(QUIET)
        quiet = stopped(posters)
        posters = posting(house.door.box, message)
        began = time.monotonic()
        taken = house.open_letterbox(by="bench", reason="stall")
        took = time.monotonic() - began
        busy = stopped(posters)
        lost = FULL + len(quiet) + len(busy) - taken - house.door.box.waiting()
        house.close()
    rows = [_row("quiet", quiet, "—"), _row("during the opening", busy, str(lost))]
    heading = f"A letter at the door while {taken} items come out in {took:.1f} s"
    return Table(
        heading, ("the box", "letters", "median ms", "longest ms", "lost"), rows
    )


def _row(name: str, waits: list[float], lost: str) -> tuple[str, ...]:
    ordered = sorted(waits)
    middle, longest = ordered[len(ordered) // 2], ordered[-1]
    return name, str(len(waits)), f"{middle * 1000:.1f}", f"{longest * 1000:.0f}", lost


if __name__ == "__main__":
    print(compare())
