"""The refusals every stage shares; `web/errors.py` turns them into pages.

A refusal carries one sentence in Chinese that says what to do next. It is a
gettext message id: the web translates it, the command line prints it.
"""

from collections.abc import Mapping
from types import MappingProxyType


class Refusal(Exception):  # noqa: N818 -- a refusal is an answer, not a fault
    """Something a person asked for that cannot be done, and what to do instead."""

    sentence = "这一步现在做不了，请返回上一页再试。"
    errors: Mapping[str, str] = MappingProxyType({})  # what to mend, by field

    def __init__(self, sentence: str | None = None) -> None:
        self.sentence = sentence or self.sentence
        super().__init__(self.sentence)


class NotFoundError(Refusal):
    """There is no such thing, or not for this person: the two look the same."""

    sentence = "没有找到这一页：网址不对，或者这一页已经没有了。请从首页进去。"


class ForbiddenError(Refusal):
    """The permission table does not allow this."""

    sentence = "这件事不在您的权限内。如需办理，请联系巡察办。"


class ConflictError(Refusal):
    """Somebody was faster, or the order of steps was not kept."""

    sentence = "情况已经变了，请刷新后再看。"


class InvalidError(Refusal):
    """What was entered cannot be taken as it is."""

    sentence = "填写的内容有误，请按提示修改。"
