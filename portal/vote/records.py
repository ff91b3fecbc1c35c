"""What happened to the paper: who did what, which slips were drawn, how many went out.

In: facts of the slips' life outside the server. Out: what the closing record says of
it. Drawn slips were opened before everybody and are void. How many slips were handed
out is recorded by community and day; never which, and never to whom.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.kernel import audit
from portal.kernel.database import Base
from portal.kernel.errors import ConflictError, InvalidError
from portal.vote import merkle
from portal.vote.election import Election, ElectionState
from portal.vote.posting import PlaceManifest
from portal.vote.slips import read_secret, slip_of

DRAWN = 5  # slips of a community that are opened, proven and voided


class PaperDuty(StrEnum):
    """Three duties around the paper that three different hands do."""

    PRINTER = "printer"  # 制票
    DISTRIBUTOR = "distributor"  # 发放
    OBSERVER = "observer"  # 监票


class SameHandsError(InvalidError):
    """Somebody has two duties, or a duty has nobody."""

    sentence = "制票、发放、监票要写三个不同的人：谁也不能自己监自己。"


class NotFiveError(InvalidError):
    """Not five different slips."""

    sentence = "请当众抽 5 张不同的票，拆开，把 5 个选票密码都填上，一行一个。"


class NotInManifestError(InvalidError):
    """A drawn slip was not made with the manifest that hangs on the board."""

    def __init__(self, number: int) -> None:
        super().__init__(
            f"第 {number} 张不在这个社区的票根清单里。先核对有没有输错；没有输错，"
            "这批票就和公布的清单不是一回事，不要发放，请重新制票。"
        )


class TooManyHandedOutError(InvalidError):
    """More slips went out than there are."""

    sentence = "发出的张数多于制出的票（抽验作废的不算），请核对登记。"


class RecordClosedError(ConflictError):
    """The closing record was written."""

    sentence = "关票记录已经写好，不能再登记。"


class DutyHolder(Base):
    """Who has a duty in an election."""

    __tablename__ = "vote_duty"
    election_id: Mapped[int] = mapped_column(
        ForeignKey("election.id"), primary_key=True
    )
    duty: Mapped[PaperDuty] = mapped_column(primary_key=True)
    name: Mapped[str]


class Draw(Base):
    """Five slips of a community, opened before everybody; no secret is kept."""

    __tablename__ = "vote_draw"
    election_id: Mapped[int] = mapped_column(
        ForeignKey("election.id"), primary_key=True
    )
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), primary_key=True)
    on: Mapped[date]
    observer: Mapped[str]
    slip_ids: Mapped[bytes]  # sorted, 32 bytes each


class HandedOut(Base):
    """How many slips of a community went out on a day."""

    __tablename__ = "vote_handed_out"
    election_id: Mapped[int] = mapped_column(
        ForeignKey("election.id"), primary_key=True
    )
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), primary_key=True)
    on: Mapped[date] = mapped_column(primary_key=True)
    count: Mapped[int]
    distributor: Mapped[str]


@dataclass(frozen=True)
class Handout:
    """How many slips somebody handed out on a day."""

    on: date
    count: int
    distributor: str


def duties(session: Session, election_id: int) -> dict[PaperDuty, str]:
    """Names by duty."""
    held = session.scalars(select(DutyHolder).filter_by(election_id=election_id))
    return {one.duty: one.name for one in held}


def voided(session: Session, manifest: PlaceManifest) -> list[bytes]:
    """Slip ids that were drawn, sorted; of another manifest than this one, none."""
    draw = session.get(Draw, (manifest.election_id, manifest.place_id))
    ids = draw.slip_ids if draw else b""
    drawn = [ids[i : i + 32] for i in range(0, len(ids), 32)]
    return drawn if manifest.ids.issuperset(drawn) else []


def handed_out(session: Session, manifest: PlaceManifest) -> list[HandedOut]:
    """What went out of a community's slips, by day."""
    key = {"election_id": manifest.election_id, "place_id": manifest.place_id}
    days = select(HandedOut).filter_by(**key).order_by(HandedOut.on)
    return list(session.scalars(days))


def paper_entry(session: Session, manifest: PlaceManifest) -> dict[str, object]:
    """What the closing record says of a community's paper.

    With each void slip comes its proof of inclusion (RFC 6962 §2.1.1), so that it can
    be checked against the posted root without the other slips.
    """
    ids, drawn = sorted(manifest.ids), voided(session, manifest)
    draw = (
        session.get(Draw, (manifest.election_id, manifest.place_id)) if drawn else None
    )
    entry: dict[str, object] = {
        "voided": [slip_id.hex() for slip_id in drawn],
        "handed_out": [
            {"on": day.on.isoformat(), "count": day.count, "by": day.distributor}
            for day in handed_out(session, manifest)
        ],
    }
    if draw:
        proofs = {
            slip_id.hex(): {
                "index": ids.index(slip_id),
                "path": [h.hex() for h in merkle.path(ids, ids.index(slip_id))],
            }
            for slip_id in drawn
        }
        said = {"on": draw.on.isoformat(), "observer": draw.observer, "proofs": proofs}
        entry["draw"] = said
    return entry


def assign(
    session: Session,
    *,
    election: Election,
    names: Mapping[PaperDuty, str],
    by: str,
    now: datetime,
) -> None:
    """Name who prints, hands out and watches, before the vote opens.

    Raises VoteOpenError, SameHandsError.
    """
    election.require_prepared()
    given = {duty: names.get(duty, "").strip() for duty in PaperDuty}
    if not all(given.values()) or len(set(given.values())) < len(PaperDuty):
        raise SameHandsError
    for duty, name in given.items():
        session.merge(DutyHolder(election_id=election.id, duty=duty, name=name))
    said = " ".join(f"{duty}:{name}" for duty, name in given.items())
    audit.record(
        session, by, "vote.assign", subject=election.code, reason=said, now=now
    )


def draw_slips(
    session: Session,
    *,
    manifest: PlaceManifest,
    secrets: Sequence[str],
    observer: str,
    by: str,
    now: datetime,
) -> Draw:
    """Record five slips that were drawn and opened; the secrets are forgotten.

    Every one is proven to be under the manifest's root and is void from now on.

    Raises VoteOpenError, NotASecretError, NotFiveError, NotInManifestError.
    """
    manifest.election.require_prepared()
    precinct = manifest.precinct
    slips = [slip_of(precinct, secret) for secret in map(read_secret, secrets)]
    ids = [bytes.fromhex(slip.slip_id) for slip in slips]
    if len(set(ids)) != len(ids) or len(ids) != DRAWN or not observer.strip():
        raise NotFiveError
    leaves = sorted(manifest.ids)
    for number, slip_id in enumerate(ids, start=1):
        if not _is_under(manifest.root, slip_id, leaves):
            raise NotInManifestError(number)
    draw = session.merge(
        Draw(
            election_id=manifest.election_id,
            place_id=manifest.place_id,
            on=now.date(),
            observer=observer.strip(),
            slip_ids=b"".join(sorted(ids)),
        )
    )
    _record(session, manifest, "vote.draw", said=observer.strip(), by=by, now=now)
    return draw


def hand_out(
    session: Session,
    *,
    manifest: PlaceManifest,
    out: Handout,
    by: str,
    now: datetime,
) -> HandedOut:
    """Record how many slips went out on a day; said again, it replaces.

    Raises RecordClosedError, TooManyHandedOutError.
    """
    _require_unwritten(manifest.election)
    others = [d.count for d in handed_out(session, manifest) if d.on != out.on]
    most = manifest.count - len(voided(session, manifest))
    if not 0 < out.count <= most - sum(others):
        raise TooManyHandedOutError
    day = session.merge(
        HandedOut(
            election_id=manifest.election_id,
            place_id=manifest.place_id,
            on=out.on,
            count=out.count,
            distributor=out.distributor.strip(),
        )
    )
    said = f"{out.on.isoformat()} {out.count}"
    _record(session, manifest, "vote.hand_out", said=said, by=by, now=now)
    return day


def _is_under(root: bytes, slip_id: bytes, leaves: list[bytes]) -> bool:
    if slip_id not in leaves:
        return False
    index = leaves.index(slip_id)
    path = merkle.path(leaves, index)
    return merkle.root_of(slip_id, index, size=len(leaves), path=path) == root


def _require_unwritten(election: Election) -> None:
    if election.state in {ElectionState.COUNTED, ElectionState.CLOSED}:
        raise RecordClosedError


def _record(
    session: Session,
    manifest: PlaceManifest,
    action: str,
    *,
    said: str,
    by: str,
    now: datetime,
) -> None:
    subject = f"{manifest.election.code}/{manifest.place_code}"
    audit.record(session, by, action, subject=subject, reason=said, now=now)
