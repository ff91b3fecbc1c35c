"""What happens to a code between the printer and a phone, and who still reads it.

Deterministic distortions of a rasterised artefact, and three decoders that share no
code: ZXing, OpenCV's own, and WeChat's engine from opencv-contrib.
"""

import io
from collections.abc import Callable, Mapping
from typing import Any

import cv2
import numpy as np
import zxingcpp
from PIL import Image

Grey = Any  # a two-dimensional array of bytes; the three libraries name it differently
NOISE = 20260914  # the seed


def encoded(image: Grey, quality: int) -> Grey:
    target = io.BytesIO()
    Image.fromarray(image).save(target, "JPEG", quality=quality)
    return np.asarray(Image.open(io.BytesIO(target.getvalue())).convert("L"))


def blurred(image: Grey, module: float) -> Grey:
    return cv2.GaussianBlur(image, (0, 0), module * 0.35)


def rotated(image: Grey, degrees: float) -> Grey:
    height, width = image.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 0.8)
    return cv2.warpAffine(image, turn, (width, height), borderValue=(200,))


def tilted(image: Grey) -> Grey:
    """Seen from the side and below: 18 % shorter at one edge."""
    height, width = image.shape
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    seen = corners + np.array(
        [
            [width * 0.04, height * 0.08],
            [-width * 0.02, 0],
            [0, 0],
            [width * 0.06, -height * 0.1],
        ],
        np.float32,
    )
    warp = cv2.getPerspectiveTransform(corners, seen)
    return cv2.warpPerspective(image, warp, (width, height), borderValue=(200,))


def noisy(image: Grey) -> Grey:
    """A dim lobby: a third of the contrast, and noise."""
    noise = np.random.default_rng(NOISE).normal(0, 8, image.shape)
    return np.clip(image / 3 + 70 + noise, 0, 255).astype(np.uint8)


def covered(image: Grey, share: float, symbol: tuple[int, int, int]) -> Grey:
    """A strip of tape over a share of the symbol, off its corners."""
    left, top, side = symbol
    spoiled = image.copy()
    area = share * side * side
    width = int(side * 0.4)
    height = int(area / width)
    x, y = left + int(side * 0.5), top + int(side * 0.35)
    spoiled[y : y + height, x : x + width] = 190
    return spoiled


def recompressed(image: Grey) -> Grey:
    """As a chat app passes a picture on: smaller, twice through JPEG."""
    height, width = image.shape
    once = encoded(image, 60)
    small = cv2.resize(once, (width * 3 // 4, height * 3 // 4), interpolation=3)
    return encoded(small, 45)


def distortions(
    module: float, symbol: tuple[int, int, int]
) -> Mapping[str, Callable[[Grey], Grey]]:
    """By name; `module` in pixels, `symbol` its left, top and side in pixels."""
    return {
        "clean": lambda image: image,
        "blur": lambda image: blurred(image, module),
        "rotate 7": lambda image: rotated(image, 7),
        "rotate 90": lambda image: np.ascontiguousarray(np.rot90(image)),
        "perspective": tilted,
        "jpeg 20": lambda image: encoded(image, 20),
        "dim and noisy": noisy,
        "5 % covered": lambda image: covered(image, 0.05, symbol),
        "10 % covered": lambda image: covered(image, 0.10, symbol),
        "recompressed": recompressed,
    }


def by_zxing(image: Grey) -> str:
    found = zxingcpp.read_barcodes(image)
    return found[0].text if found else ""


def by_opencv(image: Grey) -> str:
    text, _, _ = cv2.QRCodeDetector().detectAndDecode(image)
    return str(text)


def by_wechat(image: Grey) -> str:
    texts, _ = cv2.wechat_qrcode.WeChatQRCode().detectAndDecode(image)
    return str(texts[0]) if texts else ""


DECODERS: Mapping[str, Callable[[Grey], str]] = {
    "ZXing": by_zxing,
    "OpenCV": by_opencv,
    "WeChat": by_wechat,
}
