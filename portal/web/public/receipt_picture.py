"""The receipt in big print as a picture, to be kept by a long press.

Digits alone: whoever leafs through the album does not learn what they are for. A
PNG inside the page, because phones save no SVG, and nothing is fetched or kept.

Every digit is drawn once, and its bytes made ready for the file: each row as its
difference to the row above (filter 2 of PNG, W3C Recommendation §9.2), which is 0 but
where an edge moves. A picture is then a matter of laying columns of bytes side by side.
"""

import struct
import zlib
from base64 import b64encode
from collections.abc import Sequence
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

FACE, TOP = 78, 10  # pixels: a digit's em, and what is free above it
CELL, GAP, MARGIN = 6, 4, 2  # bytes of 8 pixels: a digit, between groups, at the sides
ROWS = 96  # pixels of a line of print
IN_LINE, LINES = 8, 3  # two groups of four on a line: readable without glasses
WIDTH = MARGIN + IN_LINE * CELL + GAP + MARGIN  # bytes
SIZE = (WIDTH * 8, 1 + ROWS * LINES)  # pixels
_ROW = 1 + WIDTH  # bytes in the file: the number of the filter before the row
_FIRST = b"\x00" + b"\xff" * WIDTH  # white, as it is
_LINE = (b"\x02" + bytes(WIDTH)) * ROWS  # no different from the row above


@lru_cache(maxsize=10)
def _columns(digit: str) -> Sequence[bytes]:
    """A digit's columns of bytes, from top to bottom less the byte above each."""
    drawn = Image.new("1", (CELL * 8, ROWS), 1)
    face = ImageFont.load_default(size=FACE)
    ImageDraw.Draw(drawn).text((0, TOP), digit, fill=0, font=face)
    columns = [drawn.tobytes()[column::CELL] for column in range(CELL)]
    return [
        bytes((here - above) & 255 for above, here in zip(b"\xff" + c, c, strict=False))
        for c in columns
    ]


def _line(digits: str) -> bytearray:
    """The rows of a line of print, to stand below white."""
    line = bytearray(_LINE)
    for place, digit in enumerate(digits):
        left = 1 + MARGIN + place * CELL + place // 4 * GAP
        for position, column in enumerate(_columns(digit), start=left):
            line[position::_ROW] = column
    return line


def _chunk(name: bytes, data: bytes) -> bytes:
    sum_ = zlib.crc32(data, zlib.crc32(name))
    return struct.pack(">L", len(data)) + name + data + struct.pack(">L", sum_)


_HEAD = b"\x89PNG\r\n\x1a\n" + _chunk(
    b"IHDR", struct.pack(">LLBBBBB", *SIZE, 1, 0, 0, 0, 0)
)  # one bit for each pixel: black or white
_END = _chunk(b"IEND", b"")


def picture(receipt: str) -> str:
    """The `data:` address of the picture: black on white, two colours."""
    lines = (receipt[i : i + IN_LINE] for i in range(0, len(receipt), IN_LINE))
    packer = zlib.compressobj(1, strategy=zlib.Z_RLE)  # runs of 0
    rows = packer.compress(b"".join((_FIRST, *map(_line, lines)))) + packer.flush()
    file = b"".join((_HEAD, _chunk(b"IDAT", rows), _END))
    return f"data:image/png;base64,{b64encode(file).decode()}"
