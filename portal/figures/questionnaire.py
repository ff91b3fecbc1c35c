"""Questionnaire results per community and for the district, suppressed."""

from collections.abc import Mapping
from dataclasses import dataclass

from portal.figures.cards import FigureCard, Mode, answer_card
from portal.figures.measures import Distribution
from portal.figures.suppression import Suppression
from portal.figures.totals import DistrictFigure, district_figure
from portal.vote.slips import Option

DEFINITION = "选这一项的份数。问卷是自愿填的，不能当成全体居民的看法。"


@dataclass(frozen=True)
class QuestionFigures:
    """One question: cards by place, and the total over those shown whole.

    A community with a hidden cell is not in the total: from it the cell could be had
    by subtracting the others. `total` is None where no community is shown whole.
    """

    places: dict[str, FigureCard]
    total: DistrictFigure | None


def questionnaire_figures(
    counts: Mapping[str, Mapping[str, int]],
    *,
    title: str,
    scale: tuple[Option, ...],
    definition: str = DEFINITION,
) -> QuestionFigures:
    """Cards of one question; `counts` by place code and option id.

    Give it counts that went through `suppression.refreshed`.
    """
    cards = {
        place: answer_card(
            title,
            Distribution({o.id: given.get(o.id, 0) for o in scale}, scale),
            mode=Mode.QUESTIONNAIRE,
            definition=definition,
        )
        for place, given in counts.items()
    }
    whole = any(card.suppression is Suppression.NONE for card in cards.values())
    total = district_figure(title, list(cards.values())) if whole else None
    return QuestionFigures(cards, total)
