"""What a view works with: the installation, the session, the time; and who commits."""

from datetime import date, datetime
from io import BytesIO
from typing import IO, cast

from flask import Flask, Request, Response, current_app, g, request
from sqlalchemy.orm import Session
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.exceptions import HTTPException

from portal.kernel.clock import local_day
from portal.kernel.database import writing
from portal.web.installation import Installation


class UnspooledRequest(Request):
    """Parses bodies in memory: Werkzeug's temporary files would be copies on disk."""

    max_form_parts = 600

    def _get_file_stream(
        self,
        total_content_length: int | None,  # noqa: ARG002 -- the signature is Werkzeug's
        content_type: str | None,  # noqa: ARG002
        filename: str | None = None,  # noqa: ARG002
        content_length: int | None = None,  # noqa: ARG002
    ) -> IO[bytes]:
        return BytesIO()

    def _load_form_data(self) -> None:
        """A part of a form that has no name belongs to no field and is left out.

        Raises once where the body is too large or torn; later it is an empty form,
        so that the page which tells so can be made.
        """
        try:
            super()._load_form_data()
        except HTTPException:
            self.__dict__.update(form=ImmutableMultiDict(), files=ImmutableMultiDict())
            raise
        for kind in ("form", "files"):
            found = self.__dict__[kind]
            if None in found:
                named = [(n, v) for n, v in found.items(multi=True) if n is not None]
                self.__dict__[kind] = type(found)(named)


def installation() -> Installation:
    """The installation this application serves."""
    return cast(Installation, current_app.extensions["portal"])


def now() -> datetime:
    """The moment of this request, the same all through it."""
    found = g.get("now")
    if found is None:
        found = g.now = installation().clock()
    return cast(datetime, found)


def today() -> date:
    """The day of this request in China."""
    return local_day(now())


def db() -> Session:
    """The request's session; a POST takes the write lock at once."""
    if "session" not in g:
        session = installation().sessions()
        g.session = writing(session) if request.method == "POST" else session
    return cast(Session, g.session)


def reading() -> Session:
    """A session for what this request only looks up; nothing in it is committed.

    A submission falls into the letterbox, so it never waits for the desk's write lock.
    """
    if "reading" not in g:
        g.reading = installation().sessions()
    return cast(Session, g.reading)


def forget() -> None:
    """Roll back what this request did so far, because it is refused."""
    if "session" in g:
        g.session.rollback()


def arm(app: Flask) -> None:
    """Commit after a view that returned, close in any case."""

    @app.after_request
    def _(response: Response) -> Response:
        if "session" in g and response.status_code < 400:
            g.session.commit()
        return response

    @app.teardown_appcontext
    def _(_: BaseException | None) -> None:
        for name in ("session", "reading"):
            session = g.pop(name, None)
            if session is not None:
                session.close()
