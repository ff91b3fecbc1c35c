"""From a notice to a PDF page: every part drawn where its format puts it."""

import io
from collections.abc import Callable, Mapping

from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from portal.posters import qr
from portal.posters.fonts import Style
from portal.posters.formats import Box, Format, Ink, Look, Part
from portal.posters.typeset import Lines, Type, fitted
from portal.posters.words import STEPS, Notice

BLACK, WHITE = HexColor("#000000"), HexColor("#ffffff")
ASCENT = 0.88  # of a line's type size above its baseline
CODE_FONT = "Courier-Bold"  # one of the fonts every PDF reader has
TITLES = {Part.TITLE, Part.LEAD}
MONOSPACED = {Part.HOST, Part.LETTERS}
# The mark 「声」 in a box of 40 units, as on the pages.
SEAL = "声"


class Sheet:
    """One poster on a canvas, with its origin at the top left."""

    def __init__(self, canvas: Canvas, format_: Format, look: Look) -> None:
        self.canvas, self.format, self.look = canvas, format_, look

    def draw(self, notice: Notice, type_: Type) -> None:
        """Draw every part; a text that does not fit raises TooMuchTextError."""
        self._fill(
            Box(Part.BAND, 0, 0, self.format.width, self.format.height), self.look.sheet
        )
        for box in self.format.boxes:
            DRAWERS.get(box.part, Sheet.text)(self, box, notice, type_)

    def band(self, box: Box, _: Notice, __: Type) -> None:
        """The coloured head; a plain one is closed by a line."""
        self._fill(box, self.look.band)
        if self.look.band == self.look.sheet:
            line = Box(Part.RULE, box.x, box.y + box.height - 0.8, box.width, 0.8)
            self._fill(line, self.look.inks[Ink.INK])

    def rule(self, box: Box, _: Notice, __: Type) -> None:
        """A thin line."""
        self._fill(box, self.look.inks[Ink.INK])

    def bar(self, box: Box, _: Notice, __: Type) -> None:
        """The mark beside a promise."""
        self._fill(box, self.look.inks[Ink.ACCENT])

    def seal(self, box: Box, _: Notice, type_: Type) -> None:
        """「声」 in a frame, slightly turned as a stamp is."""
        canvas, side = self.canvas, box.width * mm
        canvas.saveState()
        canvas.translate((box.x + box.width / 2) * mm, self._up(box.y + box.height / 2))
        canvas.rotate(4)
        canvas.setStrokeColor(HexColor(self.look.inks[Ink.ON_BAND]))
        canvas.setLineWidth(side * 0.028)
        canvas.roundRect(-side / 2, -side / 2, side, side, side * 0.2, fill=0)
        canvas.setFillColor(HexColor(self.look.inks[Ink.ON_BAND]))
        ((name, sign),) = type_.runs(SEAL, Style.TITLE)
        canvas.setFont(name, side * 0.66)
        canvas.drawCentredString(0, -side * 0.24, sign)
        canvas.restoreState()

    def code(self, box: Box, notice: Notice, _: Type) -> None:
        """The symbol, black on white with its quiet zone, whatever the style."""
        self._fill(box, "#ffffff")
        rows = qr.modules(notice.address)
        side = box.width / len(rows)
        path = self.canvas.beginPath()
        for down, row in enumerate(rows):
            for across, length in _dark_runs(row):
                path.rect(
                    (box.x + across * side) * mm,
                    self._up(box.y + (down + 1) * side),
                    length * side * mm,
                    side * mm,
                )
        self.canvas.setFillColor(BLACK)
        self.canvas.drawPath(path, stroke=0, fill=1)

    def steps(self, box: Box, _: Notice, type_: Type) -> None:
        """一、二、三: what to do, one below the other."""
        height = box.height / len(STEPS)
        badge = height * 0.36
        for number, (what, why) in enumerate(STEPS):
            top = box.y + number * height
            left, width = box.x + badge + 3, box.width - badge - 3
            self._badge(box.x, top, badge, number, type_)
            heading = Box(box.part, left, top, width, badge, box.size)
            self._set(heading, what, Style.TITLE, type_)
            note = Box(
                box.part, left, top + badge, width, height - badge - 2, box.size * 0.72
            )
            self._set(note, why, Style.TEXT, type_, ink=Ink.SOFT)

    def text(self, box: Box, notice: Notice, type_: Type) -> None:
        """Words, as large as planned or as little smaller as fits."""
        words = notice.words(box.part)
        if box.part in MONOSPACED:
            self._typed(box, words)
            return
        style = Style.TITLE if box.part in TITLES else Style.TEXT
        self._set(box, words, style, type_, ink=box.ink)

    def _badge(self, x: float, y: float, side: float, number: int, type_: Type) -> None:
        canvas, middle = self.canvas, side / 2
        band = self.look.band if self.look.band != self.look.sheet else "#000000"
        canvas.setFillColor(HexColor(band))
        canvas.circle(
            (x + middle) * mm, self._up(y + middle), middle * mm, stroke=0, fill=1
        )
        canvas.setFillColor(WHITE)
        ((name, sign),) = type_.runs("一二三"[number], Style.TEXT)
        canvas.setFont(name, side * mm * 0.56)
        canvas.drawCentredString((x + middle) * mm, self._up(y + side * 0.69), sign)

    def _set(
        self,
        box: Box,
        words: str,
        style: Style,
        type_: Type,
        *,
        ink: Ink = Ink.INK,
    ) -> None:
        room = (box.width, box.height)
        found = fitted(words, style, type_, room=room, size=box.size)
        self.canvas.setFillColor(HexColor(self.look.inks[ink]))
        for number, line in enumerate(found.lines):
            self._line(box, list(type_.runs(line, style)), found, number)

    def _line(
        self, box: Box, pieces: list[tuple[str, str]], found: Lines, number: int
    ) -> None:
        size, leading = found.size, found.leading
        width = sum(self.canvas.stringWidth(p, name, size) for name, p in pieces)
        x = box.x * mm + _start(box, width)
        top = self._up(box.y) - number * size * leading
        baseline = top - size * ((leading - 1) / 2 + ASCENT)
        for name, piece in pieces:
            self.canvas.setFont(name, size)
            self.canvas.drawString(x, baseline, piece)
            x += self.canvas.stringWidth(piece, name, size)

    def _typed(self, box: Box, words: str) -> None:
        """ASCII to be typed by hand, in one line and a face that tells 0 from O."""
        size = box.size
        width = self.canvas.stringWidth(words, CODE_FONT, size)
        size *= min(1.0, box.width * mm / width)
        width = self.canvas.stringWidth(words, CODE_FONT, size)
        self.canvas.setFillColor(HexColor(self.look.inks[box.ink]))
        self.canvas.setFont(CODE_FONT, size)
        down = self._up(box.y + box.height / 2) - size * 0.3
        self.canvas.drawString(box.x * mm + _start(box, width), down, words)

    def _fill(self, box: Box, colour: str) -> None:
        self.canvas.setFillColor(HexColor(colour))
        self.canvas.rect(
            box.x * mm,
            self._up(box.y + box.height),
            box.width * mm,
            box.height * mm,
            stroke=0,
            fill=1,
        )

    def _up(self, down: float) -> float:
        """Points from the bottom for millimetres from the top."""
        return (self.format.height - down) * mm


DRAWERS: Mapping[Part, Callable[[Sheet, Box, Notice, Type], None]] = {
    Part.BAND: Sheet.band,
    Part.RULE: Sheet.rule,
    Part.BAR: Sheet.bar,
    Part.SEAL: Sheet.seal,
    Part.CODE: Sheet.code,
    Part.STEPS: Sheet.steps,
}


def pdf(notice: Notice, format_: Format, look: Look, type_: Type) -> bytes:
    """One artefact as a PDF page that holds no time of making.

    Raises TooMuchTextError.
    """
    width, height = format_.page
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=(width * mm, height * mm), invariant=1)
    canvas.setTitle(f"{notice.place} {notice.label} {format_.label}")
    left, top = format_.margin
    across, down = format_.pitch
    for row in range(format_.rows):
        for column in range(format_.columns):
            canvas.saveState()
            canvas.translate(
                (left + column * across) * mm,
                (height - format_.height - top - row * down) * mm,
            )
            Sheet(canvas, format_, look).draw(notice, type_)
            canvas.restoreState()
    canvas.showPage()
    canvas.save()
    return target.getvalue()


def _start(box: Box, width: float) -> float:
    """Points from the box's left edge at which a line of `width` points begins."""
    free = box.width * mm - width
    return {"left": 0.0, "center": free / 2, "right": free}[box.align]


def _dark_runs(row: list[bool]) -> list[tuple[int, int]]:
    """(start, length) of the dark stretches of a row."""
    runs: list[tuple[int, int]] = []
    start = None
    for column, is_dark in enumerate([*row, False]):
        if is_dark and start is None:
            start = column
        elif not is_dark and start is not None:
            runs.append((start, column - start))
            start = None
    return runs
