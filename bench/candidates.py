"""Table c: servers side by side, and whether they copy bodies to disk."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from bench.forms import Forms, Sending
from bench.house import Stand
from bench.rounds import OverSocket, Subject, measure
from bench.serving import PACKAGES, served
from bench.tables import Table, ms
from portal.web.app import LARGEST_BODY, create_app

ROUNDS, REQUESTS = 7, 25
FIRST_PORT = 8771
BODIES = {"largest allowed": LARGEST_BODY - 1024, "2 MiB": 2 * 1024 * 1024}
COLUMNS = ("server", "GET ms", "POST ms", *(f"disk, {name}" for name in BODIES))


def side_by_side(stand: Stand) -> Table:
    """CPU per request and spooling of every installed candidate."""
    forms = Forms(stand, create_app(stand.installation()))
    rows = [
        _row(name, stand, forms, port=FIRST_PORT + number)
        for number, name in enumerate(PACKAGES)
    ]
    return Table("Candidate servers, the portal behind each", COLUMNS, rows)


def _row(name: str, stand: Stand, forms: Forms, *, port: int) -> tuple[str, ...]:
    try:
        named = f"{name} {version(PACKAGES[name])}"
    except PackageNotFoundError:
        return (name, "not installed", *[""] * (1 + len(BODIES)))
    with served(name, "portal", stand.folder, port) as process:
        target = OverSocket(port, {"Accept_Encoding": "gzip"})
        found = measure(
            [
                Subject("GET", target, lambda _: Sending("GET", forms.survey_path)),
                Subject("POST", target, forms.survey),
            ],
            rounds=ROUNDS,
            requests=REQUESTS,
        )
        spooled = [
            spools(process, port, size, watched=stand.folder / f"tmp-{port}")
            for size in BODIES.values()
        ]
    told = ["a temporary file" if found else "none" for found in spooled]
    return (named, ms(found["GET"]), ms(found["POST"]), *told)


def spools(
    process: subprocess.Popen[bytes], port: int, size: int, *, watched: Path
) -> bool:
    """Whether a temporary file appears while most of a body has arrived."""
    before = set(_temporary(process.pid, watched))
    head = (
        "POST /q/NOSUCHQR/survey HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {size}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", port), timeout=5) as sending:
        with suppress(OSError):  # a server may hang up on a body it does not want
            sending.sendall(head.encode() + b"a=" + b"b" * (size - 4096))
        time.sleep(0.5)  # let it put the bytes wherever it puts them
        return bool(set(_temporary(process.pid, watched)) - before)


def _temporary(pid: int, watched: Path) -> Iterator[str]:
    """Files below the temporary folder, and unlinked ones the processes hold open."""
    yield from (str(path) for path in watched.rglob("*"))
    for each in _tree(pid):
        for link in Path(f"/proc/{each}/fd").iterdir():
            with suppress(OSError):
                aim = os.readlink(link)  # noqa: PTH115 -- "(deleted)" is no path
                if aim.startswith(str(watched)) or aim.endswith("(deleted)"):
                    yield f"{each}:{aim}"


def _tree(pid: int) -> Iterator[int]:
    yield pid
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in path.read_text().split():
            yield from _tree(int(child))
