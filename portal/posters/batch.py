"""Every artefact of a round in one ZIP: made by processes, proven, resumable.

Finished pieces lie in a folder beside the archive under a digest of what they say,
so that a batch that died goes on where it was, and nothing old is taken for new.
Memory does not grow with the number: pieces go through files, contact sheets are
written street by street.
"""

import hashlib
import io
import shutil
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from itertools import groupby, islice
from multiprocessing import get_context
from pathlib import Path

from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from portal.entrances import Code
from portal.places import Place
from portal.posters.fonts import Style
from portal.posters.formats import FORMATS, LOOKS
from portal.posters.proof import NotScannableError, made, share_picture
from portal.posters.typeset import Cut, TooMuchTextError, Type
from portal.posters.words import Notice

WORKERS = 2
AHEAD = 8  # pieces given to the processes beyond the one that is waited for
THUMBNAIL = 200  # pixels of the longer side
CONTACT_COLUMNS, CONTACT_ROWS = 5, 4
Step = Callable[[int, int], None]


@dataclass(frozen=True, kw_only=True)
class Order:
    """One piece of a batch: what it says, how it looks, and where it goes."""

    notice: Notice
    format_name: str
    look_name: str
    folder: str  # inside the archive: street/community

    @property
    def name(self) -> str:
        """Its path in the archive."""
        kind = "png" if self.format_name == "share" else "pdf"
        label = FORMATS[self.format_name].label
        letters = self.notice.letters.replace(" ", "")
        stem = plain_name(f"{self.notice.label}-{label}-{letters}")
        return f"{self.folder}/{stem}.{kind}"

    @property
    def digest(self) -> str:
        """What it would say, in one word: the name of its finished files."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Outcome:
    """What became of a batch."""

    released: int
    refused: Mapping[str, str]  # path in the archive → why


@dataclass(frozen=True)
class Piece:
    """A piece from a process: its file and its thumbnail, or why it was refused."""

    content: bytes = b""
    thumbnail: bytes = b""
    refusal: str = ""


def make_batch(
    orders: Sequence[Order], target: Path, *, index: bytes, cut: Cut, step: Step
) -> Outcome:
    """Write the ZIP; pieces that cannot be read back are left out and named.

    `index` is the workbook that goes in first. `step(done, total)` may raise to stop;
    calling again with the same orders and target goes on.
    """
    parts = target.with_name(f"{target.name}.parts")
    parts.mkdir(parents=True, exist_ok=True)
    refused = _make_missing(orders, parts, cut, step)
    draft = target.with_name(f"{target.name}.new")
    with zipfile.ZipFile(draft, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("二维码清单.xlsx", index)
        for order in orders:
            if order.name not in refused:
                archive.write(parts / order.digest, order.name)
        for name, sheet in _contact_sheets(orders, parts, Type(cut)):
            archive.writestr(name, sheet)
        if refused:
            lines = [f"{name}：{why}" for name, why in sorted(refused.items())]
            archive.writestr("没有放行的.txt", "\r\n".join(lines))
    draft.replace(target)
    shutil.rmtree(parts)
    return Outcome(len(orders) - len(refused), refused)


def _make_missing(
    orders: Sequence[Order], parts: Path, cut: Cut, step: Step
) -> dict[str, str]:
    """Make what is not there yet; gives what was refused."""
    missing = [order for order in orders if not _is_finished(parts, order)]
    done, refused = len(orders) - len(missing), {}
    step(done, len(orders))
    with ProcessPoolExecutor(
        WORKERS, get_context("spawn"), _begin, (cut,)
    ) as processes:
        for order, piece in _in_turn(processes, missing):
            if piece.refusal:
                refused[order.name] = piece.refusal
            else:
                _keep(parts / f"{order.digest}.jpg", piece.thumbnail)
                _keep(parts / order.digest, piece.content)
            done += 1
            step(done, len(orders))
    return refused


def _in_turn(
    processes: ProcessPoolExecutor, orders: Iterable[Order]
) -> Iterator[tuple[Order, Piece]]:
    """Pieces in order, never more than AHEAD of them in memory."""
    waiting: list[tuple[Order, Future[Piece]]] = []
    coming = iter(orders)
    while True:
        fresh = islice(coming, WORKERS + AHEAD - len(waiting))
        waiting += [(order, processes.submit(_piece, order)) for order in fresh]
        if not waiting:
            return
        order, future = waiting.pop(0)
        yield order, future.result()


_types: dict[str, Type] = {}


def _begin(cut: Cut) -> None:
    """In a process of the pool: register the fonts once."""
    _types["here"] = Type(cut)


def _piece(order: Order) -> Piece:
    format_ = FORMATS[order.format_name]
    try:
        artefact = made(order.notice, format_, LOOKS[order.look_name], _types["here"])
    except (NotScannableError, TooMuchTextError) as refusal:
        return Piece(refusal=refusal.sentence)
    content = artefact.content
    if order.format_name == "share":
        content = share_picture(content, format_)
    return Piece(content, _thumbnail(artefact.picture))


def _thumbnail(picture: Image.Image) -> bytes:
    target = io.BytesIO()
    small = picture.copy()
    small.thumbnail((THUMBNAIL, THUMBNAIL))
    small.save(target, "JPEG", quality=70)
    return target.getvalue()


def _is_finished(parts: Path, order: Order) -> bool:
    return (parts / order.digest).exists()


def _keep(path: Path, content: bytes) -> None:
    """The whole file or none."""
    draft = path.with_name(f"{path.name}.new")
    draft.write_bytes(content)
    draft.replace(path)


def _contact_sheets(
    orders: Sequence[Order], parts: Path, type_: Type
) -> Iterator[tuple[str, bytes]]:
    """One PDF of thumbnails per street, so that a glance shows what is missing."""
    finished = (order for order in orders if _is_finished(parts, order))
    released = sorted(finished, key=lambda one: one.folder)
    for street, group in groupby(released, lambda one: one.folder.partition("/")[0]):
        target = io.BytesIO()
        canvas = Canvas(target, pagesize=A4, invariant=1)
        for number, order in enumerate(group):
            place = number % (CONTACT_COLUMNS * CONTACT_ROWS)
            if place == 0 and number:
                canvas.showPage()
            _contact(canvas, order, place, parts, type_)
        canvas.save()
        yield f"{street}/一览.pdf", target.getvalue()


def _contact(
    canvas: Canvas, order: Order, place: int, parts: Path, type_: Type
) -> None:
    width, height = A4[0] / CONTACT_COLUMNS, A4[1] / CONTACT_ROWS
    x = place % CONTACT_COLUMNS * width
    y = A4[1] - (place // CONTACT_COLUMNS + 1) * height
    thumbnail = ImageReader(parts / f"{order.digest}.jpg")
    canvas.drawImage(
        thumbnail,
        x + 2 * mm,
        y + 9 * mm,
        width - 4 * mm,
        height - 12 * mm,
        preserveAspectRatio=True,
    )
    down = y + 5.5 * mm
    for line in (order.notice.place, order.notice.label):
        left = x + 3 * mm
        for name, piece in type_.runs(line[:14], Style.TEXT):
            canvas.setFont(name, 7)
            canvas.drawString(left, down, piece)
            left += canvas.stringWidth(piece, name, 7)
        down -= 3.2 * mm


def orders_of(
    codes: Iterable[Code],
    notice: Callable[[Code], Notice],
    *,
    formats: Iterable[str],
    look_name: str,
) -> list[Order]:
    """One piece per valid code and format, by street, community and channel.

    `notice` tells what the poster of a code says.
    """
    valid = [code for code in codes if code.is_live]
    return [
        Order(
            notice=notice(code),
            format_name=format_name,
            look_name=look_name,
            folder=_folder(code.place),
        )
        for format_name in formats
        for code in valid
    ]


def _folder(place: Place) -> str:
    street = place.parent.name if place.parent else place.name
    return f"{plain_name(street)}/{plain_name(place.name)}"


def plain_name(text: str) -> str:
    """The text without what Windows or a path does not take."""
    return "".join("_" if c in '/\\:*?"<>|' or c < " " else c for c in text)


def signs_of(notices: Iterable[Notice]) -> set[str]:
    """Every character a batch prints."""
    return set().union(*(notice.signs for notice in notices))
