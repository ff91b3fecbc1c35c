"""One batch of posters in a process of its own: `python -m bench.batch_run NUMBER`."""

import json
import resource
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from portal.posters import batch
from portal.posters.typeset import Cut
from tests.notices import ADDRESS, NOTICE


def run(number: int) -> dict[str, float]:
    """Make `number` A4 posters; wall and CPU seconds, peak memory in MB."""
    orders = [
        batch.Order(
            notice=replace(
                NOTICE, address=f"{ADDRESS[:-4]}{i:04d}", letters=f"C6SN {i:04d}"
            ),
            format_name="a4",
            look_name="formal",
            folder=f"{i // 90:02d}/{i // 9:03d}",
        )
        for i in range(number)
    ]
    cut = Cut.of(batch.signs_of(order.notice for order in orders))
    before = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "posters.zip"
        outcome = batch.make_batch(
            orders, target, index=b"", cut=cut, step=lambda *_: None
        )
    wall = time.monotonic() - before
    own = resource.getrusage(resource.RUSAGE_SELF)
    workers = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = own.ru_utime + own.ru_stime + workers.ru_utime + workers.ru_stime
    return {
        "released": outcome.released,
        "wall": wall,
        "cpu": cpu,
        "parent": own.ru_maxrss // 1024,
        "worker": workers.ru_maxrss // 1024,
    }


if __name__ == "__main__":
    print(json.dumps(run(int(sys.argv[1]))))
