"""Casting: a ballot is taken where its slip was made for the community.

In: a typed secret, a score for every dimension, and answers about items, as many as
the voter likes. Out: a receipt with the check codes.
The secret is forgotten on return (see `box` for what is kept).
"""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.kernel.errors import ConflictError, InvalidError
from portal.vote.box import BallotBox, Scores
from portal.vote.election import Election, ElectionState
from portal.vote.posting import PlaceManifest, find_manifest, manifests
from portal.vote.records import voided
from portal.vote.slips import Precinct, Slip, read_secret, slip_of
from portal.vote.terms import Terms


class TooEarlyError(ConflictError):
    """Voting has not opened."""

    sentence = "投票还没有开始，哪天开始请看社区公告。发了票的，请先收好。"


class VoteClosedError(ConflictError):
    """The vote was closed."""

    sentence = "投票已经结束，不能再投。结果会张贴在社区公告栏，也会在本网站公布。"


class UnknownSlipError(InvalidError):
    """No slip of this election has that secret."""

    sentence = "没有这张选票。请对照选票核对 16 个字符；仍不行，请联系社区的监票人。"


class VoidSlipError(InvalidError):
    """The slip was drawn and opened before the vote."""

    sentence = "这张选票在发放前抽验时当众拆开，已经作废，不能投。请联系社区的监票人。"


class OtherCommunityError(InvalidError):
    """The slip is of another community of the same election."""

    def __init__(self, *, place_id: int, place_name: str) -> None:
        super().__init__(
            f"这张选票是{place_name}的。请到{place_name}的投票页去投，或扫选票上的二维码。"
        )
        self.place_id = place_id


class MissingScoresError(InvalidError):
    """Not every dimension was scored; what was chosen is kept in `chosen`."""

    def __init__(self, terms: Terms, *, chosen: Scores) -> None:
        self.missing = tuple(d for d in terms.dimensions if d.id not in chosen)
        self.chosen = dict(chosen)
        names = "、".join(dimension.name for dimension in self.missing)
        asides = "、".join(o.name for o in terms.scale if o.points is None)
        super().__init__(
            f"还有没选的：{names}。不清楚的可以选「{asides}」。"
            if asides
            else f"还有没选的：{names}。"
        )


@dataclass(frozen=True)
class Receipt:
    """What a voter takes along: check codes by dimension id; also printed on the slip.

    Those of items that were answered, by item id, are on no slip. `replaced` tells that
    the slip had been voted before: a voter who did not do so learns that somebody else
    did.
    """

    number: str
    check_codes: dict[str, str]
    replaced: bool


def cast(
    box: BallotBox,
    session: Session,
    *,
    election: Election,
    place_id: int,
    secret: str,
    scores: Scores,
) -> Receipt:
    """Take one ballot by the secret as typed; voting again replaces.

    Raises TooEarlyError, VoteClosedError, NotASecretError, VoidSlipError,
    UnknownSlipError, OtherCommunityError, MissingScoresError; then nothing is kept.
    """
    require_open(election)
    posted, slip = require_slip(session, election, place_id, secret=secret)
    chosen = require_scores(posted.precinct, scores)
    replaced = box.put(posted, slip, scores=chosen)
    check_codes = {name: slip.check_codes[name] for name in chosen}
    return Receipt(slip.number, check_codes, replaced)


def require_open(election: Election) -> None:
    """Refuse while no ballots are taken.

    Raises TooEarlyError, VoteClosedError.
    """
    if election.state is ElectionState.PREPARED:
        raise TooEarlyError
    if election.state is not ElectionState.OPEN:
        raise VoteClosedError


def require_scores(precinct: Precinct, scores: Scores) -> Scores:
    """What was chosen: a score for every dimension, and what was said of items.

    Raises MissingScoresError.
    """
    chosen = {
        name: scores[name]
        for name, scale in precinct.scales.items()
        if scores.get(name) in {option.id for option in scale}
    }
    if any(dimension.id not in chosen for dimension in precinct.terms.dimensions):
        raise MissingScoresError(precinct.terms, chosen=chosen)
    return chosen


def require_slip(
    session: Session, election: Election, place_id: int, *, secret: str
) -> tuple[PlaceManifest, Slip]:
    """A community's manifest and the slip of a typed secret, its id found in there.

    It is compared in full.

    Raises NotASecretError, VoidSlipError, UnknownSlipError, OtherCommunityError.
    """
    here = find_manifest(session, election.id, place_id)
    if here and (slip := _made_for(session, here, read_secret(secret))):
        return here, slip
    other, _ = find_slip(session, election, secret=secret)
    raise OtherCommunityError(place_id=other.place_id, place_name=other.place.name)


def find_slip(
    session: Session, election: Election, *, secret: str
) -> tuple[PlaceManifest, Slip]:
    """The slip of a typed secret, and the community it was made for.

    Raises NotASecretError, VoidSlipError, UnknownSlipError.
    """
    read = read_secret(secret)
    for posted in manifests(session, election.id):
        if slip := _made_for(session, posted, read):
            return posted, slip
    raise UnknownSlipError


def _made_for(session: Session, posted: PlaceManifest, secret: str) -> Slip | None:
    """The slip, where its id is in the manifest; one that was drawn is refused.

    Raises VoidSlipError.
    """
    slip = slip_of(posted.precinct, secret)
    slip_id = bytes.fromhex(slip.slip_id)
    if not posted.holds(slip_id):
        return None
    if slip_id in voided(session, posted):
        raise VoidSlipError
    return slip
