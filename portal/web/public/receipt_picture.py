"""The receipt in big print as a picture, to be kept by a long press.

Digits alone: whoever leafs through the album does not learn what they are for. A
PNG inside the page, because phones save no SVG, and nothing is fetched or kept.
"""

from base64 import b64encode
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

FACE, TOP = 78, 10  # pixels: a digit's em, and what is free above it
CELL, GAP, MARGIN = 48, 32, 16  # pixels: a digit, between groups, at the sides
ROWS = 96  # pixels of a line of print
IN_LINE, LINES = 8, 3  # two groups of four on a line: readable without glasses
SIZE = (2 * MARGIN + IN_LINE * CELL + GAP, LINES * ROWS + TOP)  # pixels


def corner(place: int) -> tuple[int, int]:
    """Where the cell of a digit begins, in pixels from the left and from the top."""
    line, column = divmod(place, IN_LINE)
    return MARGIN + column * CELL + column // 4 * GAP, line * ROWS


def picture(receipt: str) -> str:
    """The `data:` address of the picture: black on white, two colours."""
    drawn = Image.new("1", SIZE, 1)
    pen, face = ImageDraw.Draw(drawn), ImageFont.load_default(size=FACE)
    for place, digit in enumerate(receipt):
        left, top = corner(place)
        pen.text((left, top + TOP), digit, fill=0, font=face)
    file = BytesIO()
    drawn.save(file, "PNG", optimize=True)
    return f"data:image/png;base64,{b64encode(file.getvalue()).decode()}"
