"""The printed slips: A4 pages, three slips each, to cut, fold and seal.

Made offline together with the manifest. Outside: community and 票号; under the fold:
secret, QR code, six check codes, what to do and what the vote does not guarantee.
The PDF holds no time of making.
"""

import io
from collections.abc import Iterable
from dataclasses import dataclass

import qrcode
from qrcode.constants import ERROR_CORRECT_M
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from portal.kernel.codes import in_fours
from portal.vote.slips import DIMENSIONS, Slip

CHINESE = "STSong-Light"  # a CID font every PDF reader brings; nothing is embedded
CODE = "Courier-Bold"
PER_PAGE = 3
SLIP_HEIGHT = A4[1] / PER_PAGE
OUTSIDE = 62 * mm  # left of the fold
MARGIN = 8 * mm
QR_SIZE = 34 * mm
LINE = 1.35  # of the type size

STEPS = (
    "一、用手机扫二维码；或打开下面的网址，输入 16 个字符的选票密码。",
    "二、给六个方面各选一项，核对后提交。截止前可以重投，以最后一次为准。",
    "三、留好这张票。结束后到公告栏或网站，用核对码查自己的六项评价。",
)
PROMISE = (
    "一户一票，不记名。截止前谁也看不到结果；截止后由两个人一起开票，选票随即销毁。"
    "收回满 10 张的社区，核对码和评价全部公布，人人都能重算；不满 10 张的只公布张数。"
)
LIMITS = (
    "不能保证的：制票的人知道过这些字符；扫码软件看得到二维码的内容；"
    "票被别人拿走，就等于被别人投了；拿到这张票的人，查得到它怎么投的。"
    "投完不想让人查，可以撕掉。"
)


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """What a community's slips have in common; `base_url` has no final slash."""

    base_url: str
    round_code: str
    round_name: str
    place_code: str
    place_name: str
    fingerprint: str  # the short one of the printer's key

    def url(self, slip: Slip) -> str:
        """Where the QR code leads; the fragment is not sent to any server."""
        return f"{self.page}#{slip.secret}"

    @property
    def page(self) -> str:
        """The voting page for those who type."""
        return f"{self.base_url}/vote/{self.round_code}/{self.place_code}"


def draw_slips(slips: Iterable[Slip], sheet: Sheet) -> bytes:
    """The PDF of a community's slips, in the order given."""
    pdfmetrics.registerFont(UnicodeCIDFont(CHINESE))
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=A4, invariant=1)
    canvas.setTitle(f"{sheet.round_name} {sheet.place_name} 选票")
    position = 0
    for position, slip in enumerate(slips, start=1):
        row = (position - 1) % PER_PAGE
        if row == 0 and position > 1:
            canvas.showPage()
        canvas.saveState()
        canvas.translate(0, A4[1] - (row + 1) * SLIP_HEIGHT)
        _draw_outside(canvas, slip, sheet)
        _draw_inside(canvas, slip, sheet)
        canvas.restoreState()
    if position:
        canvas.showPage()
    canvas.save()
    return target.getvalue()


def _draw_outside(canvas: Canvas, slip: Slip, sheet: Sheet) -> None:
    """Cut line, fold line and what may be read before the slip is opened."""
    canvas.setDash(1, 2)
    canvas.line(0, 0, A4[0], 0)
    canvas.setDash(4, 3)
    canvas.line(OUTSIDE, 0, OUTSIDE, SLIP_HEIGHT)
    canvas.setDash()
    width = OUTSIDE - 2 * MARGIN
    top = SLIP_HEIGHT - 12 * mm
    for text, size in (
        (sheet.round_name, 12),
        ("满意度测评选票", 14),
        (sheet.place_name, 13),
        ("票号", 9),
    ):
        top = _paragraph(canvas, text, (MARGIN, top, width), size) - 3 * mm
    canvas.setFont(CODE, 15)
    canvas.drawString(MARGIN, top - 3 * mm, in_fours(slip.number))
    text = "一户一张。请沿竖虚线对折封好。领票时只登记领了票，不登记票号。"
    _paragraph(canvas, text, (MARGIN, top - 8 * mm, width), 9)


def _draw_inside(canvas: Canvas, slip: Slip, sheet: Sheet) -> None:
    """Secret, QR code, check codes and the words."""
    left, top = OUTSIDE + MARGIN, SLIP_HEIGHT - MARGIN
    _draw_qr(canvas, sheet.url(slip), left=left, bottom=top - QR_SIZE)
    middle = left + QR_SIZE + 6 * mm
    canvas.setFont(CHINESE, 9)
    canvas.drawString(middle, top - 3 * mm, "选票密码（没有字母 I、L、O、U）")
    canvas.setFont(CODE, 14)
    canvas.drawString(middle, top - 9 * mm, in_fours(slip.secret))
    canvas.setFont(CHINESE, 9)
    canvas.drawString(middle, top - 15 * mm, "核对码（投票后、公布后都和它对）")
    for i, dimension in enumerate(DIMENSIONS):
        x = middle + (i % 2) * 42 * mm
        y = top - (20 + (i // 2) * 6) * mm
        canvas.setFont(CHINESE, 9)
        canvas.drawString(x, y, dimension.name)
        canvas.setFont(CODE, 9)
        canvas.drawString(x + 17 * mm, y, in_fours(slip.check_codes[dimension.id]))
    width = A4[0] - left - MARGIN
    y = top - QR_SIZE - 5 * mm
    canvas.setFont("Courier", 8)
    canvas.drawString(left, y, sheet.page)
    for text in (*STEPS, PROMISE, LIMITS, f"制票密钥指纹：{sheet.fingerprint}"):
        y = _paragraph(canvas, text, (left, y - 1 * mm, width), 9)


def _paragraph(
    canvas: Canvas, text: str, box: tuple[float, float, float], size: float
) -> float:
    """Wrapped Chinese text below (left, top) in a width; where the next may begin."""
    left, top, width = box
    canvas.setFont(CHINESE, size)
    for line in _wrapped(text, size=size, width=width):
        top -= size * LINE
        canvas.drawString(left, top, line)
    return top


def _wrapped(text: str, *, size: float, width: float) -> list[str]:
    """Broken anywhere, but no closing mark begins a line: it may hang over."""
    lines = [""]
    for character in text:
        longer = lines[-1] + character
        fits = pdfmetrics.stringWidth(longer, CHINESE, size) <= width
        if fits or character in "，。；：、）":
            lines[-1] = longer
        else:
            lines.append(character)
    return lines


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
