"""The lists shipped as samples, to be adopted and then edited like any other.

In: the JSON files in `shipped/`, one a list. Out: outlines in the shapes that offices
have published (S1, S2, S4), in our own words. Two of them every installation begins
with; the others are taken on when an office says so.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from portal.checklists.outline import Outline, outline_from
from portal.kernel.errors import NotFoundError

INSTALLED = ("common", "rural")  # the shipped questionnaire asks about their points
OFFERED = (*INSTALLED, "village", "general", "operating")


@dataclass(frozen=True)
class Sample:
    """One shipped list; `code` is the list it begins or continues."""

    code: str
    about: str
    outline: Outline


def sample(code: str) -> Sample:
    """One shipped list.

    Raises NotFoundError.
    """
    if code not in OFFERED:
        raise NotFoundError
    document = _document(code)
    return Sample(code, document["about"], outline_from(document))


def samples() -> list[Sample]:
    """Every shipped list, those every installation begins with first."""
    return [sample(code) for code in OFFERED]


def _document(code: str) -> Mapping[str, Any]:
    file = files("portal.checklists") / "shipped" / f"{code}.json"
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found
