"""Manifests from the printer, and who may close the vote."""

from collections.abc import Sequence
from typing import Self

from flask_wtf.file import MultipleFileField
from werkzeug.datastructures import FileStorage
from wtforms import BooleanField, SelectMultipleField
from wtforms.validators import InputRequired

from portal.kernel.errors import InvalidError
from portal.people import Staff
from portal.vote import BadManifestError, Manifest
from portal.web.desk.desk_form import DeskForm


class NoFileError(InvalidError):
    """Nothing was chosen."""

    sentence = "请先选制票时得到的 manifest.json 文件，可以一次选多个。"


class BadFileError(InvalidError):
    """One of several files cannot be taken; then none is."""

    def __init__(self, name: str, sentence: str) -> None:
        super().__init__(f"「{name}」：{sentence}这一次的文件一个也没有收。")


class ManifestsForm(DeskForm):
    """Several manifests at once."""

    manifests = MultipleFileField("票根清单")

    def draft(self) -> list[tuple[str, Manifest]]:
        """The manifests by file name.

        Raises NoFileError, BadFileError.
        """
        given: Sequence[FileStorage] = self.manifests.data or []
        named = [file for file in given if file and file.filename]
        if not named:
            raise NoFileError
        return [(str(file.filename), _manifest(file)) for file in named]


class ClosersForm(DeskForm):
    """Two to four people who may close the vote."""

    closers = SelectMultipleField(
        "关票人", [InputRequired("请选 2 至 4 位关票人。")], coerce=int
    )

    def offer(self, people: list[Staff]) -> Self:
        """Offer those who may close votes."""
        self.closers.choices = [(one.id, one.name) for one in people]
        self._people = {one.id: one for one in people}
        return self

    def draft(self) -> list[Staff]:
        """Who was chosen."""
        return [self._people[one] for one in self.closers.data or []]

    @property
    def asks_items(self) -> bool:
        """Whether voters are asked about what was disclosed, one by one."""
        return False


class OpenForm(ClosersForm):
    """The same where slips were made: their numbers hang on the board first."""

    asks = BooleanField("逐条问")
    posted = BooleanField("公告栏已经贴出", [InputRequired("请先贴出，再开始投票。")])

    @property
    def asks_items(self) -> bool:
        """As it was ticked."""
        return bool(self.asks.data)


def _manifest(file: FileStorage) -> Manifest:
    try:
        return Manifest.from_json(file.read())
    except BadManifestError as error:
        raise BadFileError(str(file.filename), error.sentence) from error
