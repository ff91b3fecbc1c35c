"""How pages come out: language, inline style under its hash, headers, compression.

A resident's page is one response: style and script are inlined and allowed by
their SHA-256 in the Content-Security-Policy. Pages that are the same for everybody
at an entrance are rendered and compressed once for a few seconds; only the form
token between their two halves is made for each visitor.
"""

import base64
import gzip
import hashlib
import struct
import time
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import cycle
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote, urlencode

from flask import Flask, Response, current_app, g, request, url_for
from flask import render_template as render
from jinja2 import StrictUndefined
from markupsafe import Markup

from portal.web.language import gettext, language, ngettext

PACKAGED = Path(__file__).parent.parent / "assets"
CHECKOUT = Path(__file__).parent.parent.parent
CHOICES = ("big", "lang")  # what a reader chose stays in the addresses they follow
TOKEN = "@@form-token@@"  # noqa: S105 -- the place of a token, not a token
KEEP_SECONDS = 5.0  # how late a closed round may still show its form; POST asks again
MOST_KEPT = 2000  # pages; a round of 64 communities × 9 channels × 3 pages fits
SMALLEST_ZIPPED = 600  # bytes; below that gzip gains nothing
BUNDLES: Mapping[str, Sequence[str]] = {  # the one script of a page, by its name
    "page": ("public.js",),
    "letter": ("public.js", "hints.js"),
    "puzzle": ("public.js", "puzzle.js"),
    "pictures": ("public.js", "pictures.js"),
}


def assets(kind: str) -> Path:
    """The folder of `templates` or `static`: the wheel's, else the checkout's."""
    packaged = PACKAGED / kind
    return packaged if packaged.is_dir() else CHECKOUT / kind


@lru_cache
def _asset(*names: str) -> tuple[str, str]:
    """Text of inlined files, joined, and its CSP source expression."""
    files = [(assets("static") / name).read_text("utf-8").strip() for name in names]
    text = "\n".join(files)
    digest = hashlib.sha256(text.encode()).digest()
    return text, f"'sha256-{base64.b64encode(digest).decode()}'"


@lru_cache
def _public_policy() -> str:
    scripts = " ".join(_asset(*files)[1] for files in BUNDLES.values())
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src {_asset('public.css')[1]} {_asset('paper.css')[1]}",
            f"script-src {scripts}",
            "img-src 'self' data:",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


DESK_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

HEADERS: Mapping[str, str] = {
    "Referrer-Policy": "same-origin",  # no-referrer makes Chromium send Origin: null
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow",
    "Permissions-Policy": "geolocation=(), camera=(), microphone=()",
}


def page_url(endpoint: str, **values: Any) -> str:
    """`url_for` that carries the reader's choice of size and language along."""
    if not endpoint.startswith("desk.") and endpoint != "static":
        values = {**_choices(), **values}
    return url_for(endpoint, **values)


def _choices() -> dict[str, str]:
    """Plain words only: what stands in a kept page must not look like `TOKEN`."""
    sent = request.args
    return {n: sent[n] for n in CHOICES if n in sent and sent[n].isalnum()}


def _turned(**changes: str) -> str:
    """The address of this page with the reader's choices; an empty one is dropped."""
    wanted = {name: value for name, value in {**_choices(), **changes}.items() if value}
    path = "/" + quote(request.path.lstrip("/"))  # //host/ would lead elsewhere
    return f"{path}?{urlencode(wanted)}" if wanted else path


@dataclass(frozen=True)
class KeptPage:
    """A rendered page in pieces, plain and compressed, around the places to fill."""

    parts: tuple[bytes, ...]
    zipped: tuple[bytes, ...]
    until: float
    revision: str = ""  # of the questionnaire it shows

    def filled(self, fills: Sequence[bytes]) -> bytes:
        """The plain page with the fills, in turn, at its places."""
        return _woven(self.parts, fills)

    def filled_and_zipped(self, fills: Sequence[bytes]) -> bytes:
        """The page as one gzip member, fills as stored blocks (RFC 1951 §3.2.4)."""
        plain = self.filled(fills)
        stored = [_stored(fill) for fill in fills]
        trailer = struct.pack("<LL", zlib.crc32(plain), len(plain) & 0xFFFFFFFF)
        return _GZIP_HEADER + _woven(self.zipped, stored) + trailer


def _woven(parts: Sequence[bytes], fills: Sequence[bytes]) -> bytes:
    woven = [parts[0]]
    for fill, part in zip(cycle(fills), parts[1:], strict=False):
        woven += (fill, part)
    return b"".join(woven)


def _stored(fill: bytes) -> bytes:
    size = len(fill)
    return b"\x00" + struct.pack("<HH", size, size ^ 0xFFFF) + fill


_GZIP_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"


def kept_page(
    name: str,
    build: Callable[[], str],
    fills: Callable[[], Sequence[str]] = lambda: [""],
) -> Response:
    """A page that is the same for everybody but for what is filled in, built rarely.

    `build` renders with `TOKEN` at each place to be filled; `fills` are what goes
    there for this visitor, in turn (a form's token, the groups of a receipt). Kept
    by `name`, by the path as the form's token knows it, and by what a reader can
    choose; what others append to an address changes nothing.
    """
    chosen = ("big" in request.args, *sorted(_choices().items()))
    whole_key = (name, request.path.lower(), language(), *chosen)
    page = _kept().get(whole_key)
    if page is None or page.until < time.monotonic():
        page = _keep(whole_key, build())
    g.revision_shown = page.revision
    fresh = [fill.encode() for fill in fills()]
    if "gzip" not in request.headers.get("Accept-Encoding", ""):
        return Response(page.filled(fresh), mimetype="text/html")
    response = Response(page.filled_and_zipped(fresh), mimetype="text/html")
    response.headers["Content-Encoding"] = "gzip"
    return response


def _keep(key: tuple[object, ...], html: str) -> KeptPage:
    parts = tuple(html.encode().split(TOKEN.encode()))
    last = len(parts) - 1
    page = KeptPage(
        parts=parts,
        zipped=tuple(_deflated(p, is_last=i == last) for i, p in enumerate(parts)),
        until=time.monotonic() + KEEP_SECONDS,
        revision=g.get("revision_shown", ""),
    )
    if len(_kept()) >= MOST_KEPT:
        _kept().clear()
    _kept()[key] = page
    return page


def _kept() -> dict[tuple[object, ...], KeptPage]:
    return cast(
        dict[tuple[object, ...], KeptPage],
        current_app.extensions.setdefault("kept_pages", {}),
    )


def _deflated(part: bytes, *, is_last: bool) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    end = zlib.Z_FINISH if is_last else zlib.Z_FULL_FLUSH
    return packer.compress(part) + packer.flush(end)


def _compress(response: Response) -> None:
    if (
        response.direct_passthrough
        or "Content-Encoding" in response.headers
        or not (response.mimetype or "").startswith("text/")
        or "gzip" not in request.headers.get("Accept-Encoding", "")
    ):
        return
    body = response.get_data()
    if len(body) >= SMALLEST_ZIPPED:
        response.set_data(gzip.compress(body, 6, mtime=0))
        response.headers["Content-Encoding"] = "gzip"


def _finish(response: Response) -> Response:
    _compress(response)
    is_desk = request.path.startswith("/desk")
    policy = DESK_POLICY if is_desk else _public_policy()
    response.headers["Content-Security-Policy"] = policy
    response.headers.update(HEADERS)
    if request.endpoint != "static":
        response.headers["Cache-Control"] = "no-store"
        response.headers["Vary"] = "Accept-Encoding, Accept-Language"
    return response


def _script(bundle: str) -> Markup:
    """The text of a bundle, for the one script element of a page."""
    return Markup(_asset(*BUNDLES[bundle])[0])  # noqa: S704 -- our own files


def _style(name: str) -> Markup:
    """The text of a style sheet, for the one style element of a page."""
    return Markup(_asset(name)[0])  # noqa: S704 -- our own file


def size(default: str) -> dict[str, object]:
    """Whether this page is in big print, and the choice that turns it round.

    `default`: "1" or "0", what it is where the reader chose nothing.
    """
    chosen = request.args.get("big", default)
    is_big = chosen != "0"
    other = "0" if is_big else "1"
    return {"big": is_big, "other_size": "" if other == default else other}


def _context() -> dict[str, object]:
    return {
        "page_style": _style("public.css"),
        "paper_style": _style("paper.css"),
        "page_script": _script,
        "lang": "en" if language() == "en" else "zh-CN",
        **size("0"),
        "here": _turned(),
        "turned": _turned,
        "choices": _choices(),
        "url_for": page_url,
    }


def arm(app: Flask) -> None:
    """Give the application its environment, headers and compression."""
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.jinja_env.add_extension("jinja2.ext.i18n")
    # Not newstyle: that calls every message safe HTML, and some carry what was typed.
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # i18n
        gettext, ngettext, newstyle=False
    )
    app.context_processor(_context)
    app.after_request(_finish)


__all__ = ["TOKEN", "arm", "gettext", "kept_page", "page_url", "render", "size"]
