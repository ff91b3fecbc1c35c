"""The product served as in production over an empty installation."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from waitress import wasyncore

from portal.cli.running import listening
from portal.kernel.settings import Settings
from portal.web.limits import limiter
from tests.journeys.town import Person, Town, make_town

__all__ = ["Person", "Town", "served_town"]


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
    town = make_town(replace(settings, base_url=server.base_url, hotline="000-0000"))
    server.app = town.app
    try:
        yield town
    finally:
        server.stop()
        town.house.close()
        with town.app.app_context():
            limiter.reset()
