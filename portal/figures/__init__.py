"""Every published number: distribution, bounds and suppression on one card.

In: counts. Out: `FigureCard`, the only thing that makes text of a percentage.
"""

from portal.figures.cards import (
    WORST_CASE,
    FigureCard,
    Mode,
    Share,
    answer_card,
    overall_card,
    slip_card,
)
from portal.figures.measures import Bounds, Distribution, Interval, wilson
from portal.figures.spotchecks import (
    SpotCheckFigure,
    spot_check_card,
    spot_check_figures,
)
from portal.figures.suppression import (
    Suppression,
    groups_shown,
    hidden_cells,
    hidden_ticks,
    may_follow,
)
from portal.figures.totals import DistrictFigure, district_figure

__all__ = [
    "WORST_CASE",
    "Bounds",
    "Distribution",
    "DistrictFigure",
    "FigureCard",
    "Interval",
    "Mode",
    "Share",
    "SpotCheckFigure",
    "Suppression",
    "answer_card",
    "district_figure",
    "groups_shown",
    "hidden_cells",
    "hidden_ticks",
    "may_follow",
    "overall_card",
    "slip_card",
    "spot_check_card",
    "spot_check_figures",
    "wilson",
]
