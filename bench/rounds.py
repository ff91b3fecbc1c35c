"""Interleaved rounds: A, B, A, B on the same machine, so that they share its noise."""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, Protocol

from bench.forms import Maker, Sending
from bench.meter import WSGI, Client

WARM_UP = 30  # requests before the first round


class Target(Protocol):
    """What takes requests and tells its CPU seconds."""

    def prepare(self, sending: Sending) -> Any:
        """Whatever need not be measured."""

    def take(self, prepared: Any) -> int:
        """Send it; gives the status."""

    def cpu(self) -> float:
        """CPU seconds used so far."""


@dataclass
class OverSocket:
    """A server process at the other end of a keep-alive connection."""

    port: int
    headers: Mapping[str, str] = field(default_factory=dict)
    blocks: int = 0

    def __post_init__(self) -> None:
        self._client = Client(self.port)

    def prepare(self, sending: Sending) -> Sending:
        """Nothing to prepare."""
        return sending

    def take(self, prepared: Sending) -> int:
        """Send it through the socket."""
        status, _ = self._client.send(
            prepared.method, prepared.path, prepared.body, **self.headers
        )
        return status

    def cpu(self) -> float:
        """The server's; asking also moves on to another address block."""
        self._client.close()
        self.blocks += 1
        self._client = Client(self.port, self.blocks)
        return self._client.cpu()


@dataclass
class InProcess:
    """The WSGI callable, without server or socket."""

    app: WSGI
    headers: Mapping[str, str] = field(default_factory=dict)
    blocks: int = 0

    def prepare(self, sending: Sending) -> dict[str, Any]:
        """The environ a server would hand over."""
        named = {f"HTTP_{key.upper()}": value for key, value in self.headers.items()}
        return {
            "REQUEST_METHOD": sending.method,
            "SCRIPT_NAME": "",
            "PATH_INFO": sending.path,
            "QUERY_STRING": "",
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": f"127.1.{self.blocks % 250}.1",
            "CONTENT_TYPE": "application/x-www-form-urlencoded",
            "CONTENT_LENGTH": str(len(sending.body)),
            "HTTP_HOST": "127.0.0.1",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": BytesIO(sending.body),
            "wsgi.errors": BytesIO(),
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            **named,
        }

    def take(self, prepared: dict[str, Any]) -> int:
        """Call the application and read its answer."""
        told: list[str] = []

        def start_response(status: str, *_: object) -> None:
            told.append(status)

        answer = self.app(prepared, start_response)
        b"".join(answer)
        if hasattr(answer, "close"):
            answer.close()
        return int(told[0][:3])

    def cpu(self) -> float:
        """This process's."""
        self.blocks += 1
        return time.process_time()


@dataclass(frozen=True)
class Subject:
    """What is measured: requests of one kind to one target."""

    name: str
    target: Target
    make: Maker


def measure(
    subjects: Sequence[Subject], *, rounds: int, requests: int
) -> dict[str, list[float]]:
    """CPU seconds per request of each subject, one value per round.

    Raises RuntimeError where an answer is not 200.
    """
    numbers = iter(range(10**9))
    for subject in subjects:
        _run(subject, [next(numbers) for _ in range(WARM_UP)])
    found: dict[str, list[float]] = {subject.name: [] for subject in subjects}
    for _ in range(rounds):
        for subject in subjects:
            spent = _run(subject, [next(numbers) for _ in range(requests)])
            found[subject.name].append(spent)
    return found


def _run(subject: Subject, numbers: Iterable[int]) -> float:
    target = subject.target
    prepared = [target.prepare(subject.make(number)) for number in numbers]
    before = target.cpu()
    statuses = {target.take(each) for each in prepared}
    spent = target.cpu() - before
    if statuses != {200}:
        message = f"{subject.name} answered {statuses}"
        raise RuntimeError(message)
    return spent / len(prepared)
