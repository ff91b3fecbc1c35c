"""「我们记录了什么」: rendered from the table definitions, so never out of date."""

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
    return render(
        "public/privacy/page.html",
        tables=tables,
        head=audit.head(db()),
        hours=installation().settings.opening_hours,
    )
