"""Reading a JSON document of unknown quality: every mistake is noted, none stops it.

In: any JSON value. Out: checked values, or a harmless stand-in and a `Mistake` with
the path and a sentence that says what to change.
"""

import math
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeGuard

from portal.kernel.errors import InvalidError

MANY = 200  # more mistakes than this are counted, not listed
ID = re.compile(r"[a-z][a-z0-9_]{0,31}")
POINT = re.compile(r"[a-z][a-z0-9_]{0,31}\.[a-z][a-z0-9_]{0,31}")
ID_SENTENCE = "编号要以小写字母开头，只用小写字母、数字和下划线，最长 32 个字符。"
LARGEST = 10**12
_MARKUP = re.compile(r"<[/!]?[a-zA-Z]|https?://|www\.", re.IGNORECASE)
_JOINER = "\u200d"  # holds together one emoji made of several


@dataclass(frozen=True)
class Mistake:
    """One thing to change: where (as in `sections[0].items[2].title`), and what."""

    path: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.path or '整份问卷'}：{self.sentence}"


class DefinitionError(InvalidError):
    """A definition that cannot be used; `mistakes` has all of them, in order."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        shown = "\n".join(str(mistake) for mistake in mistakes[:MANY])
        super().__init__(f"问卷有 {len(mistakes)} 处要改：\n{shown}")


@dataclass
class Node:
    """One JSON object at `path`; what is wrong with it goes to the shared list."""

    value: Mapping[str, object]
    path: str
    mistakes: list[Mistake] = field(repr=False)

    @classmethod
    def of(cls, value: object, path: str, mistakes: list[Mistake]) -> "Node":
        """The object at `path`, an empty one where it is something else."""
        if isinstance(value, Mapping):
            return cls(value, path, mistakes)
        mistakes.append(Mistake(path, "这里要是一组带名字的内容（JSON 对象）。"))
        return cls({}, path, [])

    def at(self, key: str) -> str:
        """The path of `key` in this object."""
        return f"{self.path}.{key}".strip(".")

    def wrong(self, key: str, sentence: str) -> None:
        """Note a mistake at `key`."""
        self.mistakes.append(Mistake(self.at(key), sentence))

    def only(self, allowed: Collection[str]) -> None:
        """Note every key that has no business here."""
        for key in self.value:
            if key not in allowed:
                self.wrong(str(key), "这一项不能用在这里，请删掉。")

    def child(self, key: str) -> "Node":
        """The object under `key`."""
        return Node.of(self.value.get(key), self.at(key), self.mistakes)

    def entries(self, key: str, least: int, most: int) -> list[object]:
        """The list under `key`, cut after `most`."""
        found = self.value.get(key)
        if not isinstance(found, list | tuple):
            self.wrong(key, "这里要是一个列表。")
            return []
        if not least <= len(found) <= most:
            sentence = f"要有 {least} 到 {most} 项，现在有 {len(found)} 项。"
            self.wrong(key, sentence)
        return list(found[:most])

    def children(self, key: str, least: int, most: int) -> Iterator["Node"]:
        """The objects in the list under `key`."""
        for index, entry in enumerate(self.entries(key, least, most)):
            yield Node.of(entry, f"{self.at(key)}[{index}]", self.mistakes)

    def identifier(self, key: str) -> str:
        """The id under `key`; it never holds a dot."""
        found = self.value.get(key)
        if isinstance(found, str) and ID.fullmatch(found):
            return found
        self.wrong(key, ID_SENTENCE)
        return ""

    def named(self, key: str) -> None:
        """Note where the key itself is no id."""
        if not ID.fullmatch(key):
            self.wrong(key, ID_SENTENCE)

    def flag(self, key: str) -> bool:
        """The true or false under `key`; false where it is missing."""
        found = self.value.get(key, False)
        if not isinstance(found, bool):
            self.wrong(key, "这里只能是 true 或 false。")
        return found is True

    def number(self, key: str) -> float | None:
        """The number under `key`; None where it is missing or null."""
        found = self.value.get(key)
        if found is None or is_number(found):
            return found
        self.wrong(key, "这里要是一个普通的数。")
        return None

    def whole(self, key: str, *, most: int, default: int) -> int:
        """The whole number from 1 to `most` under `key`."""
        found = self.value.get(key, default)
        if is_number(found) and found == int(found) and 1 <= found <= most:
            return int(found)
        self.wrong(key, f"这里要是 1 到 {most} 的整数。")
        return default

    def words(self, key: str, most: int) -> str:
        """One line of plain text that has to be there."""
        found = self._plain(key, most)
        if not found.strip() and isinstance(self.value.get(key, ""), str):
            self.wrong(key, "这里要有文字，不能空着。")
        if "\n" in found:
            self.wrong(key, "这里只能是一行文字，不能换行。")
        return found

    def prose(self, key: str, most: int) -> str:
        """Plain text that may be missing and may have several lines."""
        return self._plain(key, most)

    def _plain(self, key: str, most: int) -> str:
        found = self.value.get(key, "")
        if not isinstance(found, str):
            self.wrong(key, "这里要是文字。")
            return ""
        text = unicodedata.normalize("NFC", found)
        if len(text) > most:
            self.wrong(key, f"最多 {most} 字，现在有 {len(text)} 字，请缩短。")
        if any(_is_unseen(character) for character in text):
            self.wrong(key, "里面有看不见的控制字符，请删掉后重新输入。")
        if _MARKUP.search(text):
            self.wrong(key, "只能写文字，不能有网页代码或网址。")
        return text


def is_number(value: object) -> TypeGuard[float]:
    """Whether this is a finite number of at most twelve digits (and not a boolean)."""
    if type(value) is int:
        return abs(value) <= LARGEST
    return type(value) is float and math.isfinite(value) and abs(value) <= LARGEST


def _is_unseen(character: str) -> bool:
    if character in {"\n", _JOINER}:
        return False
    if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"}:
        return True
    return "\ufdd0" <= character <= "\ufdef" or ord(character) & 0xFFFE == 0xFFFE
