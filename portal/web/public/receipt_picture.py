"""The receipt in big print as a picture, to be kept by a long press.

Digits alone: whoever leafs through the album does not learn what they are for. A
PNG inside the page, because phones save no SVG, and nothing is fetched or kept.
"""

import io
from base64 import b64encode
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

SIZE = (600, 400)  # pixels: two groups of four on a line, readable without glasses
HEIGHT = 104  # of a digit's em
DIGIT, GAP, LINE = 60, 48, 128  # from one digit, group, line to the next
IN_LINE = 8


@lru_cache(maxsize=10)
def _digit(digit: str) -> Image.Image:
    """One digit, drawn once."""
    drawn = Image.new("1", (DIGIT, LINE), 1)
    face = ImageFont.load_default(size=HEIGHT)
    ImageDraw.Draw(drawn).text((0, 0), digit, fill=0, font=face)
    return drawn


def picture(receipt: str) -> str:
    """The `data:` address of the picture: black on white, two colours."""
    canvas = Image.new("1", SIZE, 1)
    for place, digit in enumerate(receipt):
        line, column = divmod(place, IN_LINE)
        left = 40 + column * DIGIT + column // 4 * GAP
        canvas.paste(_digit(digit), (left, 12 + line * LINE))
    file = io.BytesIO()
    canvas.save(file, "PNG")
    return f"data:image/png;base64,{b64encode(file.getvalue()).decode()}"
