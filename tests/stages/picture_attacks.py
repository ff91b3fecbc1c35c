"""Files that are no pictures, broken ones, and ones made to exhaust a machine."""

import gzip
import io
import struct
import zipfile
import zlib

from portal.intake.pictures import LARGEST_FILE, MOST_PIXELS
from tests.stages.picture_files import (
    Maker,
    animated,
    chunk,
    heic,
    jpeg,
    png,
    saved,
    scene,
    segment,
    several_heics,
    with_segment,
)

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
PAGE = b"<!doctype html><script>alert(1)</script>"
SIDE = int((MOST_PIXELS + 200_000) ** 0.5)  # one row more than is decoded


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.jpg", jpeg())
    return out.getvalue()


def brand(name: bytes) -> bytes:
    return struct.pack(">I", 20) + b"ftyp" + name + b"\0\0\0\0" + name + bytes(400)


def resized(file: bytes, width: int, height: int) -> bytes:
    """A JPEG that claims another size."""
    at = file.index(b"\xff\xc0") + 5
    return file[:at] + struct.pack(">HH", height, width) + file[at + 4 :]


def resized_gif(width: int, height: int) -> bytes:
    """Canvas and frame of another size, the pixels of a small one."""
    file = bytearray(saved(scene().quantize(4), "GIF"))
    size = struct.pack("<HH", width, height)
    file[6:10] = size
    at = file.index(b"\x2c\0\0\0\0") + 5
    file[at : at + 4] = size
    return bytes(file)


def resized_heic(width: int, height: int) -> bytes:
    file = heic()
    at = file.index(b"ispe") + 8
    return file[:at] + struct.pack(">II", width, height) + file[at + 8 :]


def wide_webp() -> bytes:
    """VP8X: a canvas of 16384 × 16384 with a small frame."""
    frame = saved(scene(), "WEBP")[12:]
    body = b"WEBPVP8X" + struct.pack("<I", 10) + bytes(4) + b"\xff\x3f\0" * 2 + frame
    return b"RIFF" + struct.pack("<I", len(body)) + body


def many_scans(side: int = 8000, scans: int = 3000) -> bytes:
    """A progressive JPEG whose last scan, of nothing, comes again and again."""
    file = jpeg(scene(side, side), progressive=True)
    last = file.rindex(b"\xff\xda")
    return file[:-2] + file[last:-2] * scans + b"\xff\xd9"


def crc_broken(file: bytes, kind: bytes) -> bytes:
    at = file.index(kind) + 5
    return file[:at] + bytes((file[at] ^ 0x40,)) + file[at + 1 :]


def words_bomb(kind: bytes) -> bytes:
    """A small chunk that unpacks to 90 MB."""
    packed = zlib.compress(bytes(90_000_000), 9)
    middle = {b"zTXt": b"\0\0", b"iTXt": b"\0\1\0\0\0", b"iCCP": b"\0\0"}[kind]
    return png(9, 9, chunk(kind, b"Comment" + middle + packed))


def arithmetic() -> bytes:
    """Huffman data under the marker of arithmetic coding."""
    return jpeg().replace(b"\xff\xc0", b"\xff\xc9")


NO_PICTURE: dict[str, Maker] = {
    "nothing": lambda: b"",
    "one byte": lambda: b"\xff",
    "two bytes": lambda: b"\xff\xd8",
    "words": "楼道堆物，没人管".encode,
    "utf-16 words": lambda: "楼道堆物".encode("utf-16"),
    "zeros": lambda: bytes(5000),
    "random bytes": lambda: bytes(i * i * 7 % 251 for i in range(5000)),
    "web page called .jpg": lambda: PAGE,
    "svg": lambda: SVG,
    "svg with a declaration": lambda: b'<?xml version="1.0"?>' + SVG,
    "svgz": lambda: gzip.compress(SVG),
    "pdf": lambda: b"%PDF-1.4\n" + bytes(300),
    "postscript": lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n" + bytes(300),
    "zip of a picture": zipped,
    "program": lambda: b"\x7fELF" + bytes(500),
    "windows program": lambda: b"MZ" + bytes(500),
    "bmp": lambda: saved(scene(), "BMP"),
    "tiff": lambda: saved(scene(), "TIFF"),
    "ico": lambda: saved(scene(32, 32), "ICO"),
    "ppm": lambda: saved(scene(), "PPM"),
    "tga": lambda: saved(scene(), "TGA"),
    "pcx": lambda: saved(scene(), "PCX"),
    "jpeg 2000": lambda: b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(300),
    "jpeg xl": lambda: b"\0\0\0\x0cJXL \r\n\x87\n" + bytes(300),
    "avif": lambda: brand(b"avif"),
    "film": lambda: brand(b"isom"),
    "film of a telephone": lambda: brand(b"qt  "),
    "sound": lambda: b"RIFF" + struct.pack("<I", 400) + b"WAVEfmt " + bytes(400),
    "web page, then a picture": lambda: PAGE + jpeg(),
    "picture behind one byte": lambda: b"\0" + jpeg(),
    "png with one bit flipped in front": lambda: b"\x88" + png(9, 9)[1:],
}
TOO_LARGE: dict[str, Maker] = {
    "png bomb": lambda: png(60000, 60000, raw=b"", size=(60000, 60000)),
    "png beyond a signed number": lambda: png(9, 9, size=(0x7FFFFFFF, 9)),
    "png one row too many": lambda: png(SIDE, 1, raw=b"", size=(SIDE, SIDE)),
    "jpeg bomb": lambda: resized(jpeg(), 65500, 65500),
    "jpeg cmyk bomb": lambda: resized(jpeg(scene(mode="CMYK")), 65500, 65500),
    "gif bomb": lambda: resized_gif(65535, 65535),
    "too many bytes": lambda: jpeg() + bytes(LARGEST_FILE),
    "too many bytes in a segment": lambda: (
        jpeg()[:2] + segment(0xEE, bytes(65000)) * 200 + jpeg()[2:]
    ),
}
BROKEN: dict[str, Maker] = {
    "jpeg of nothing": lambda: resized(jpeg(), 0, 0),
    "jpeg without a height": lambda: resized(jpeg(), 120, 0),
    "png of nothing": lambda: png(9, 9, size=(0, 0)),
    "png with a spoilt head": lambda: crc_broken(png(9, 9), b"IHDR"),
    "png without pixels": lambda: png(9, 9).replace(b"IDAT", b"iDAT"),
    "png with too few pixels": lambda: png(900, 900, raw=bytes(900)),
    "png of 13 bits": lambda: png(9, 9, depth=13),
    "png whose words are a bomb": lambda: words_bomb(b"zTXt"),
    "png whose foreign words are a bomb": lambda: words_bomb(b"iTXt"),
    "jpeg and nothing more": lambda: jpeg()[:3],
    "jpeg of markers only": lambda: b"\xff\xd8\xff" + b"\xff\xd9" * 5,
    "jpeg whose segment is longer than it": lambda: (
        b"\xff\xd8\xff\xe1\xff\xff" + jpeg()[2:]
    ),
    "jpeg of five colours": lambda: with_segment(0xC0, bytes(18)),
    "html behind a jpeg's beginning": lambda: b"\xff\xd8\xff\xe0" + PAGE * 9,
    "svg behind a gif's beginning": lambda: b"GIF89a" + SVG,
    "zip behind a png's beginning": lambda: png(9, 9)[:8] + zipped(),
    "gif and nothing more": lambda: b"GIF89a",
    "webp and nothing more": lambda: b"RIFF\x04\0\0\0WEBP",
    "webp of zeros": lambda: b"RIFF\xff\xff\0\0WEBPVP8 " + bytes(500),
    "heic and nothing more": lambda: brand(b"heic"),
    "heic of zeros": lambda: heic()[:60] + bytes(2000),
}
EITHER: dict[str, Maker] = {  # drawn or refused, as the decoder at hand can
    "gif of nothing": lambda: resized_gif(0, 0),
    "jpeg arithmetic": arithmetic,
    "jpeg without tables": lambda: jpeg().replace(b"\xff\xc4", b"\xff\xef"),
    "png with spoilt pixels": lambda: crc_broken(saved(scene(), "PNG"), b"IDAT"),
    "webp bomb": wide_webp,
    "heic bomb": lambda: resized_heic(60000, 60000),
    "heic of nothing": lambda: resized_heic(0, 0),
    "heic that is larger than it says": lambda: resized_heic(8, 8),
    "png whose profile is a bomb": lambda: words_bomb(b"iCCP"),
    "png within the limit, made of air": lambda: png(8000, 8000),
}
WHOLE: dict[str, Maker] = {
    "jpeg": lambda: jpeg(scene(400, 300)),
    "jpeg progressive": lambda: jpeg(scene(400, 300), progressive=True),
    "png": lambda: saved(scene(400, 300), "PNG"),
    "gif": lambda: animated("GIF"),
    "webp": lambda: saved(scene(400, 300), "WEBP"),
    "webp animated": lambda: animated("WEBP"),
    "heic": lambda: heic(scene(400, 300)),
    "heic of several": several_heics,
}
TORN: dict[str, bytes] = {
    f"{name} cut at {part:.0%}": file[: int(len(file) * part)]
    for name, file in ((name, make()) for name, make in WHOLE.items())
    for part in (0.05, 0.3, 0.6)
}
NICKED: dict[str, bytes] = {  # a decoder may have all it needs
    f"{name} without its last {cut}": make()[:-cut]
    for name, make in WHOLE.items()
    for cut in (1, 40)
}
