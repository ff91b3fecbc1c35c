"""CPU seconds of a server process, asked through its own socket.

The process tells its user and system time of all its threads at `/bench-cpu`
(CLOCK_PROCESS_CPUTIME_ID, which counts nanoseconds; `/proc/PID/stat` counts 10 ms).
"""

import time
from collections.abc import Callable, Iterable
from http.client import HTTPConnection, HTTPException
from typing import Any

CPU = "/bench-cpu"
WSGI = Callable[[dict[str, Any], Any], Iterable[bytes]]


def metered(app: WSGI) -> WSGI:
    """The application with `/bench-cpu` in front."""

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ["PATH_INFO"] != CPU:
            return app(environ, start_response)
        body = repr(time.process_time()).encode()
        start_response("200 OK", [("Content-Length", str(len(body)))])
        return [body]

    return answer


class Client:
    """One keep-alive connection, from an address block of its own."""

    def __init__(self, port: int, block: int = 0) -> None:
        self._at = ("127.0.0.1", port)
        self._from = (f"127.0.{block % 250}.1", 0)
        self._connection = self._connected()

    def _connected(self) -> HTTPConnection:
        return HTTPConnection(*self._at, timeout=30, source_address=self._from)

    def send(
        self, method: str, path: str, body: bytes = b"", **headers: str
    ) -> tuple[int, bytes]:
        """Status and body; a server without keep-alive is connected to again."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if body:
            named["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            return self._sent(method, path, body, named)
        except (HTTPException, ConnectionError):
            self._connection.close()
            self._connection = self._connected()
            return self._sent(method, path, body, named)

    def _sent(
        self, method: str, path: str, body: bytes, headers: dict[str, str]
    ) -> tuple[int, bytes]:
        self._connection.request(method, path, body or None, headers)
        response = self._connection.getresponse()
        return response.status, response.read()

    def cpu(self) -> float:
        """CPU seconds the server process has used."""
        return float(self.send("GET", CPU)[1])

    def close(self) -> None:
        """Hang up."""
        self._connection.close()
