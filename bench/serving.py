"""Server processes: each candidate with the settings it would run with.

`python -m bench.serving SERVER APP FOLDER PORT` serves until it is told to stop.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path
from typing import Any

from bench.bare import create_bare
from bench.meter import WSGI, Client, metered
from portal.cli import running
from portal.kernel.settings import Settings
from portal.web.app import create_app
from portal.web.installation import Installation

THREADS = running.THREADS
PATIENCE = 20.0  # seconds until a server must answer


def application(app: str = "", folder: str = "") -> WSGI:
    """`portal`, or `bare:BYTES` with a page of so many bytes, over a folder."""
    app = app or os.environ["BENCH_APP"]
    path = Path(folder or os.environ["BENCH_FOLDER"])
    kind, _, size = app.partition(":")
    if kind == "portal":
        return metered(create_app(Installation.at(Settings.at(path))).wsgi_app)
    return metered(create_bare(path, int(size)).wsgi_app)


def _waitress(app: WSGI, port: int) -> None:
    running.listening(app, "127.0.0.1", port).run()


def _cheroot(app: WSGI, port: int) -> None:
    from cheroot.wsgi import Server  # noqa: PLC0415 -- a candidate may be missing

    Server(("127.0.0.1", port), app, numthreads=THREADS).start()


def _gunicorn(worker: str, threads: int) -> Callable[[WSGI, int], None]:
    def run(app: WSGI, port: int) -> None:
        from gunicorn.app.base import BaseApplication  # noqa: PLC0415

        class Gunicorn(BaseApplication):  # type: ignore[misc]  # untyped base
            def load_config(self) -> None:
                self.cfg.set("bind", f"127.0.0.1:{port}")
                self.cfg.set("worker_class", worker)
                self.cfg.set("threads", threads)
                self.cfg.set("loglevel", "error")

            def load(self) -> WSGI:
                return app

        Gunicorn().run()

    return run


def _granian(_: WSGI, port: int) -> None:
    from granian import Granian  # noqa: PLC0415

    options: dict[str, Any] = {"interface": "wsgi", "factory": True}
    Granian(
        "bench.serving:application",
        port=port,
        blocking_threads=THREADS,
        log_enabled=False,
        **options,
    ).serve()


SERVERS: dict[str, Callable[[WSGI, int], None]] = {
    "waitress": _waitress,
    "cheroot": _cheroot,
    "gunicorn sync": _gunicorn("sync", 1),
    "gunicorn gthread": _gunicorn("gthread", THREADS),
    "granian": _granian,
}
PACKAGES = {name: name.split(maxsplit=1)[0] for name in SERVERS}


@contextmanager
def served(
    server: str, app: str, folder: Path, port: int
) -> Iterator[subprocess.Popen[bytes]]:
    """A server process that answers; stopped at the end."""
    temporary = folder / f"tmp-{port}"
    temporary.mkdir(exist_ok=True)
    env = {**os.environ, "BENCH_APP": app, "BENCH_FOLDER": str(folder)}
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.serving", server, app, str(folder), str(port)],
        env={**env, "TMPDIR": str(temporary)},
        stdout=subprocess.DEVNULL,
    )
    try:
        _wait_for(port)
        yield process
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _wait_for(port: int) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            Client(port).cpu()
        except (OSError, HTTPException, ValueError):
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
        else:
            return


def main() -> None:
    """Serve as the command line says."""
    server, app, folder, port = sys.argv[1:]
    SERVERS[server](application(app, folder), int(port))


if __name__ == "__main__":
    main()
