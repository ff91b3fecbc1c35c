"""Nothing is released unscanned: an artefact is rasterised and read back.

The decoder (zxing-cpp) shares no code with the one that drew the symbol.
"""

import io
from dataclasses import dataclass

import pypdfium2
import zxingcpp
from PIL import Image

from portal.kernel.errors import ConflictError
from portal.posters import qr
from portal.posters.draw import pdf
from portal.posters.formats import SHARE_WIDTH, Format, Look
from portal.posters.typeset import Type
from portal.posters.words import Notice

PIXELS_PER_MODULE = 4.0
POINTS_PER_MM = 72 / 25.4


class NotScannableError(ConflictError):
    """The finished artefact does not say what it should."""

    def __init__(self, notice: Notice, format_: Format) -> None:
        super().__init__(
            f"{notice.place} {notice.label} 的{format_.label}扫不出来，没有放行。"
            "请换一种尺寸再做；还不行就联系维护的人。"
        )


@dataclass(frozen=True)
class Artefact:
    """A released PDF, and the grey picture it was read from."""

    content: bytes
    picture: Image.Image


def made(notice: Notice, format_: Format, look: Look, type_: Type) -> Artefact:
    """Draw an artefact, scan it back, and only then give it out.

    Raises TooMuchTextError, NotScannableError.
    """
    content = pdf(notice, format_, look, type_)
    modules = len(qr.modules(notice.address)) - 2 * qr.QUIET_ZONE
    picture = raster(content, _dots(format_, modules))
    wanted = format_.columns * format_.rows
    if not format_.fits(modules) or scans(picture) != [notice.address] * wanted:
        raise NotScannableError(notice, format_)
    return Artefact(content, picture)


def share_picture(content: bytes, format_: Format) -> bytes:
    """The artefact as a PNG for chat groups, SHARE_WIDTH pixels wide."""
    scale = SHARE_WIDTH / (format_.width * POINTS_PER_MM)
    height = round(SHARE_WIDTH * format_.height / format_.width)
    target = io.BytesIO()
    picture = raster(content, scale, grey=False).crop((0, 0, SHARE_WIDTH, height))
    picture.save(target, "PNG", optimize=True)
    return target.getvalue()


def raster(content: bytes, scale: float, *, grey: bool = True) -> Image.Image:
    """The first page as a picture of `scale` pixels a point."""
    document = pypdfium2.PdfDocument(content)
    try:
        picture: Image.Image = (
            document[0].render(scale=scale, grayscale=grey).to_pil().copy()
        )
    finally:
        document.close()
    return picture


def scans(picture: Image.Image) -> list[str]:
    """What every code in a picture says."""
    return [str(found.text) for found in zxingcpp.read_barcodes(picture)]


def _dots(format_: Format, modules: int) -> float:
    """Pixels a point at which a module has PIXELS_PER_MODULE."""
    return PIXELS_PER_MODULE / (format_.module(modules) * POINTS_PER_MM)
