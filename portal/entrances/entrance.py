"""What a code opens: all that a public page or the door needs to know of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.orm import Session

from portal.entrances.channels import Channel, ChannelKind
from portal.entrances.codes import CODE_LENGTH, Code
from portal.kernel import codes
from portal.kernel.errors import NotFoundError
from portal.places import Kind, Place, Trait
from portal.questionnaires.frozen import RoundQuestionnaire
from portal.questionnaires.versions import Questionnaire
from portal.rounds import Phase, Round, RoundPlace
from portal.rounds.phases import PublicAct, allows


class WrongCodeError(NotFoundError):
    """No such code."""

    sentence = "没有这个码。请对照海报再输一遍，字母不分大小写。"


class WithdrawnCodeError(NotFoundError):
    """The code was withdrawn."""

    sentence = "这张海报上的码已经停用，请找附近新的海报，或打海报上的电话。"


@dataclass(frozen=True, kw_only=True)
class Entrance:
    """What a code opens: all that a public page or the door needs to know of it."""

    code: str
    round_id: int
    round_code: str
    round_name: str
    inspector: str
    hotline: str
    closes_on: date
    opening_hours: str  # see rounds.hours
    phase: Phase
    place_id: int
    place_code: str
    place_name: str
    kind: Kind | None
    trait: Trait | None
    households: int | None
    channel_kind: ChannelKind
    public_key: bytes | None
    revision: str | None  # of the round's questionnaire
    is_old: bool = False  # its code was rotated; what comes by it is kept apart

    def allows(self, act: PublicAct) -> bool:
        """Whether the public can do `act` here now."""
        return allows(self.phase, act)

    @property
    def facts(self) -> Mapping[str, str]:
        """What conditions of a questionnaire may ask about."""
        return {
            "community_kind": self.kind or "",
            "community_trait": self.trait or "",
            "channel_kind": self.channel_kind,
            "phase": self.phase,
        }


_ENTRANCE = (
    select(
        Code.code,
        Code.withdrawn_on,
        Code.round_id,
        Round.code.label("round_code"),
        Round.name.label("round_name"),
        Round.inspector,
        Round.hotline,
        Round.closes_on,
        Round.opening_hours,
        Round.phase,
        Code.place_id,
        Place.code.label("place_code"),
        Place.name.label("place_name"),
        Place.kind,
        Place.trait,
        Place.households,
        Channel.kind.label("channel_kind"),
        RoundPlace.public_key,
        Questionnaire.revision,
        Code.replaced_by.is_not(None).label("is_old"),
    )
    .join(Round, Round.id == Code.round_id)
    .join(Place, Place.id == Code.place_id)
    .join(Channel, Channel.id == Code.channel_id)
    .join(
        RoundPlace,
        (RoundPlace.round_id == Code.round_id) & (RoundPlace.place_id == Code.place_id),
    )
    .outerjoin(RoundQuestionnaire, RoundQuestionnaire.round_id == Code.round_id)
    .outerjoin(Questionnaire, Questionnaire.id == RoundQuestionnaire.questionnaire_id)
    .where(Code.code == bindparam("typed"))
)


def entrance(source: Session | Connection, typed: str) -> Entrance:
    """What the code opens, however it was typed; one SELECT, never from memory.

    Raises WrongCodeError, WithdrawnCodeError.
    """
    code = codes.typed_code(typed)[:CODE_LENGTH]
    row = source.execute(_ENTRANCE, {"typed": code}).mappings().first()
    if row is None or row["phase"] is Phase.PREPARING:
        raise WrongCodeError
    found = dict(row)
    if found.pop("withdrawn_on") is not None:
        raise WithdrawnCodeError
    found["is_old"] = bool(found["is_old"])
    return Entrance(**found)
