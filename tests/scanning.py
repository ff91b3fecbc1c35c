"""A phone's eye: what the pictures of codes say, read with ZXing."""

import io
import re

import zxingcpp
from PIL import Image

MODULE = 6  # pixels


def scanned_png(picture: bytes) -> str:
    """The text of the one code in a PNG file."""
    return _text(Image.open(io.BytesIO(picture)))


def scanned_svg(picture: bytes) -> str:
    """The text of the one code in an SVG file made of one path of unit squares."""
    drawing = picture.decode()
    box = re.search(r'viewBox="0 0 (\d+) (\d+)"', drawing)
    assert box is not None
    image = Image.new("L", (int(box[1]), int(box[2])), 255)
    squares = re.findall(r"M(\d+),(\d+)H", drawing)
    assert squares
    for x, y in squares:
        image.putpixel((int(x), int(y)), 0)
    return _text(image.resize((image.width * MODULE, image.height * MODULE)))


def _text(image: Image.Image) -> str:
    (found,) = zxingcpp.read_barcodes(image)
    return str(found.text)
