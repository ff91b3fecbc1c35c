"""「我们记录了什么」: rendered from the table definitions, so never out of date."""

from collections.abc import Mapping

from flask import Blueprint
from flask.typing import ResponseReturnValue

from portal.intake.records import RESIDENT_TABLES
from portal.kernel import audit
from portal.web.rendering import render
from portal.web.request import db, installation

bp = Blueprint("privacy", __name__)

TABLE_NAMES = {
    "response": "一份问卷：勾选的部分",
    "remark": "问卷里写的一段话（和勾选的部分分开放）",
    "letter": "一封信",
    "contact": "您愿意留的联系方式",
    "addition": "信投出以后您补充的",
}

_WHERE = {"election_id": "哪一轮的打分", "place_id": "哪个社区"}
_SLIP = {"slip_id": "票的编号，从票里的密码算出来的；不知道票在哪一家"}

# The vote's file has no models to read; a test holds this against its tables.
VOTE_TABLES: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "election_ballot": (
        "一张投了的票",
        {**_WHERE, **_SLIP, "sealed": "打的分，封好的，两个人一起才开得了，开完就毁掉"},
    ),
    "paper_entry": (
        "一张只录了一遍的纸质选票",
        {
            **_WHERE,
            **_SLIP,
            "staff_id": "第一遍是谁录的，好换一个人录第二遍",
            "digest": "第一遍录的东西的指纹，好看两遍一样不一样；看不出打的分",
            "mismatches": "两遍对不上过几次",
        },
    ),
    "open_rating": (
        "一份不用票的评价",
        {
            **_WHERE,
            "key": "一个编号，认得出同一份发了两次，认不出是谁",
            "sealed": (
                "选了什么，有没有可疑流量标记；封好的，两个人一起才开得了，开完就毁掉"
            ),
        },
    ),
}


@bp.get("/privacy")
def page() -> ResponseReturnValue:
    """Every column that stems from a resident, in plain words."""
    tables = [
        (
            TABLE_NAMES[table.__tablename__],
            [(column.name, column.doc) for column in table.__table__.columns],
        )
        for table in RESIDENT_TABLES
    ]
    tables += [(name, [*said.items()]) for name, said in VOTE_TABLES.values()]
    return render(
        "public/privacy/page.html",
        tables=tables,
        head=audit.head(db()),
        hours=installation().settings.opening_hours,
    )
