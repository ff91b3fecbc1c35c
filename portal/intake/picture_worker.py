"""A picture comes in on stdin, a plain JPEG of what it shows goes out on stdout.

A program of its own, without a line of the portal in it: `pictures.py` runs it for
every picture, because decoders of pictures are where programs are broken into.
Before the first byte is read it gives up files, sockets, memory and time, and is
killed when it takes more. The JPEG is drawn anew from the pixels alone, so that
nothing but they can come along. Says by its exit status why there is none.
"""

import io
import os
import resource
import sys
import warnings
from contextlib import suppress

import pillow_heif
from PIL import (
    GifImagePlugin,
    Image,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

TOO_MUCH = (
    MemoryError,
    Image.DecompressionBombWarning,
    Image.DecompressionBombError,
)
TOO_LARGE, BROKEN = 11, 12  # exit statuses; what the decoder itself dies of is others
QUALITIES = (85, 75, 65, 55, 40)  # tried in turn until the JPEG is small enough
NICENESS = 10  # letters go before pictures
ORIENTATION = 0x0112  # EXIF's tag
TURNS = {  # EXIF's orientation → what puts the picture upright
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# Every module decoding may ask for: once confined, none can be loaded.
LOADED = (
    GifImagePlugin,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)


def confine(*, memory: int, seconds: int) -> None:
    """Give up everything that drawing a picture does not need."""
    for what, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 3),  # stdin, stdout, stderr: no file, no socket
    ):
        resource.setrlimit(what, (most, most))
    os.nice(NICENESS)


def redrawn(data: bytes, kind: str, *, side: int, size: int) -> bytes:
    """The picture as a JPEG of at most `size` bytes and `side` pixels a side.

    Of several pictures in one file the first, upright, on white where it was clear.

    Raises whatever a decoder raises.
    """
    with Image.open(io.BytesIO(data), formats=[kind]) as image:
        turn = TURNS.get(_orientation(image))
        small = _small(image, side)
    return _jpeg(small if turn is None else small.transpose(turn), size)


def _orientation(image: Image.Image) -> int:
    """What EXIF says about the camera; torn EXIF says nothing."""
    with suppress(Exception):
        return int(image.getexif().get(ORIENTATION, 1))
    return 1


def _small(image: Image.Image, side: int) -> Image.Image:
    """The first frame within a square, in colours, on white."""
    whole = _plain(image)
    whole.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=2.0)
    small = Image.new("RGB", whole.size, "white")
    small.paste(whole, mask=whole if whole.mode == "RGBA" else None)
    return small


def _plain(image: Image.Image) -> Image.Image:
    """The same picture in a mode that can be made smaller without harm."""
    if image.mode.startswith("I"):  # 16 bits of grey
        return image.point(lambda grey: grey / 256).convert("L")
    if image.has_transparency_data:
        return image if image.mode == "RGBA" else image.convert("RGBA")
    return image if image.mode in {"RGB", "L", "CMYK"} else image.convert("RGB")


def _jpeg(image: Image.Image, size: int) -> bytes:
    """The JPEG in the best quality that is small enough; if none is, drawn smaller."""
    for quality in QUALITIES:
        drawn = io.BytesIO()
        image.save(drawn, "JPEG", quality=quality, optimize=True)
        if drawn.tell() <= size:
            return drawn.getvalue()
    smaller = max(image.size) * 3 // 4
    image.thumbnail((smaller, smaller))
    return _jpeg(image, size)


def main() -> int:
    """Draw what stdin holds; the limits are the arguments."""
    kind, *limits = sys.argv[1:]
    memory, seconds, pixels, side, size = (int(limit) for limit in limits)
    Image.preinit()
    pillow_heif.register_heif_opener(thumbnails=False, decode_threads=1)
    Image.MAX_IMAGE_PIXELS = pixels  # asked of the head, before anything is decoded
    warnings.simplefilter("ignore")
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    confine(memory=memory, seconds=seconds)
    try:
        drawn = redrawn(sys.stdin.buffer.read(), kind, side=side, size=size)
    except TOO_MUCH:
        return TOO_LARGE
    except Exception:  # noqa: BLE001 -- decoders raise anything; none of it is told
        return BROKEN
    sys.stdout.buffer.write(drawn)
    return 0


if __name__ == "__main__":
    sys.exit(main())
