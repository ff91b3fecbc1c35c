"""What the card of a random sample must carry, and what it says of the whole."""

from typing import TYPE_CHECKING

from portal.figures.measures import Interval
from portal.figures.suppression import SHARES_FROM, Suppression

if TYPE_CHECKING:
    from portal.figures.cards import FigureCard


def refuse_sample(card: "FigureCard") -> None:
    """Refuse a mean, and a share without its companions or before its time.

    Raises ValueError.
    """
    if card.mean is not None or card.bounds or card.households:
        raise ValueError("a spot check has a share of findings, and no mean")
    if not card.ballots <= (card.issued or 0) <= (card.population or 0):
        raise ValueError("no spot check without what was drawn, and from how many")
    has_result = card.distribution is not None or card.share is not None
    if has_result and card.ballots != card.issued:
        raise ValueError("no result before every drawn finding is visited")
    if card.share is not None and card.ballots < SHARES_FROM:
        raise ValueError("too few findings for a share")
    if (card.share is None) is not (card.interval is None):
        raise ValueError("no share without its interval")
    if card.share is not None and card.distribution is None:
        raise ValueError("no share without its whole distribution")


def refuse_interval(card: "FigureCard") -> None:
    """Refuse to say of opinions what only a random sample can say.

    Raises ValueError.
    """
    companions: tuple[object, ...] = (card.bounds, card.interval)
    is_sample = any(isinstance(one, Interval) for one in companions)
    if is_sample or card.share is not None or card.population is not None:
        raise ValueError("Wilson fits the share of a random sample, and no mean")


def interval_text(card: "FigureCard") -> str | None:
    """What the share of a sample says of all it was drawn from."""
    if card.interval is None:
        return None
    if card.issued == card.population:
        return "一个不漏全看了，这就是实际的比例。"
    low, high = card.interval.low * 100, card.interval.high * 100
    return (
        f"只抽了一部分，所以全部 {card.population} 个里改好的占多少，"
        f"只能说：有 95% 的把握在 {low:.1f}%–{high:.1f}% 之间。"
    )


def unshown_text(card: "FigureCard") -> str | None:
    """Why a sample has no share."""
    if card.suppression is Suppression.UNFINISHED:
        left = (card.issued or 0) - card.ballots
        return (
            f"抽了 {card.issued} 个，还有 {left} 个没去看。"
            "全部看完才公布结果，免得只挑好看的说。"
        )
    if card.suppression is Suppression.TOO_FEW:
        return f"只抽了 {card.issued} 个，不足 {SHARES_FROM} 个，只写个数，不算比例。"
    return None
