"""The printed slips: A4 pages, three slips each, to cut, fold in three and seal.

Printed on one side. Panel 1 is the cover: community, 票号 and a pattern; folded back
behind it panel 2 has the secret, QR code and check codes; panel 3, folded over those,
says what to do and what is not guaranteed. The PDF holds no time of making.
"""

import hashlib
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import qrcode
from qrcode.constants import ERROR_CORRECT_M
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from portal.kernel import codes
from portal.kernel.codes import in_fours
from portal.posters.fonts import MissingSignsError, NoFontError, Style
from portal.posters.typeset import Cut, Type, fitted
from portal.vote.election import Electorate
from portal.vote.sheet_words import (
    ASIDE,
    CHECKS,
    COMMON,
    FOLDS,
    LIMITS,
    NUMBER,
    PRINTER,
    PRIVATE,
    PROMISE,
    SEALING,
    SECRET,
    STEPS,
    WORDS,
    Words,
)
from portal.vote.slips import Precinct, Slip

CODE = "Courier-Bold"
PER_PAGE = 3
SLIP_HEIGHT = A4[1] / PER_PAGE
PANEL = A4[0] / 3
MARGIN = 5 * mm
WIDTH = PANEL - 2 * MARGIN  # of the type on a panel
HIDDEN = 69 * mm  # from the bottom up everything secret lies, and the pattern over it
QR_SIZE = 28 * mm
LINE, NAME = 4.5, 31  # of a check code: mm from line to line, points for the name
LAYERS = ((14, 0.0), (11, 0.25), (9, 0.1))  # type size and grey of the pattern


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """What a community's slips have in common; `base_url` has no final slash."""

    base_url: str
    electorate: Electorate
    precinct: Precinct
    round_name: str
    place_name: str
    fingerprint: str  # the short one of the printer's key

    def url(self, slip: Slip) -> str:
        """Where the QR code leads; the fragment is not sent to any server."""
        return f"{self.base_url}{self.path}#{slip.secret}"

    @property
    def path(self) -> str:
        """Of the voting page for those who type."""
        return f"/vote/{self.precinct.code}/{self.precinct.place_code}"

    @property
    def words(self) -> Words:
        """What these slips say that others do not."""
        return WORDS[self.electorate]

    @property
    def signs(self) -> set[str]:
        """Everything that is printed in type."""
        names = [dimension.name for dimension in self.precinct.terms.dimensions]
        said = [self.round_name, self.place_name, self.fingerprint, *names, *COMMON]
        return set("".join([*said, *vars(self.words).values()]))


@dataclass
class Unembedded(Type):
    """A CID font that PDF readers bring along: nothing is embedded."""

    NAME = "STSong-Light"

    def __post_init__(self) -> None:
        pdfmetrics.registerFont(UnicodeCIDFont(self.NAME))
        self._names = {style: {" ": self.NAME} for style in Style}
        self.width = lru_cache(maxsize=8192)(self._width)


def type_for(sheet: Sheet, own: Path | None = None) -> Type:
    """Chinese type cut for these slips, or what readers bring where no face has it."""
    try:
        return Type(Cut.of(sheet.signs, own))
    except (NoFontError, MissingSignsError):
        return Unembedded(Cut({}))


def draw_slips(
    slips: Iterable[Slip],
    sheet: Sheet,
    *,
    type_: Type | None = None,
    step: Callable[[], None] = lambda: None,
) -> bytes:
    """The PDF of a community's slips, in the order given; `step` after each.

    Raises TooMuchTextError where a name has no room on the cover.
    """
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=A4, invariant=1)
    canvas.setTitle(f"{sheet.round_name} {sheet.place_name} {sheet.words.title}")
    paper = Paper(canvas, sheet, type_ or type_for(sheet))
    position = 0
    for position, slip in enumerate(slips, start=1):
        row = (position - 1) % PER_PAGE
        if row == 0 and position > 1:
            canvas.showPage()
        canvas.saveState()
        canvas.translate(0, A4[1] - (row + 1) * SLIP_HEIGHT)
        paper.draw(slip)
        canvas.restoreState()
        step()
    if position:
        canvas.showPage()
    canvas.save()
    return target.getvalue()


@dataclass(frozen=True)
class Paper:
    """Where one slip after the other is drawn, its lower left corner at (0, 0)."""

    canvas: Canvas
    sheet: Sheet
    type_: Type

    def draw(self, slip: Slip) -> None:
        """The marks, then the three panels."""
        self._marks()
        self._cover(slip)
        self._secret(slip)
        self._words()

    def _marks(self) -> None:
        """Solid ticks and dots where to cut, dashes and dots where to fold."""
        line, dash = self.canvas.line, self.canvas.setDash
        for y in (0.0, SLIP_HEIGHT):
            line(0, y, 4 * mm, y)
            line(A4[0] - 4 * mm, y, A4[0], y)
        dash(1, 3)
        line(0, 0, A4[0], 0)
        for at, (on, off), words in zip((1, 2), ((6, 3), (1, 2)), FOLDS, strict=True):
            dash(on, off)
            line(at * PANEL, 0, at * PANEL, SLIP_HEIGHT)
            self._line(words, at * PANEL + 1 * mm, SLIP_HEIGHT - 3.2 * mm, size=6)
        dash()

    def _cover(self, slip: Slip) -> None:
        """What may be read before the slip is opened, and the pattern."""
        top, head = SLIP_HEIGHT - MARGIN, self.sheet
        for words, size, style in (
            (head.round_name, 9, Style.TEXT),
            (f"{head.place_name} {head.words.title}", 11, Style.TITLE),
            (head.words.one_each + ASIDE, 7.5, Style.TEXT),
        ):
            top = self._block(words, MARGIN, top, size=size, style=style, lines=1)
        self._line(NUMBER, MARGIN, top - 5 * mm, size=8)
        self.canvas.setFont(CODE, 14)
        self.canvas.drawString(MARGIN + 9 * mm, top - 5 * mm, in_fours(slip.number))
        self._pattern(slip)

    def _pattern(self, slip: Slip) -> None:
        """Signs over where secret, QR code and check codes lie behind.

        Three layers of the alphabet and types of the secret, another one on each slip
        so that it cannot be subtracted; made from the 票号, which tells nothing.
        """
        noise = iter(hashlib.shake_128(slip.number.encode()).digest(4096))
        for size, grey in LAYERS:
            self.canvas.setFillGray(grey)
            self.canvas.setFont(CODE, size)
            length = int(WIDTH / (0.6 * size))
            length -= not length % 4  # never in fours: nobody shall take it for a code
            y = MARGIN
            while y < HIDDEN:
                signs = "".join(codes.ALPHABET[next(noise) % 32] for _ in range(length))
                shift = next(noise) % 8
                self.canvas.drawString(MARGIN - 4 + shift, y, signs)
                y += size * 0.8
        self.canvas.setFillGray(0)

    def _secret(self, slip: Slip) -> None:
        """The address, then from HIDDEN down QR code, secret and check codes."""
        canvas, left = self.canvas, PANEL + MARGIN
        self._block(PRIVATE, left, SLIP_HEIGHT - MARGIN, size=8)
        canvas.setFont("Courier", 8)
        for i, words in enumerate((self.sheet.base_url, self.sheet.path)):
            canvas.drawString(left, HIDDEN + (7 - 4 * i) * mm, words)
        _draw_qr(canvas, self.sheet.url(slip), left=left, bottom=HIDDEN - QR_SIZE)
        self._line(SECRET, left, 36.5 * mm, size=8)
        canvas.setFont(CODE, 14)
        canvas.drawString(left, 31 * mm, in_fours(slip.secret))
        self._line(CHECKS, left, 25.5 * mm, size=8)
        for i, dimension in enumerate(self.sheet.precinct.terms.dimensions):
            x, y = left + (i % 2) * WIDTH / 2, (20 - (i // 2) * LINE) * mm
            size = min(7.5, NAME / len(dimension.name))
            self._line(dimension.name, x, y, size=size)
            canvas.setFont(CODE, 9)
            code = in_fours(slip.check_codes[dimension.id])
            canvas.drawString(x + NAME + 2, y, code)

    def _words(self) -> None:
        """Panel 3."""
        left, top = 2 * PANEL + MARGIN, SLIP_HEIGHT - MARGIN
        for words in STEPS:
            top = self._block(words, left, top, size=9.5) - 1 * mm
        printer = f"{PRINTER}{self.sheet.fingerprint}"
        promise = self.sheet.words.promise + PROMISE
        for words in (promise, LIMITS, printer, SEALING):
            top = self._block(words, left, top, size=7) - 0.5 * mm

    def _block(
        self,
        words: str,
        left: float,
        top: float,
        *,
        size: float,
        style: Style = Style.TEXT,
        lines: int = 9,
    ) -> float:
        """Wrapped type below `top`, smaller if need be; where the next may begin."""
        room = (WIDTH / mm, lines * size * 1.5 / mm)
        set_ = fitted(words, style, self.type_, room=room, size=size)
        for line in set_.lines:
            top -= set_.size * set_.leading
            self._line(line, left, top, size=set_.size, style=style)
        return top

    def _line(
        self,
        words: str,
        x: float,
        y: float,
        *,
        size: float,
        style: Style = Style.TEXT,
    ) -> None:
        for font, piece in self.type_.runs(words, style):
            self.canvas.setFont(font, size)
            self.canvas.drawString(x, y, piece)
            x += pdfmetrics.stringWidth(piece, font, size)


def _draw_qr(canvas: Canvas, text: str, *, left: float, bottom: float) -> None:
    """The modules as rectangles, one for each run in a row."""
    symbol = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=0)
    symbol.add_data(text)
    symbol.make(fit=True)
    rows = symbol.get_matrix()
    side = QR_SIZE / len(rows)
    for y, row in enumerate(rows):
        start = None
        for x, dark in enumerate([*row, False]):
            if dark and start is None:
                start = x
            elif not dark and start is not None:
                below = bottom + QR_SIZE - (y + 1) * side
                width = (x - start) * side
                canvas.rect(left + start * side, below, width, side, stroke=0, fill=1)
                start = None
