"""How answers came about: printed beside every figure, and never mixed."""

from collections.abc import Mapping
from enum import StrEnum


class Mode(StrEnum):
    """How the answers came about."""

    SLIPS = "slips"  # 入户票
    OPEN = "open"  # 开放评价
    QUESTIONNAIRE = "questionnaire"  # 问卷
    SPOT_CHECK = "spot_check"  # 随机抽查

    @property
    def label(self) -> str:
        """What is printed beside the figure."""
        return _LABELS[self]


_LABELS: Mapping[Mode, str] = {
    Mode.SLIPS: "入户票：一户一票，可以重算",
    Mode.OPEN: "开放评价：谁都可以填，只看参与，不代表全体居民",
    Mode.QUESTIONNAIRE: "问卷：自愿填写，不代表全体居民",
    Mode.SPOT_CHECK: "随机抽查：从责任单位说改好的里面抽的",
}
