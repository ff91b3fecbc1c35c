"""Forms of channels and codes."""

from collections.abc import Iterable

from wtforms import SelectField, SelectMultipleField, StringField
from wtforms.validators import DataRequired, Length

from portal.entrances import Channel
from portal.places import Place
from portal.web.desk.desk_form import DeskForm
from portal.web.desk.words import CHANNELS, choices

LONGEST_NAME = 40  # characters


class ChannelForm(DeskForm):
    """One more way to reach people."""

    kind = SelectField("哪一类", choices=lambda: choices(CHANNELS))
    name = StringField(
        "渠道名称",
        [
            DataRequired("请给渠道起个名字，比如「翠园业主群」。"),
            Length(max=LONGEST_NAME, message="名称请不要超过 40 个字。"),
        ],
    )


class IssueForm(DeskForm):
    """Which communities get codes of which channels."""

    places = SelectMultipleField("社区", coerce=int)
    channels = SelectMultipleField("渠道", coerce=int)

    def offer(
        self, places: Iterable[Place], channels: Iterable[Channel]
    ) -> "IssueForm":
        """What there is; all of it is ticked until somebody has chosen."""
        here, ways = list(places), list(channels)
        self.places.choices = [(place.id, place.name) for place in here]
        self.channels.choices = [(channel.id, channel.name) for channel in ways]
        if self.places.raw_data is None:  # nothing was sent for this form
            self.places.data = [place.id for place in here]
            self.channels.data = [channel.id for channel in ways]
        return self
