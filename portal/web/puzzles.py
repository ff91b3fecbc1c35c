"""The page that asks for a puzzle, with everything typed travelling along."""

from flask import Flask, request
from flask.typing import ResponseReturnValue

from portal.intake.budget import PuzzleNeededError
from portal.intake.puzzle import Answer, Puzzle, is_solved, puzzle
from portal.kernel import sealing
from portal.web.rendering import render
from portal.web.request import forget, installation, now

STATUS = 428  # Precondition Required: the same form once more, with an answer
FIELDS = ("ticket", "work", "total")
TOO_EARLY = "早了一点。请再等几秒，再点一次。"
WRONG = "不对。换了一道，请再答一次。"


def is_answered(key: bytes) -> bool:
    """Whether this request brings the answer to the puzzle of a submission."""
    return is_solved(_secret(), key, given=_given(), now=now())


def page(asked: PuzzleNeededError) -> ResponseReturnValue:
    """Ask, or ask again; nothing that was typed is lost."""
    forget()
    given = _given()
    found = puzzle(_secret(), asked.key, given=given, now=now())
    is_early = found.ticket == given.ticket
    return render(
        "public/puzzle/page.html",
        sentence=asked.sentence,
        puzzle=found,
        typed=_typed(),
        token=request.form.get("csrf_token", ""),
        kept_total=given.total if is_early else "",
        error=_error(found, given),
    ), STATUS


def _error(found: Puzzle, given: Answer) -> str:
    if not given.total:
        return ""
    return TOO_EARLY if found.ticket == given.ticket else WRONG


def _given() -> Answer:
    return Answer(*(request.form.get(name, "") for name in FIELDS))


def _typed() -> list[tuple[str, str]]:
    return [
        (name, value)
        for name, value in request.form.items(multi=True)
        if value and name not in {"csrf_token", "pad", *FIELDS}
    ]


def _secret() -> bytes:
    return sealing.derive(installation().door.pepper, "puzzle")


def arm(app: Flask) -> None:
    """Answer with the page wherever a puzzle is needed."""
    app.register_error_handler(PuzzleNeededError, page)
