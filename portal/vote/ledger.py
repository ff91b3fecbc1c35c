"""What is published of a vote: files anybody can recount, and the counts in them.

In: what the close kept. Out: a folder of files by path, the digest to post on paper
and the counts for `portal.figures`. Nothing before both closers have signed.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.kernel.database import Base
from portal.kernel.errors import NotFoundError
from portal.vote.election import Election, ElectionState, find_election, manifests
from portal.vote.manifest import fingerprint

README = """{round} 满意度测评（入户票）：公开的全部材料

closing.json      关票记录：各社区的户数、发票数、收票数、清单的指纹、合计
signatures.json   两位关票人对关票记录的签名
社区代码/manifest.json       票根清单：发出去的每一张票（没有选票密码）
社区代码/used.csv            投过的票。没投票的人，可以在这里查自己的票号有没有被人用过
社区代码/（六个方面）.csv     核对码和评价。投过票的人，用票上的核对码查自己的评价

收回不足 10 张的社区，只公布张数和一个封存指纹，不公布清单，免得猜出谁怎么投。

怎么重算：拿到独立的核验程序 verify.py 后运行
    python3 verify.py 这个文件夹 --digest 关票记录指纹 --fingerprint 制票密钥指纹
两个指纹请抄公告栏上张贴的，不要抄本网站的：能改文件的人，也能改网站上的指纹。

它不能保证什么：制票的人知道过每张票的密码；扫码软件看得到二维码里的内容；被收走的票就是被偷的票；
拿着票的人能看到这张票怎么投的；两位关票人和服务器串通可以扔掉选票，但扔了谁的，谁查得到。
"""


class VoteFile(Base):
    """One published file of a closed vote."""

    __tablename__ = "vote_file"
    __table_args__ = ({"sqlite_with_rowid": False},)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), primary_key=True)
    path: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[bytes]


class WithheldLists(Base):
    """A small community's files, sealed to the two closers one inside the other."""

    __tablename__ = "vote_withheld"
    __table_args__ = ({"sqlite_with_rowid": False},)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), primary_key=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), primary_key=True)
    sealed: Mapped[bytes]


@dataclass(frozen=True)
class PlaceResult:
    """A community's counts; `totals` by dimension and option id, None below 10."""

    place_code: str
    place_name: str
    households: int | None
    issued: int
    ballots: int
    set_aside: int
    totals: dict[str, dict[str, int]] | None


def published_files(session: Session, round_id: int) -> dict[str, bytes]:
    """Every file by its path in the folder.

    Raises NotFoundError while the vote is not closed.
    """
    election = _closed(session, round_id)
    files = {
        "README.txt": README.format(round=election.round_code).encode(),
        "closing.json": election.closing or b"",
        "signatures.json": _signatures(election),
    }
    for posted in manifests(session, round_id):
        files[f"{posted.place_code}/manifest.json"] = posted.manifest.to_json()
    kept = session.scalars(select(VoteFile).filter_by(round_id=round_id))
    files |= {file.path: file.content for file in kept}
    return dict(sorted(files.items()))


def closing_digest(session: Session, round_id: int) -> str:
    """SHA-256 of closing.json, 64 hex characters: it is posted on paper.

    Raises NotFoundError while the vote is not closed.
    """
    election = _closed(session, round_id)
    return hashlib.sha256(election.closing or b"").hexdigest()


def printer_fingerprint(session: Session, round_id: int) -> str:
    """The fingerprint of the printer's key, known before the vote opens.

    Raises NotFoundError where no manifest was posted.
    """
    posted = manifests(session, round_id)
    if not posted:
        raise NotFoundError
    return fingerprint(posted[0].printer_key)


def results(session: Session, round_id: int) -> list[PlaceResult]:
    """Counts per community, from the closing record and nowhere else.

    Raises NotFoundError while the vote is not closed.
    """
    record: dict[str, Any] = json.loads(_closed(session, round_id).closing or b"{}")
    return [
        PlaceResult(
            place_code=place["place"],
            place_name=place["name"],
            households=place["households"],
            issued=place["issued"],
            ballots=place["ballots"],
            set_aside=place["set_aside"],
            totals=place.get("totals"),
        )
        for place in record["places"]
    ]


def _closed(session: Session, round_id: int) -> Election:
    election = find_election(session, round_id)
    if election is None or election.state is not ElectionState.CLOSED:
        raise NotFoundError
    return election


def _signatures(election: Election) -> bytes:
    pairs = (
        (election.first_key, election.first_signature),
        (election.second_key, election.second_signature),
    )
    said = [{"key": k.hex(), "signature": s.hex()} for k, s in pairs if k and s]
    return json.dumps(said, indent=1).encode() + b"\n"
