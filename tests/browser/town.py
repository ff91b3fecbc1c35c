"""The product served as in production over an empty installation."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from waitress import wasyncore

from portal import people
from portal.cli.running import furnish, listening, opened
from portal.kernel.settings import Settings
from portal.people import Role
from portal.web.app import create_app
from portal.web.installation import Installation
from portal.web.limits import limiter
from tests.makers import Clock

STAFF = {
    "admin": Role.ADMIN,
    "office": Role.OFFICE,
    "chief": Role.CHIEF,
    "member": Role.MEMBER,
    "mate": Role.MEMBER,
    "cousin": Role.MEMBER,
}


@dataclass
class Person:
    """Somebody of the staff with what they type to sign in."""

    username: str
    password: str
    totp_secret: str


@dataclass
class Town:
    """The served installation, its clock, and who has an account."""

    house: Installation
    app: Any
    clock: Clock = field(default_factory=Clock)
    people: dict[str, Person] = field(default_factory=dict)

    @property
    def base_url(self) -> str:
        return self.house.settings.base_url


class Server:
    """Waitress as `portal serve` runs it, in a thread; the application comes later."""

    def __init__(self) -> None:
        self.app: Callable[..., Any] | None = None
        self._server = listening(self._answer, "127.0.0.1", 0)
        self.base_url = f"http://127.0.0.1:{self._server.effective_port}"
        self._thread = threading.Thread(target=self._server.run)
        self._thread.start()

    def _answer(self, environ: Any, start: Any) -> Any:
        assert self.app is not None
        return self.app(environ, start)

    def stop(self) -> None:
        """Close every socket inside the loop that uses them, then the workers."""
        sockets = self._server._map
        self._server.trigger.pull_trigger(lambda: wasyncore.close_all(sockets))
        self._thread.join(10)
        self._server.task_dispatcher.shutdown()
        assert not self._thread.is_alive()


@contextmanager
def served_town(folder: Path) -> Iterator[Town]:
    """An empty installation with the first accounts, on a port of its own."""
    server = Server()
    settings = Settings.at(folder)
    house = opened(replace(settings, base_url=server.base_url, hotline="000-0000"))
    town = Town(house, create_app(house))
    house.clock = town.clock
    _register(town)
    server.app = town.app
    try:
        yield town
    finally:
        server.stop()
        house.close()
        with town.app.app_context():
            limiter.reset()


def _register(town: Town) -> None:
    with town.house.sessions() as session, session.begin():
        furnish(session)
        for username, role in STAFF.items():
            _, *secrets = people.register(
                session,
                town.house.keystore,
                username=username,
                name=f"示例·{username}",
                role=role,
            )
            town.people[username] = Person(username, *secrets)
