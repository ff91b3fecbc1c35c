"""Stage `checklists`: what an inspection looks for, in versions that stand.

In: lists of aspects, points and problems. Out: the points a round tags with.
"""

from portal.checklists.lists import (
    Aspect,
    Checklist,
    Point,
    Problem,
    RoundChecklist,
    Scope,
    install,
    install_shipped,
    keep,
    kept,
    latest,
    point_of,
    points,
)

__all__ = [
    "Aspect",
    "Checklist",
    "Point",
    "Problem",
    "RoundChecklist",
    "Scope",
    "install",
    "install_shipped",
    "keep",
    "kept",
    "latest",
    "point_of",
    "points",
]
