"""The application factory."""

from collections.abc import Callable
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from flask import Blueprint, Flask
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map, UnicodeConverter, ValidationError

from portal.kernel.settings import Settings
from portal.web import (
    desk,
    errors,
    guards,
    limits,
    public,
    puzzles,
    rendering,
    request,
)
from portal.web.installation import Installation

LARGEST_BODY = 512 * 1024  # bytes; a letter of 5000 characters is 45 KB when encoded
LARGEST_ROW = 2**31 - 1  # the largest number of a row in PostgreSQL


class RowNumber(IntegerConverter):
    """The number of a row in an address; what no row can have is not found."""

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, max=LARGEST_ROW)


class Word(UnicodeConverter):
    """A code or name in an address; with a NUL, which no row has, it is not found."""

    def to_python(self, value: str) -> str:
        """The word.

        Raises ValidationError.
        """
        if "\0" in value:
            raise ValidationError
        return value


class Portal(Flask):
    """The application; it parses bodies in memory and has no coroutines."""

    request_class = request.UnspooledRequest

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Ask of no view or hook, at each request, whether it is one."""
        return func


def create_app(installation: Installation | None = None) -> Flask:
    """The WSGI application of an installation, or of the one in the environment."""
    installation = installation or Installation.at(Settings.from_environment())
    app = Portal(
        "portal",
        template_folder=str(rendering.assets("templates")),
        static_folder=str(rendering.assets("static")),
    )
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.config["MAX_FORM_MEMORY_SIZE"] = LARGEST_BODY
    app.url_map.converters |= {"int": RowNumber, "default": Word}
    app.extensions["portal"] = installation
    for piece in (rendering, request, limits, guards, errors, puzzles):
        piece.arm(app)
    app.register_blueprint(_audience("public", public.__path__))
    app.register_blueprint(_audience("desk", desk.__path__), url_prefix="/desk")
    hops = installation.settings.trusted_proxies
    if hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]
    return app


def _audience(name: str, folder: list[str]) -> Blueprint:
    """The blueprint of an audience with the `bp` of each of its page modules."""
    parent = Blueprint(name, __name__)
    for page in sorted(module.name for module in iter_modules(folder)):
        module = import_module(f"portal.web.{name}.{page}")
        if hasattr(module, "bp"):
            parent.register_blueprint(module.bp)
    return parent
