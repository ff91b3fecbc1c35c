"""One table from refusals to pages; nothing typed is lost, no traceback is shown."""

import sys
import traceback
from contextlib import suppress

from flask import Flask, g, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest, HTTPException, RequestEntityTooLarge

from portal.kernel.errors import (
    ConflictError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    Refusal,
)
from portal.web.rendering import page_url, render
from portal.web.request import forget

STATUS: dict[type[Refusal], int] = {
    NotFoundError: 404,
    ForbiddenError: 403,
    ConflictError: 409,
    InvalidError: 422,
}

TITLES = {
    403: "这一步没有权限",
    404: "没有找到",
    405: "请从页面上的按钮进入",
    409: "现在做不了",
    413: "内容太大",
    422: "请再看一下",
    429: "人太多了，请稍等",
    500: "出了点问题",
}

SENTENCES = {
    404: NotFoundError.sentence,
    405: "请返回上一页，从页面上的按钮进入。",
    413: (
        "一次发的内容太大，没有收下，这一页也显示不了。"
        "请按返回键回到刚才那一页，您写的还在那里，删短一些或分几次发。"
    ),
    429: "这会儿提交的人特别多。您写的都还在下面，过一分钟点「再发一次」就行。",
    500: "是我们这边出了问题，不是您的错。请过几分钟再试一次。",
}

_NOT_SHOWN = {"csrf_token", "password", "totp", "pad"}
_NOT_WRITTEN = {"revision", "step", "ticket", "work", "total"}
_ALWAYS_WRITTEN = {"text", "contact", "receipt"}
LONGEST_TICK = 20  # characters; ids of options are shorter


def status_of(refusal: Refusal) -> int:
    """The HTTP status of a refusal."""
    return next((STATUS[kind] for kind in type(refusal).__mro__ if kind in STATUS), 400)


def _page(status: int, sentence: str) -> ResponseReturnValue:
    audience = "desk" if request.path.startswith("/desk") else "public"
    return render(
        f"{audience}/error.html",
        heading=TITLES.get(status, TITLES[500]),
        sentence=sentence,
        typed=_typed(status),
        is_words=_is_words,
        token=_token() if _typed(status) else "",
        hub="" if status == 404 else _hub(),
        is_shut=status in {404, 409},  # sending again will hardly help
    ), status


def _hub() -> str:
    """Where somebody goes back to who scanned a code; empty for everybody else."""
    if not (request.endpoint and request.path.lower().startswith("/q/")):
        return ""
    return page_url("public.hub.page", code=(request.view_args or {})["code"])


def _token() -> str:
    """The token that was sent, or the fresh one where that one has expired."""
    return str(g.get("fresh_token") or request.form.get("csrf_token", ""))


def _typed(status: int) -> list[tuple[str, str]]:
    """What was typed, to be sent again or copied."""
    if request.method != "POST" or status == 413:
        return []
    try:
        typed = request.form
    except HTTPException:
        return []  # too large or torn: this refusal is being told, not that one
    pairs = typed.items(multi=True)
    return [(name, value) for name, value in pairs if name not in _NOT_SHOWN]


def _is_words(name: str, value: str) -> bool:
    """Whether somebody wrote this, so that it is shown and can be copied.

    What was ticked travels along unseen.
    """
    if name in _NOT_WRITTEN:
        return False
    is_tick = value.isascii() and len(value) <= LONGEST_TICK
    return not is_tick or "." in name or name in _ALWAYS_WRITTEN


def _refused(refusal: Refusal) -> ResponseReturnValue:
    forget()
    with suppress(BadRequest):
        try:
            request.form.get("csrf_token")  # parses the body, if nobody has yet
        except RequestEntityTooLarge as error:
            return _http(error)  # the words cannot be shown: that comes first
    return _page(status_of(refusal), refusal.sentence)


def _http(error: HTTPException) -> ResponseReturnValue:
    fault = getattr(error, "original_exception", None)
    if fault is not None:
        return _crashed(fault)
    forget()
    status = error.code or 500
    if status < 400:
        return error.get_response()
    if isinstance(error, RequestEntityTooLarge):
        return _page(413, SENTENCES[413])
    body = _page(status, SENTENCES.get(status, SENTENCES[500]))
    if status == 429 and isinstance(body, tuple):
        return body[0], 429, {"Retry-After": "60"}
    return body


def _crashed(error: Exception) -> ResponseReturnValue:
    """A fault of ours: told without path, address or time (design promise 1)."""
    forget()
    frames = traceback.extract_tb(error.__traceback__)
    where = " < ".join(f"{f.name}:{f.lineno}" for f in reversed(frames[-4:]))
    sys.stderr.write(f"fault {type(error).__name__} at {where}\n")
    return _page(500, SENTENCES[500])


def arm(app: Flask) -> None:
    """Register the table."""
    app.register_error_handler(Refusal, _refused)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _crashed)
    # Flask's own line tells path, moment and values where a commit fails.
    app.logger.disabled = True
