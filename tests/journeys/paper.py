"""What a person reads off paper: printed slips and pictures of codes."""

import base64
import io
import re
import zlib
from dataclasses import dataclass

import zxingcpp
from PIL import Image, ImageDraw

SCALE = 3  # pixels per point
A4 = (595, 842)  # points
STREAM = re.compile(  # of text; embedded fonts are packed without ASCII85
    rb"ASCII85Decode[^>]*>>\s*stream\r?\n(.*?)endstream", re.DOTALL
)
PLACED = re.compile(rb"q\n1 0 0 1 [-\d.]+ [-\d.]+ cm\n(.*?)\nQ", re.DOTALL)
BOX = re.compile(rb"n ([-\d.]+) ([-\d.]+) ([-\d.]+) ([-\d.]+) re f")
TYPED = re.compile(rb"\(((?:[0-9A-Z]{4} ?)+)\) Tj")


@dataclass(frozen=True)
class PaperSlip:
    """One printed slip: 票号, secret, the six check codes in order, the QR's words."""

    number: str
    secret: str
    check_codes: tuple[str, ...]
    url: str


def slips_on(pdf: bytes) -> list[PaperSlip]:
    """Every slip of the printed pages."""
    found = []
    for stream in STREAM.findall(pdf):
        packed = base64.a85decode(stream.strip().removesuffix(b"~>"))
        for drawn in PLACED.findall(zlib.decompress(packed)):
            words = [w.decode().replace(" ", "") for w in TYPED.findall(drawn)]
            (number,) = [w for w in words[:2] if len(w) == 8]
            (secret,) = [w for w in words if len(w) == 16 and w.isalnum()][:1]
            codes = [w for w in words if len(w) == 8 and w != number]
            found.append(PaperSlip(number, secret, tuple(codes), _code_in(drawn)))
    return found


def words_of(picture: bytes) -> str:
    """What the one code on a PNG says to a phone."""
    with Image.open(io.BytesIO(picture)) as image:
        (code,) = zxingcpp.read_barcodes(image.convert("L"))
    return str(code.text)


def _code_in(drawn: bytes) -> str:
    """What the QR code drawn as boxes says."""
    image = Image.new("L", (A4[0] * SCALE, A4[1] * SCALE), 255)
    pen = ImageDraw.Draw(image)
    for box in BOX.findall(drawn):
        x, y, width, height = (float(number) * SCALE for number in box)
        bottom = image.height - y
        pen.rectangle((x, bottom - height, x + width, bottom), fill=0)
    (code,) = zxingcpp.read_barcodes(image)
    return str(code.text)
