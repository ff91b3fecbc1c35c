"""The shipped questionnaire: common questions, and individual ones by kind.

In: the JSON files beside this one, one section a file, and `common.json`. Out: one
document for every kind of community; conditions on facts choose the sections. The
kinds and what is asked of them follow S2 (涉农, 城市; 纯居委会, 飞地, 厂居).
"""

import json
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

INDIVIDUAL = ("rural", "urban", "committee", "exclave", "factory")
CLOSING = 1  # sections of common.json that come after the individual ones


@dataclass(frozen=True)
class Category:
    """What a letter is about: the residents' words, and the office's (S2)."""

    id: str
    label: str
    formal: str


def compose() -> dict[str, Any]:
    """A fresh document, for the caller to change: common and all individual sections.

    The individual sections stand before the common closing one, so that the open
    question comes last.
    """
    document: dict[str, Any] = _shipped("common")
    sections = document["sections"]
    individual = [_shipped(name) for name in INDIVIDUAL]
    sections[-CLOSING:-CLOSING] = individual
    return document


@lru_cache(maxsize=1)
def categories() -> tuple[Category, ...]:
    """What a resident can choose from in a letter, 「别的事」 last."""
    return tuple(Category(**entry) for entry in _shipped("categories"))


def _shipped(name: str) -> Any:
    file = files("portal.questionnaires.shipped") / f"{name}.json"
    return json.loads(file.read_text(encoding="utf-8"))
