"""Long fault loops: `make soak`. Prints counts; exits 1 where a promise broke.

The server is killed (SIGKILL) again and again while letters come in and the box is
opened. Afterwards every letter whose receipt somebody saw must be there, once.
"""

import argparse
import http.client
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import urlencode

from sqlalchemy import func, select

from bench.house import build
from portal.intake.receipts import keys_of, typed_receipt
from portal.intake.records import Letter
from portal.kernel.settings import Settings
from portal.web.installation import Installation

RECEIPT = re.compile(r'<div class="slip".*?<code>(.*?)</code>', re.DOTALL)
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
PATIENCE = 60.0  # seconds until a server must listen


class Writers:
    """Threads that write letters and note the receipts they are shown."""

    def __init__(self, port: int, code: str) -> None:
        self.port, self.path = port, f"/q/{code}/complaint"
        self.receipts: set[str] = set()
        self.tries = 0
        self.stop = threading.Event()

    def write(self) -> None:
        """Write until stopped; an answer that never came is tried again."""
        while not self.stop.is_set():
            form = self._ask("GET", "")
            token = TOKEN.search(form)
            if token is None:
                time.sleep(0.02)
                continue
            body = urlencode(
                {"csrf_token": token.group(1), "text": secrets.token_hex(8)}
            )
            answer = ""
            while not answer and not self.stop.is_set():
                self.tries += 1
                answer = self._ask("POST", body)
            shown = RECEIPT.search(answer)
            if shown:
                self.receipts.add(
                    re.sub(r"\D", "", re.sub("<.*?>", "", shown.group(1)))
                )

    def _ask(self, method: str, body: str) -> str:
        neighbour = (f"127.0.{secrets.randbelow(250)}.1", 0)  # else one block's budget
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=5, source_address=neighbour
        )
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        try:
            connection.request(method, self.path, body or None, headers)
            return connection.getresponse().read().decode()
        except (OSError, http.client.HTTPException):
            time.sleep(0.02)
            return ""
        finally:
            connection.close()


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def kill_loop(kills: int) -> int:
    """Kill the server `kills` times; how many acknowledged letters were lost."""
    with tempfile.TemporaryDirectory() as folder:
        stand = build(Path(folder))
        port = free_port()
        writers = Writers(port, stand.code)
        threads = [threading.Thread(target=writers.write) for _ in range(4)]
        for thread in threads:
            thread.start()
        for number in range(kills):
            _serve_and_kill(folder, port, opens=number % 3 == 0)
        writers.stop.set()
        for thread in threads:
            thread.join()
        return _judge(Installation.at(Settings.at(Path(folder))), writers, kills)


def _serve_and_kill(folder: str, port: int, *, opens: bool) -> None:
    environment = {**os.environ, "PORTAL_INSTANCE": folder, "PORT": str(port)}
    command = [sys.executable, "-m", "portal.cli"]
    server = subprocess.Popen(
        [*command, "serve"], env=environment, stdout=subprocess.DEVNULL
    )
    _wait_for(port)
    time.sleep(0.5 + secrets.randbelow(1000) / 1000)
    if opens:
        opener = subprocess.Popen(
            [*command, "open-letterbox", "--reason", "soak"],
            env=environment,
            stdout=subprocess.DEVNULL,
        )
        time.sleep(0.5 + secrets.randbelow(1500) / 1000)
        opener.send_signal(signal.SIGKILL)
        opener.wait()
    server.send_signal(signal.SIGKILL)
    server.wait()


def _wait_for(port: int) -> None:
    """Wait until somebody listens: a busy machine starts slowly."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)


def _judge(house: Installation, writers: Writers, kills: int) -> int:
    house.open_letterbox(by="soak", reason="the end")
    lookups = {
        keys_of(house.door.pepper, typed_receipt(receipt)).lookup
        for receipt in writers.receipts
    }
    with house.sessions() as session:
        kept = set(session.scalars(select(Letter.lookup)))
        rows = session.scalar(select(func.count()).select_from(Letter)) or 0
    house.close()
    lost, doubled = len(lookups - kept), rows - len(kept)
    print(
        f"kills {kills}  posts {writers.tries}  acknowledged {len(lookups)}  "
        f"kept {rows}  lost {lost}  doubled {doubled}"
    )
    return lost + doubled + (not lookups)  # a loop that took nothing shows nothing


def main() -> None:
    """Run the loops."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=60)
    sys.exit(1 if kill_loop(parser.parse_args().kills) else 0)


if __name__ == "__main__":
    main()
