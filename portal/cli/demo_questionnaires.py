"""A questionnaire of the demo office's own: a version in use, a draft beside it."""

from typing import Any

from sqlalchemy.orm import Session

from portal.cli.demo_setup import Story
from portal.people import Role
from portal.questionnaires import drafting, editing, publishing, shipped
from portal.questionnaires.editing import Fresh, Wording
from portal.questionnaires.shape import ItemType


def compose(story: Story, session: Session) -> None:
    """The sample with a question more, published; then one question in other words."""
    deed: dict[str, Any] = {
        "by": story.account(Role.OFFICE).username,
        "now": story.now,
    }
    draft = drafting.begin(session, shipped.compose(), **deed)
    drafting.amend(session, draft, _longer(draft.content), **deed)
    publishing.publish(session, draft, same=(), today=story.today, **deed)
    again = drafting.revise(session, draft, **deed)
    drafting.amend(session, again, _reworded(again.content), **deed)


def _longer(document: dict[str, Any]) -> dict[str, Any]:
    asked = Wording(
        title="楼道、巷子里的路灯，晚上亮不亮？",
        lines="都亮＝100\n有的不亮＝50\n都不亮＝0\n没留意（不计分）",
    )
    last = document["sections"][0]["items"][-1]["id"]
    fresh = Fresh(type=ItemType.SINGLE, wording=asked, after=last)
    titled = editing.retitled(
        document,
        title="说说您身边的事（加问路灯）",
        intro=document["intro"],
        thanks=document["thanks"],
    )
    return editing.added(titled, fresh, taken=())


def _reworded(document: dict[str, Any]) -> dict[str, Any]:
    last = document["sections"][0]["items"][-1]
    asked = Wording(
        title="晚上，楼道和巷子里的路灯亮不亮？", lines=editing.lines_for(last)
    )
    return editing.reworded(document, last["id"], asked)
