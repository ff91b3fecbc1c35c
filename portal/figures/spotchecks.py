"""随机抽查: the card of each draw, and what it takes to draw again."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from portal.figures.cards import FigureCard, Mode
from portal.figures.measures import Distribution, Interval, wilson
from portal.figures.suppression import SHARES_FROM, Suppression
from portal.rectification import Outcome, SpotCheck, spot_checks
from portal.vote.terms import Option

DEFINITION = (
    "改好率：抽到的问题里，去看的人说「改好了」的占多少。只改了一部分的不算改好。"
)
SEEN = (
    Option(Outcome.FIXED, "改好了", None),
    Option(Outcome.PARTLY, "改了一部分", None),
    Option(Outcome.NOT_FIXED, "没改", None),
)


@dataclass(frozen=True)
class SpotCheckFigure:
    """A spot check with its card; None before the draw, when there is only a list."""

    check: SpotCheck
    card: FigureCard | None


def spot_check_figures(session: Session, round_id: int) -> list[SpotCheckFigure]:
    """Every spot check of a round, the first one first: none is left out."""
    return [SpotCheckFigure(c, _card(c)) for c in spot_checks(session, round_id)]


def spot_check_card(
    title: str, counts: Mapping[Outcome, int], *, drawn: int, population: int
) -> FigureCard:
    """The card of one draw; `counts` of the findings visited so far, by outcome.

    While a finding waits to be visited there is no result, so that nobody stops
    where it looks best. Of fewer than ten drawn there are counts and no share.
    """
    unfinished = FigureCard(
        title=title,
        definition=DEFINITION,
        mode=Mode.SPOT_CHECK,
        ballots=sum(counts.values()),
        issued=drawn,
        population=population,
        suppression=Suppression.UNFINISHED,
    )
    if unfinished.ballots < drawn:
        return unfinished
    seen = {option.id: counts.get(Outcome(option.id), 0) for option in SEEN}
    few = replace(
        unfinished,
        distribution=Distribution(seen, SEEN),
        suppression=Suppression.TOO_FEW,
    )
    if drawn < SHARES_FROM:
        return few
    fixed = seen[Outcome.FIXED]
    return replace(
        few,
        share=fixed / drawn,
        interval=_interval(fixed, drawn=drawn, population=population),
        suppression=Suppression.NONE,
    )


def _interval(fixed: int, *, drawn: int, population: int) -> Interval:
    """Wilson with its correction, cut to what is possible.

    Where most were drawn the approximation reaches beyond what the few that were not
    could still make of the share.
    """
    found = wilson(fixed, drawn, population)
    least, most = fixed / population, (fixed + population - drawn) / population
    return Interval(max(found.low, least), min(found.high, most))


def _card(check: SpotCheck) -> FigureCard | None:
    if check.seed is None:
        return None
    return spot_check_card(
        f"随机抽查（第 {check.number} 次）",
        check.outcomes,
        drawn=check.size,
        population=len(check.listed),
    )
