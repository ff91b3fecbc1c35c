"""What is published of a vote: files anybody can recount, and the counts in them.

In: what the close kept. Out: a folder of files by path, the digest to post on paper
and the counts for `portal.figures`. Nothing before both closers have signed.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.kernel.database import Base
from portal.kernel.errors import NotFoundError
from portal.vote.election import Election, ElectionState, Electorate, VoteMode
from portal.vote.items import Item
from portal.vote.manifest import fingerprint
from portal.vote.posting import manifests
from portal.vote.records import PaperDuty
from portal.vote.terms import Option, Terms

TITLES = {
    Electorate.RESIDENTS: "满意度测评（入户票）",
    Electorate.CADRES: "干部测评（只算干部，不并入居民满意度）",
}
README = """{code} {title}：公开的全部材料

closing.json      关票记录：测评办法（方面、权重、选项、分值、问法），谁制票发放监票，
                  各社区的户数（干部测评是干部人数）、发票数、收票数、清单的指纹、合计
signatures.json   两位关票人对关票记录的签名
社区代码/manifest.json       票根清单：发出去的每一张票（没有选票密码）
社区代码/used.csv            投过的票：phone 手机投的，paper 纸质选票，两个人各录一遍
                            没投票的人，可以在这里查自己的票号有没有被人用过
社区代码/（每个方面）.csv     核对码和评价。投过票的人，用票上的核对码查自己的评价
社区代码/item-（编号）.csv    公示的那一项改好了没有：核对码和回答，没回答的人不在里面

收回不足 10 张的社区，只公布张数和一个封存指纹，不公布清单，免得猜出谁怎么投；
不足 10 人回答的那一项，也只公布人数。

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
    election_id: Mapped[int] = mapped_column(
        ForeignKey("election.id"), primary_key=True
    )
    path: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[bytes]


class WithheldLists(Base):
    """A small community's files, sealed to the two closers one inside the other."""

    __tablename__ = "vote_withheld"
    __table_args__ = ({"sqlite_with_rowid": False},)
    election_id: Mapped[int] = mapped_column(
        ForeignKey("election.id"), primary_key=True
    )
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), primary_key=True)
    sealed: Mapped[bytes]


@dataclass(frozen=True)
class ItemResult:
    """What voters said of one disclosed finding.

    `answered`: how many; `totals` by option id, None below 10 answers.
    """

    item: Item
    answered: int
    totals: dict[str, int] | None


@dataclass(frozen=True, kw_only=True)
class PlaceResult:
    """A community's counts; `totals` by dimension and option id, None below 10.

    `entitled`: households, or cadres; None where the number is not known. `paper`: of
    the ballots, those from paper; None below 10. `unconfirmed`: paper ballots that
    were not typed in twice alike, and so do not count.
    """

    place_code: str
    place_name: str
    entitled: int | None
    issued: int
    voided: int
    handed_out: int
    root: str
    ballots: int
    paper: int | None
    unconfirmed: int
    set_aside: int
    totals: dict[str, dict[str, int]] | None
    items: tuple[ItemResult, ...]

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> "PlaceResult":
        """A community's entry in the closing record."""
        totals = entry.get("totals")
        return cls(
            place_code=entry["place"],
            place_name=entry["name"],
            entitled=entry["entitled"],
            issued=entry["issued"],
            voided=len(entry["voided"]),
            handed_out=sum(day["count"] for day in entry["handed_out"]),
            root=entry["root"],
            ballots=entry["ballots"],
            paper=totals["used"]["paper"] if totals else None,
            unconfirmed=entry["unconfirmed"],
            set_aside=entry["set_aside"],
            totals=totals,
            items=tuple(
                ItemResult(
                    Item(one["id"], one["words"]),
                    one["answered"],
                    (totals or {}).get(one["id"]),
                )
                for one in entry["items"]
                if one["answered"] is not None
            ),
        )


@dataclass(frozen=True, kw_only=True)
class ElectionResult:
    """What the closing record of an election says, and the digest it is known by."""

    code: str
    electorate: Electorate
    mode: VoteMode
    terms: Terms
    definition: str
    item_scale: tuple[Option, ...]  # of the questions item by item; empty without any
    people: dict[PaperDuty, str]
    places: tuple[PlaceResult, ...]
    digest: str  # SHA-256 of closing.json, 64 hex characters: it is posted on paper
    printer: str  # the fingerprint of the printer's key, 64 hex characters


def result_of(election: Election) -> ElectionResult:
    """The result of an election, from its closing record and nowhere else.

    Raises NotFoundError while it is not closed, and for one without slips.
    """
    file = _closing(election)
    record = json.loads(file)
    return ElectionResult(
        code=record["code"],
        electorate=Electorate(record["electorate"]),
        mode=VoteMode(record["mode"]),
        terms=Terms.of(record["terms"]),
        definition=record["definition"],
        item_scale=tuple(
            Option(**o) for o in (record["items"] or {"scale": ()})["scale"]
        ),
        people={PaperDuty(duty): name for duty, name in record["people"].items()},
        places=tuple(map(PlaceResult.of, record["places"])),
        digest=hashlib.sha256(file).hexdigest(),
        printer=fingerprint(bytes.fromhex(record["printer_key"])),
    )


def published_files(session: Session, election: Election) -> dict[str, bytes]:
    """Every file by its path in the folder.

    Raises NotFoundError while the vote is not closed, and for one without slips.
    """
    title = TITLES[election.electorate]
    files = {
        "README.txt": README.format(code=election.code, title=title).encode(),
        "closing.json": _closing(election),
        "signatures.json": _signatures(election),
    }
    for posted in manifests(session, election.id):
        files[f"{posted.place_code}/manifest.json"] = posted.manifest.to_json()
    kept = session.scalars(select(VoteFile).filter_by(election_id=election.id))
    files |= {file.path: file.content for file in kept}
    return dict(sorted(files.items()))


def printer_fingerprint(session: Session, election: Election) -> str:
    """The fingerprint of the printer's key, known before the vote opens.

    Raises NotFoundError where no manifest was posted.
    """
    posted = manifests(session, election.id)
    if not posted:
        raise NotFoundError
    return fingerprint(posted[0].printer_key)


def _closing(election: Election) -> bytes:
    is_closed = election.state is ElectionState.CLOSED
    if not is_closed or election.mode is not VoteMode.SLIPS:
        raise NotFoundError
    return election.closing or b""


def _signatures(election: Election) -> bytes:
    pairs = (
        (election.first_key, election.first_signature),
        (election.second_key, election.second_signature),
    )
    said = [{"key": k.hex(), "signature": s.hex()} for k, s in pairs if k and s]
    return json.dumps(said, indent=1).encode() + b"\n"
