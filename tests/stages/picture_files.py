"""Pictures as phones send them, and odder ones; all drawn here, none kept in a file."""

import io
import struct
import zlib
from collections.abc import Callable
from typing import Any

import pillow_heif
from PIL import Image, PngImagePlugin

pillow_heif.register_heif_opener()

CANARY = b"CANARY-lat31.47-lon104.74"  # planted wherever a file can carry words
WORDS = CANARY.decode()
RED, BLUE = (220, 30, 30), (30, 60, 200)


def scene(width: int = 120, height: int = 80, mode: str = "RGB") -> Image.Image:
    """Blue, with a red quarter top left."""
    image = Image.new("RGB", (width, height), BLUE)
    image.paste(RED, (0, 0, (width + 1) // 2, (height + 1) // 2))
    return image.convert(mode)


def saved(image: Image.Image, kind: str, **given: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **given)
    return file.getvalue()


def jpeg(image: Image.Image | None = None, **given: Any) -> bytes:
    return saved(image or scene(), "JPEG", **given)


def segment(marker: int, payload: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(payload) + 2) + payload


def with_segment(marker: int, payload: bytes, file: bytes = b"") -> bytes:
    """A JPEG with a segment behind its beginning."""
    file = file or jpeg()
    return file[:2] + segment(marker, payload) + file[2:]


def chunk(kind: bytes, data: bytes) -> bytes:
    crc = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", crc)


def png(
    width: int, height: int, *more: bytes, depth: int = 8, colour: int = 2, **given: Any
) -> bytes:
    """A PNG by hand; `raw` are its lines, `laced` its Adam7, `size` what it claims."""
    samples = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour]
    line = b"\0" + b"\x80" * -(-width * samples * depth // 8)
    raw = given["raw"] if "raw" in given else line * height
    head = struct.pack(">II", *given.get("size", (width, height)))
    head += bytes((depth, colour, 0, 0, given.get("laced", 0)))
    pixels = chunk(b"IDAT", zlib.compress(raw, 9))
    beginning = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head)
    return beginning + b"".join(more) + pixels + chunk(b"IEND", b"")


def exif(orientation: int = 1) -> bytes:
    """EXIF with a place, a phone and its owner."""
    told = Image.Exif()
    told[0x0112] = orientation
    told[0x010F], told[0x013B] = WORDS, WORDS  # maker, artist
    told[0x8825] = {1: "N", 2: (31.0, 28.0, 3.0), 3: "E", 4: (104.0, 44.0, 9.0)}
    told[0x8769] = {0x9003: "2026:03:02 09:00:00", 0x927C: CANARY, 0x9286: CANARY}
    return told.tobytes()


def exif_with_thumbnail() -> bytes:
    """EXIF whose second directory holds a small JPEG with a comment."""
    small = with_segment(0xFE, CANARY, jpeg(scene(16, 16)))
    at = 8 + 6 + 6 + 24
    tags = ((0x0201, at), (0x0202, len(small)))
    second = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    first = struct.pack("<HI", 0, 14)
    tiff = b"II*\0" + struct.pack("<I", 8) + first
    tiff += struct.pack("<H", 2) + second + struct.pack("<I", 0)
    return b"Exif\0\0" + tiff + small


def xmp(orientation: int = 1) -> bytes:
    return (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF><rdf:Description'
        b' tiff:Orientation="%d" dc:creator="%s"/></rdf:RDF></x:xmpmeta>'
        % (orientation, CANARY)
    )


def icc() -> bytes:
    """A colour profile's head with words for a body."""
    body = CANARY * 8
    head = struct.pack(">I", 128 + len(body)) + b"lcms\x04\0\0\0mntrRGB XYZ "
    return head.ljust(36, b"\0") + b"acsp".ljust(92, b"\0") + body


def iptc() -> bytes:
    record = b"\x1c\x02\x78" + struct.pack(">H", len(CANARY)) + CANARY
    bim = b"8BIM\x04\x04\0\0" + struct.pack(">I", len(record)) + record
    return b"Photoshop 3.0\0" + bim


def animated(kind: str, **given: Any) -> bytes:
    """Two frames; only the first is the scene."""
    second = Image.new("RGB", (120, 80), "green")
    return saved(scene(), kind, save_all=True, append_images=[second], **given)


def png_words() -> PngImagePlugin.PngInfo:
    told = PngImagePlugin.PngInfo()
    told.add_text("Author", WORDS)
    told.add_text("Comment", WORDS, zip=True)
    told.add_itxt("XML:com.adobe.xmp", xmp().decode())
    return told


def laced_png() -> bytes:
    """Adam7, 8 × 8, grey: one line of every pass after the other."""
    steps = ((8, 8), (8, 8), (4, 8), (4, 4), (2, 4), (2, 2), (1, 2))
    starts = ((0, 0), (4, 0), (0, 4), (2, 0), (0, 2), (1, 0), (0, 1))
    raw = b""
    for (dx, dy), (x, y) in zip(steps, starts, strict=True):
        raw += (b"\0" + b"\x55" * len(range(x, 8, dx))) * len(range(y, 8, dy))
    return png(8, 8, colour=0, raw=raw, laced=1)


def ycck() -> bytes:
    """CMYK as Photoshop writes it: Adobe's segment says transform 2."""
    file = jpeg(scene(mode="CMYK"))
    at = file.index(b"Adobe")
    return file[: at + 11] + b"\x02" + file[at + 12 :]


def heic(image: Image.Image | None = None, **given: Any) -> bytes:
    return saved(image or scene(), "HEIF", **given)


def several_heics() -> bytes:
    file = pillow_heif.from_pillow(scene())
    file.add_from_pillow(Image.new("RGB", (64, 64), "green"))
    out = io.BytesIO()
    file.save(out, quality=80)
    return out.getvalue()


def clear(mode: str = "RGBA") -> Image.Image:
    """The scene, but the blue is clear."""
    image = scene(mode="RGBA")
    mask = Image.new("L", image.size, 0)
    mask.paste(255, (0, 0, 60, 40))
    image.putalpha(mask)
    return image.convert(mode)


def clear_palette() -> bytes:
    flat = scene().quantize(2)
    blue = flat.getpixel((100, 70))
    return saved(flat, "PNG", transparency=blue)


Maker = Callable[[], bytes]
TRAILING = b"PK\x03\x04" + CANARY + b"<script>alert(1)</script>"

SHOWN: dict[str, Maker] = {  # the scene: red top left, blue bottom right
    "jpeg": jpeg,
    "jpeg progressive": lambda: jpeg(progressive=True),
    "jpeg without subsampling": lambda: jpeg(subsampling=0),
    "jpeg with restarts": lambda: jpeg(restart_marker_blocks=2),
    "jpeg cmyk": lambda: jpeg(scene(mode="CMYK")),
    "jpeg with gps": lambda: jpeg(exif=exif()),
    "jpeg with a thumbnail": lambda: with_segment(0xE1, exif_with_thumbnail()),
    "jpeg with xmp": lambda: with_segment(
        0xE1, b"http://ns.adobe.com/xap/1.0/\0" + xmp()
    ),
    "jpeg with iptc": lambda: with_segment(0xED, iptc()),
    "jpeg with a profile": lambda: jpeg(icc_profile=icc()),
    "jpeg with a comment": lambda: jpeg(comment=CANARY),
    "jpeg with a maker's segment": lambda: with_segment(0xEB, CANARY * 9),
    "jpeg with a torn MPF": lambda: with_segment(0xE2, b"MPF\0II*\0" + CANARY),
    "jpeg with torn exif": lambda: with_segment(0xE1, b"Exif\0\0II*\0\xff\xff" * 9),
    "jpeg with orientation 99": lambda: jpeg(exif=exif(99)),
    "jpeg with bytes behind": lambda: jpeg() + TRAILING,
    "jpeg and zip": lambda: jpeg() + b"PK\x05\x06" + CANARY,
    "jpeg and web page": lambda: with_segment(
        0xFE, b"<html><script>" + CANARY + b"</script>"
    ),
    "mpo": lambda: animated("MPO", exif=exif()),
    "png": lambda: saved(scene(), "PNG"),
    "png with words": lambda: saved(scene(), "PNG", pnginfo=png_words()),
    "png with exif": lambda: saved(scene(), "PNG", exif=exif()),
    "png with a profile": lambda: saved(scene(), "PNG", icc_profile=icc()),
    "png of a palette": lambda: saved(scene().quantize(4), "PNG"),
    "png with bytes behind": lambda: saved(scene(), "PNG") + TRAILING,
    "apng": lambda: animated("PNG"),
    "gif": lambda: saved(scene().quantize(4), "GIF"),
    "gif animated": lambda: animated("GIF", comment=CANARY),
    "gif with bytes behind": lambda: saved(scene().quantize(4), "GIF") + TRAILING,
    "webp": lambda: saved(scene(), "WEBP"),
    "webp lossless": lambda: saved(scene(), "WEBP", lossless=True),
    "webp animated": lambda: animated("WEBP"),
    "webp with everything": lambda: saved(
        scene(), "WEBP", exif=exif(), xmp=xmp(), icc_profile=icc()
    ),
    "webp with bytes behind": lambda: saved(scene(), "WEBP") + TRAILING,
    "heic": heic,
    "heic with everything": lambda: heic(exif=exif(), xmp=xmp()),
    "heic with a profile": lambda: heic(icc_profile=icc()),
    "heic of several": several_heics,
    "heic with a thumbnail": lambda: heic(thumbnails=[64]),
    "heic of tiles": lambda: heic(scene(600, 400), tile_size=128),
    "heic with bytes behind": lambda: heic() + TRAILING,
}
CLEARED: dict[str, Maker] = {  # red top left, and white where it was clear
    "png clear": lambda: saved(clear(), "PNG"),
    "png of a clear palette": clear_palette,
    "webp clear": lambda: saved(clear(), "WEBP"),
    "gif clear": lambda: saved(clear(), "GIF"),
    "heic clear": lambda: heic(clear()),
}
ODD: dict[str, Maker] = {  # only drawn
    "jpeg grey": lambda: jpeg(scene(mode="L")),
    "jpeg ycck": ycck,
    "jpeg of one pixel": lambda: jpeg(scene(1, 1)),
    "jpeg narrow": lambda: jpeg(scene(1, 20000)),
    "jpeg wide": lambda: jpeg(scene(20000, 1)),
    "png of one pixel": lambda: png(1, 1),
    "png narrow": lambda: png(1, 20000),
    "png grey and clear": lambda: saved(clear("LA"), "PNG"),
    "png 16 bits": lambda: png(9, 9, depth=16),
    "png 16 bits clear": lambda: png(9, 9, depth=16, colour=6),
    "png 16 bits grey and clear": lambda: png(9, 9, depth=16, colour=4),
    "png 16 bits grey, one grey clear": lambda: png(
        9, 9, chunk(b"tRNS", b"\x80\x80"), depth=16, colour=0
    ),
    "png one bit": lambda: png(9, 9, depth=1, colour=0),
    "png interlaced": laced_png,
    "png, a colour clear": lambda: png(9, 9, chunk(b"tRNS", b"\0\x80" * 3)),
    "png with too many bytes inside": lambda: png(9, 9, raw=bytes(50_000_000)),
    "png without an end": lambda: png(9, 9)[:-12],
    "webp of one pixel": lambda: saved(scene(1, 1), "WEBP"),
    "heic of one pixel": lambda: heic(scene(1, 1)),
    "heic grey": lambda: heic(scene(mode="L")),
}
