"""Entrances: a code per community × channel × building, and day counts of openings.

In: a round's communities and the office's channels. Out: codes to print, and who
comes in where. Counts are per code and day; nothing here joins to what was sent.
"""

from portal.entrances.by_staff import entrance_by_staff, places_for
from portal.entrances.channels import (
    Channel,
    ChannelKind,
    WrongChannelError,
    add_channel,
    change_channel,
    channels,
)
from portal.entrances.codes import (
    CODE_LENGTH,
    Code,
    CodeState,
    HungPicture,
    codes_of,
    issue,
    labels_in,
    mark_posted,
    mark_printed,
    rotate,
    wanted_codes,
    withdraw,
)
from portal.entrances.counts import DayCount, Reach, count, reaches
from portal.entrances.entrance import (
    Entrance,
    WithdrawnCodeError,
    WrongCodeError,
    entrance,
)

__all__ = [
    "CODE_LENGTH",
    "Channel",
    "ChannelKind",
    "Code",
    "CodeState",
    "DayCount",
    "Entrance",
    "HungPicture",
    "Reach",
    "WithdrawnCodeError",
    "WrongChannelError",
    "WrongCodeError",
    "add_channel",
    "change_channel",
    "channels",
    "codes_of",
    "count",
    "entrance",
    "entrance_by_staff",
    "issue",
    "labels_in",
    "mark_posted",
    "mark_printed",
    "places_for",
    "reaches",
    "rotate",
    "wanted_codes",
    "withdraw",
]
