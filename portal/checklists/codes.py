"""Codes of points: permanent, and never two points under one.

In: an outline whose new points have no code, and what the codes known so far stand
for. Out: the outline with a code for every point.
"""

import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import replace

from portal.checklists.outline import AspectText, Outline, PointText, key
from portal.kernel.codes import random_code

CODE = re.compile(r"[a-z][a-z0-9_]{0,31}\.[a-z][a-z0-9_]{0,31}")
FRESH = 5  # random characters, so that a draft given up never lends its codes

Titles = Mapping[tuple[str, str], str]  # keys of aspect and point → code


def list_code() -> str:
    """A code for a new list, which its points' codes begin with."""
    return f"l{random_code(FRESH).lower()}"


def titles_of(outline: Outline) -> Titles:
    """Where to find the code of a point whose file lost it."""
    return {
        (key(aspect.title), key(point.title)): point.code
        for aspect in outline.aspects
        for point in aspect.points
    }


def recognised(outline: Outline, titles: Titles) -> Outline:
    """Points without a code get that of the point of the same aspect and title."""
    taken = {point.code for point in outline.points}

    def known(aspect: AspectText, point: PointText) -> PointText:
        found = titles.get((key(aspect.title), key(point.title)), "")
        if point.code or found in taken:
            return point
        return replace(point, code=found)

    return replace(
        outline,
        aspects=tuple(
            replace(one, points=tuple(known(one, point) for point in one.points))
            for one in outline.aspects
        ),
    )


def coded(outline: Outline, prefix: str, *, taken: Collection[str]) -> Outline:
    """Points that still have no code get a fresh one that nothing ever had."""
    used = {*taken, *(point.code for point in outline.points)}
    aspects = []
    for aspect in outline.aspects:
        begin = _prefix(aspect) or prefix
        points = tuple(_with_code(point, begin, used) for point in aspect.points)
        aspects.append(replace(aspect, points=points))
    return replace(outline, aspects=tuple(aspects))


def _prefix(aspect: AspectText) -> str:
    """What most codes of the aspect begin with; "" where it has none yet."""
    found = Counter(p.code.partition(".")[0] for p in aspect.points if p.code)
    return found.most_common(1)[0][0] if found else ""


def _with_code(point: PointText, prefix: str, used: set[str]) -> PointText:
    code = point.code
    while not code or (not point.code and code in used):
        code = f"{prefix}.n{random_code(FRESH).lower()}"
    used.add(code)
    return replace(point, code=code)
