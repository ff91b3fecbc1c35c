"""Tables d: how fast proven posters are made, what limits it, and who reads them."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from statistics import median

from bench.tables import Table, ms
from portal.posters import batch, draw, proof, qr
from portal.posters.formats import A4, FORMATS, LOOKS
from portal.posters.typeset import Cut, Type
from tests.battery import DECODERS, distortions
from tests.notices import ADDRESS, NOTICE
from tests.stages.test_posters import PIXELS, seen

ROUNDS = 7
SMALL, LARGE = 50, 576  # pieces: a tenth of, and the whole demo district × 9 channels


def made_per_second() -> Table:
    """Finished, scanned-back A4 PDFs from two processes, and memory at its highest."""
    rows = []
    for number in (SMALL, LARGE):
        run = subprocess.run(
            [sys.executable, "-m", "bench.batch_run", str(number)],
            check=True,
            capture_output=True,
        )
        told = json.loads(run.stdout)
        rows.append(
            (
                str(told["released"]),
                f"{told['released'] / told['wall']:.1f}",
                f"{told['cpu'] / told['released'] * 1000:.1f}",
                f"{told['parent']} / {told['worker']} MB",
            )
        )
    columns = ("A4 posters", "a second", "CPU ms each", "peak parent / worker")
    heading = f"Posters, each scanned back, {batch.WORKERS} processes"
    return Table(heading, columns, rows)


def what_limits() -> Table:
    """CPU of each step of one A4 poster."""
    type_ = Type(Cut.of(NOTICE.signs))
    look, modules = LOOKS["formal"], len(qr.modules(ADDRESS)) - 2 * qr.QUIET_ZONE
    scale = proof.PIXELS_PER_MODULE / (A4.module(modules) * proof.POINTS_PER_MM)
    content = draw.pdf(NOTICE, A4, look, type_)
    picture = proof.raster(content, scale)
    steps: dict[str, Callable[[], object]] = {
        "page (ReportLab)": lambda: draw.pdf(NOTICE, A4, look, type_),
        "raster (PDFium)": lambda: proof.raster(content, scale),
        "scan (ZXing)": lambda: proof.scans(picture),
    }
    spent = {name: [_cpu(step) for _ in range(ROUNDS)] for name, step in steps.items()}
    whole = sum(median(found) for found in spent.values())
    spent["of the page, the symbol (qrcode)"] = [
        _cpu(lambda: qr.modules(ADDRESS)) for _ in range(ROUNDS)
    ]
    rows = [
        (name, ms(found), f"{median(found) / whole:.0%}")
        for name, found in spent.items()
    ]
    columns = ("step", "CPU ms (least-most)", "of a finished poster")
    return Table("What limits a poster", columns, rows)


def _cpu(step: Callable[[], object], times: int = 10) -> float:
    before = time.process_time()
    for _ in range(times):
        step()
    return (time.process_time() - before) / times


def who_reads() -> Table:
    """Artefacts read per distortion and decoder, over every size and style."""
    type_ = Type(Cut.of(NOTICE.signs))
    read: dict[str, dict[str, int]] = {}
    for format_ in FORMATS.values():
        for look in LOOKS.values():
            image, symbol = seen(draw.pdf(NOTICE, format_, look, type_), format_)
            for name, distort in distortions(PIXELS, symbol).items():
                spoiled = distort(image)
                row = read.setdefault(name, dict.fromkeys(DECODERS, 0))
                for decoder, reads in DECODERS.items():
                    row[decoder] += reads(spoiled) == ADDRESS
    whole = len(FORMATS) * len(LOOKS)
    rows = [
        (name, *(f"{row[decoder]}/{whole}" for decoder in DECODERS))
        for name, row in read.items()
    ]
    return Table("Codes read from every size and style", ("", *DECODERS), rows)
