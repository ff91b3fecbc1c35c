"""整改: what units file and the office reviews, and who says that it is fixed.

In: signed handovers. Out: findings that move, and four facts side by side: 责任单位,
巡察组, 反映人, and 回访 of what a spot check drew (design promise 10).
"""

from portal.rectification.drawing import Plan, discard_list, draw, freeze_list
from portal.rectification.filing import (
    EmptyStepError,
    Filing,
    NoRemarkError,
    Step,
    StepKind,
    StepOrderError,
    Verdict,
    accepted_text,
    file_step,
    get_step,
    next_kind,
    review_step,
    steps,
)
from portal.rectification.sources import (
    Confirmation,
    Disagreement,
    Outcome,
    Source,
    check,
    confirm,
    confirmations,
    confirmations_in,
    disagreement,
    is_disputed,
)
from portal.rectification.spotchecks import (
    ListedFinding,
    SpotCheck,
    drawable,
    get_spot_check,
    numbers_in,
    spot_checks,
)
from portal.rectification.visits import drawn_finding, drawn_for, visit

__all__ = [
    "Confirmation",
    "Disagreement",
    "EmptyStepError",
    "Filing",
    "ListedFinding",
    "NoRemarkError",
    "Outcome",
    "Plan",
    "Source",
    "SpotCheck",
    "Step",
    "StepKind",
    "StepOrderError",
    "Verdict",
    "accepted_text",
    "check",
    "confirm",
    "confirmations",
    "confirmations_in",
    "disagreement",
    "discard_list",
    "draw",
    "drawable",
    "drawn_finding",
    "drawn_for",
    "file_step",
    "freeze_list",
    "get_spot_check",
    "get_step",
    "is_disputed",
    "next_kind",
    "numbers_in",
    "review_step",
    "spot_checks",
    "steps",
    "visit",
]
