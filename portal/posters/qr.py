"""QR codes as SVG and PNG, made with `qrcode`.

Error correction Q (25 % may be covered, ISO/IEC 18004 §6.5) because posters get
rained on; quiet zone of four modules as the standard asks.
"""

from __future__ import annotations

import io
from typing import Any

import qrcode
import qrcode.image.svg
from qrcode.constants import ERROR_CORRECT_Q

QUIET_ZONE = 4  # modules


def _symbol(text: str) -> qrcode.QRCode[Any]:
    symbol: qrcode.QRCode[Any] = qrcode.QRCode(
        error_correction=ERROR_CORRECT_Q, border=QUIET_ZONE
    )
    symbol.add_data(text)
    symbol.make(fit=True)
    return symbol


def modules(text: str) -> list[list[bool]]:
    """The symbol with its quiet zone, row by row; True is dark."""
    return [[bool(cell) for cell in row] for row in _symbol(text).get_matrix()]


def svg(text: str) -> bytes:
    """A stand-alone SVG file, one path, scalable to any size."""
    image = _symbol(text).make_image(image_factory=qrcode.image.svg.SvgPathFillImage)
    return bytes(image.to_string())


def png(text: str, *, module: int = 12) -> bytes:
    """A black-on-white PNG file with `module` pixels per module."""
    symbol = _symbol(text)
    symbol.box_size = module
    target = io.BytesIO()
    symbol.make_image().save(target, "PNG")
    return target.getvalue()
