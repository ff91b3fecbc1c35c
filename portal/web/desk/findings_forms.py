"""What is written down of a problem, and why one is sent back or called fixed."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from wtforms import (
    BooleanField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length

from portal.checklists import Aspect, Point
from portal.places import Place
from portal.rectification import Outcome
from portal.review.findings import Draft, Finding, Severity
from portal.web.desk import terms
from portal.web.desk.desk_form import DeskForm

LONGEST_TITLE = 60  # characters; one line of the list
LONGEST_STATEMENT = 2000


class FindingForm(DeskForm):
    """A problem in the team's words."""

    title = StringField(
        "标题",
        [
            InputRequired("请写标题：什么地方，什么问题。"),
            Length(max=LONGEST_TITLE, message=f"标题最多 {LONGEST_TITLE} 个字。"),
        ],
    )
    statement = TextAreaField(
        "问题表述",
        [
            InputRequired("请写问题表述。"),
            Length(max=LONGEST_STATEMENT, message=f"最多 {LONGEST_STATEMENT} 个字。"),
        ],
    )
    category = SelectField("类别", validate_choice=False)
    severity = RadioField(
        "轻重", [InputRequired("请选轻重。")], default=Severity.MINOR.value
    )
    is_lead = BooleanField("这是违纪违法线索")
    points = SelectMultipleField("要点", validate_choice=False)

    def __init__(self, **given: object) -> None:
        super().__init__(**given)
        self.offered: list[Point] = []
        self.category.choices = terms.category_options()
        self.severity.choices = terms.options(Severity)

    @classmethod
    def of(cls, finding: Finding) -> "FindingForm":
        """The form of a draft as it stands; what was just typed goes before it."""
        return cls(obj=finding)

    def offer_points(self, points: Iterable[Point]) -> None:
        """Offer the points of the round's lists."""
        self.offered = list(points)

    def aspects(self) -> Iterator[tuple[Aspect, list[tuple[str, str, bool]]]]:
        """The points to tick, by aspect: code, title, whether it is ticked."""
        chosen = set(self.points.data or [])
        for aspect, found in groupby(self.offered, key=lambda point: point.aspect):
            ticks = [(one.code, one.title, one.code in chosen) for one in found]
            yield aspect, ticks

    def draft(self) -> Draft:
        """What was written."""
        known = {value for value, _ in terms.category_options()}
        chosen = self.category.data or ""
        return Draft(
            title=self.title.data or "",
            statement=self.statement.data or "",
            category=chosen if chosen in known else "other",
            severity=Severity(self.severity.data),
            is_lead=bool(self.is_lead.data),
            points=[
                one.code for one in self.offered if one.code in (self.points.data or [])
            ],
        )


class PlacedFindingForm(FindingForm):
    """A problem found otherwise than by a letter: its community is chosen."""

    place = SelectField("社区", [InputRequired("请选社区。")], coerce=int)

    def offer(self, places: list[Place]) -> "PlacedFindingForm":
        """Offer one's own communities."""
        self.place.choices = [(place.id, place.name) for place in places]
        return self


class SendBackForm(DeskForm):
    """Why an approved problem is to be rewritten."""

    reason = StringField("要改什么", [InputRequired("请写明要改什么，再退回。")])

    def draft(self) -> str:
        """The reason."""
        return self.reason.data or ""


class CheckForm(DeskForm):
    """What the team saw when it looked."""

    outcome = RadioField("去看了，结果怎样", [InputRequired("请选核查的结果。")])

    def __init__(self, **given: object) -> None:
        super().__init__(**given)
        self.outcome.choices = terms.options(Outcome)

    def draft(self) -> Outcome:
        """The outcome."""
        return Outcome(self.outcome.data)
