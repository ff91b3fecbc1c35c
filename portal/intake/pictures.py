"""照片: from whatever a phone sends to a plain JPEG of what it shows.

    right kind? → a process of its own with little memory and time (picture_worker)
    → upright, at most 1600 pixels, drawn anew → its bytes walked, marker by marker

No place, time, device or name of a file comes along: only pixels are kept. Nothing
is written to disk on the way. Whatever the file was meant to do is done to that
process, and one refused picture leaves the door open to everything else.
"""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from portal.intake.additions import LARGEST_PICTURE
from portal.kernel.errors import ConflictError, InvalidError

LARGEST_FILE = 12 * 1024 * 1024  # bytes of one picture as it comes
MOST_PIXELS = 65_000_000  # what a 64-megapixel camera takes
LONGEST_SIDE = 1600  # pixels; a house number across the street can be read
MEMORY = 1024 * 1024 * 1024  # bytes of address space of one decoder
SECONDS = 10  # of CPU for one picture
PATIENCE = 20.0  # seconds by the clock, after which the decoder is killed
AT_ONCE = 2  # pictures; the rest of the machine is for letters
WAITING = 2  # more may wait for their turn, so that threads are left for letters

WORKER = Path(__file__).with_name("picture_worker.py")
_FAULT, _TOO_LARGE = 1, 11  # exit statuses of the worker
_HEIF = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_BARE_MARKERS = frozenset((0xC0, 0xC4, 0xDB, 0xDA, 0xE0))  # SOF0 DHT DQT SOS APP0


class NotAPictureError(InvalidError):
    """Another kind of file, whatever its name says."""

    sentence = "这不是照片。请选手机拍的照片或截图（JPG、PNG、HEIC、WebP、GIF）。"


class TooLargePictureError(InvalidError):
    """More bytes or pixels than are decoded."""

    sentence = "这张照片太大了。把它打开，截个屏，发截屏就行。"


class BrokenPictureError(InvalidError):
    """It begins like a picture and cannot be drawn."""

    sentence = "这张照片坏了，打不开。请在相册里打开看看，能看就截个屏，发截屏。"


class ManyPicturesError(ConflictError):
    """Others' pictures are being drawn; letters go on."""

    sentence = "这会儿加照片的人多，这张没加上。请过一分钟再加一次，信不受影响。"


class PictureFault(RuntimeError):  # noqa: N818 -- ours, not the sender's
    """The decoder does not start, or gave back something that is no plain JPEG."""


class Darkroom:
    """Where pictures are drawn: a few at once, a few in the queue, the rest later.

    A worker may take `seconds` of CPU and `patience` seconds by the clock; nobody
    waits longer than that for a seat.
    """

    def __init__(
        self,
        *,
        at_once: int = AT_ONCE,
        waiting: int = WAITING,
        seconds: int = SECONDS,
        patience: float = PATIENCE,
        worker: Path = WORKER,
    ) -> None:
        self.seconds, self.patience, self.worker = seconds, patience, worker
        self._seats = threading.BoundedSemaphore(at_once)
        self._queue = threading.BoundedSemaphore(at_once + waiting)

    @contextmanager
    def seat(self) -> Iterator[None]:
        """A seat, perhaps after a wait.

        Raises ManyPicturesError.
        """
        if not self._queue.acquire(blocking=False):
            raise ManyPicturesError
        try:
            if not self._seats.acquire(timeout=self.patience):
                raise ManyPicturesError
            try:
                yield
            finally:
                self._seats.release()
        finally:
            self._queue.release()


DARKROOM = Darkroom()


def clean_picture(data: bytes, *, room: Darkroom = DARKROOM) -> bytes:
    """A plain JPEG of what the file shows: at most `LARGEST_PICTURE` bytes.

    The same file always gives the same JPEG, so that it is known when sent again.

    Raises NotAPictureError, TooLargePictureError, BrokenPictureError,
    ManyPicturesError.
    """
    kind = kind_of(data)
    if kind is None:
        raise NotAPictureError
    if len(data) > LARGEST_FILE:
        raise TooLargePictureError
    with room.seat():
        status, drawn = _worked(data, kind, room=room)
    if status == _TOO_LARGE:
        raise TooLargePictureError
    if status == _FAULT:
        message = "the picture worker did not start"
        raise PictureFault(message)
    if status != 0:
        raise BrokenPictureError
    if len(drawn) > LARGEST_PICTURE or not is_bare(drawn):
        message = "the picture worker gave back something else"
        raise PictureFault(message)
    return drawn


def kind_of(data: bytes) -> str | None:
    """Which of the decoders a file is for, by its first bytes; None for no picture."""
    if data[4:8] == b"ftyp":
        return "HEIF" if _HEIF & set(_brands(data)) else None
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    for beginning, kind in (
        (b"\xff\xd8\xff", "JPEG"),
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        (b"GIF87a", "GIF"),
        (b"GIF89a", "GIF"),
    ):
        if data.startswith(beginning):
            return kind
    return None


def is_bare(jpeg: bytes) -> bool:
    """Whether a JPEG holds what drawing needs and nothing beside it.

    Walks its markers (ITU T.81, annex B): JFIF, tables, one scan, the end; no other
    application segment, no comment, no byte after the end.
    """
    at = 2
    while (marker := _marker(jpeg, at)) in _BARE_MARKERS:
        length = int.from_bytes(jpeg[at + 2 : at + 4], "big")
        if marker == 0xE0 and (length, jpeg[at + 4 : at + 9]) != (16, b"JFIF\0"):
            return False
        at += 2 + length
        if marker == 0xDA:
            return jpeg[:2] == b"\xff\xd8" and _ends_at(jpeg, at) == len(jpeg)
    return False


def _marker(jpeg: bytes, at: int) -> int | None:
    """The code of the marker at a place, None where there is none."""
    two = jpeg[at : at + 2]
    return two[1] if len(two) == 2 and two[0] == 0xFF else None


def _ends_at(jpeg: bytes, at: int) -> int:
    """Where the data of a scan end with the end of the picture; -1 if not so."""
    while (at := jpeg.find(b"\xff", at)) >= 0:
        if jpeg[at + 1 : at + 2] != b"\0":  # 0xFF of the data is stuffed with a zero
            return at + 2 if jpeg[at + 1 : at + 2] == b"\xd9" else -1
        at += 2
    return -1


def _brands(data: bytes) -> Iterator[bytes]:
    """What an ISO file says it is (ISO/IEC 14496-12, §4.3)."""
    end = min(int.from_bytes(data[:4], "big"), 256, len(data))
    yield data[8:12]
    for at in range(16, end - 3, 4):
        yield data[at : at + 4]


def _worked(data: bytes, kind: str, *, room: Darkroom) -> tuple[int, bytes]:
    """Exit status and output of one decoder; a killed one has a negative status."""
    limits = (MEMORY, room.seconds, MOST_PIXELS, LONGEST_SIDE, LARGEST_PICTURE)
    # Isolated, without environment, folder or bytecode to write; no shell.
    command = [sys.executable, "-I", "-B", str(room.worker), kind, *map(str, limits)]
    with subprocess.Popen(  # noqa: S603 -- the command is all ours
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"MALLOC_ARENA_MAX": "1"},  # each arena would reserve address space
        cwd="/",
        start_new_session=True,
    ) as worker:
        clock = threading.Timer(room.patience, worker.kill)
        clock.start()
        try:
            drawn = _passed_through(worker, data)
            if len(drawn) <= LARGEST_PICTURE:
                worker.wait()
        finally:
            worker.kill()
            clock.cancel()
    return worker.returncode, drawn


def _passed_through(worker: subprocess.Popen[bytes], data: bytes) -> bytes:
    """What the worker makes of the data; of more than is expected, the beginning."""
    stdin, stdout = worker.stdin, worker.stdout
    if stdin is None or stdout is None:
        return b""
    with suppress(BrokenPipeError):  # it gave up before it had read everything
        stdin.write(data)
    with suppress(BrokenPipeError):
        stdin.close()
    return stdout.read(LARGEST_PICTURE + 1)
