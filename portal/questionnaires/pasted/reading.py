"""What was pasted as a document, or every mistake in it at once.

In: the text. Out: a document that `parse` accepts; or a PastedError that names each
wrong line. Nothing is stored: reading is the dry run.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from portal.kernel.errors import InvalidError
from portal.kernel.workbooks import Mistake, short
from portal.questionnaires import shipped
from portal.questionnaires.definition import (
    FORMAT,
    MOST_ITEMS,
    MOST_OPTIONS,
    MOST_SECTIONS,
    DefinitionError,
    canonical,
    parse,
)
from portal.questionnaires.naming import Names
from portal.questionnaires.pasted.asked import Asked, Part
from portal.questionnaires.pasted.jumps import Placed, skip, without_jump
from portal.questionnaires.pasted.lines import lines_of
from portal.questionnaires.pasted.marks import Marks, asks_for_contact
from portal.questionnaires.pasted.outline import UNTITLED, Outline
from portal.questionnaires.pasted.rows import gathered
from portal.questionnaires.shape import ItemType
from portal.questionnaires.words import SATISFACTION, SECTION, TYPES
from portal.questionnaires.workbook.options import Option, option_of, with_ids
from portal.questionnaires.workbook.scales import Scales
from portal.questionnaires.workbook.spots import Spot, Spots

PASTED = "粘贴的文字"
LONGEST = 200_000  # characters; sixty questions on every section are fewer
NOTHING = "这里还没有文字。请从 Word 或 WPS 里复制整份问卷，粘贴在这里。"
TOO_LONG = "粘贴的文字有 {count} 字，最多 {most} 字。请只粘贴问卷，或拆成几份。"
NO_QUESTIONS = "没有认出题目。请在题目前面写上题号，例如“1. ……”，选项写成“A. ……”。"
ALONE = "“{title}”只有一个选项。请再写一个；要让人自己写，就把这个选项删掉。"
BARE = "“{title}”写着{kind}，下面却没有选项。请补上，例如“A. ……”。"
ALIKE = "“{label}”这个选项写了两遍。请改掉或删掉一个。"
MANY_OPTIONS = "这一题有 {count} 个选项，最多 {most} 个。请合并几个，或分成两题。"
MANY = "这里有 {count} 题。一份问卷最多 {sections} 节，每节最多 {most} 题。请拆成几份。"
UNKNOWN = "没有“{kind}”这种题型。请换一种：{known}。"
LOST = "题号后面没有题目。请补上，或删掉题号。"
UNTITLED_PART = "part"
MOST_QUESTIONS = MOST_SECTIONS * MOST_ITEMS
_STARRED = re.compile(r"(?<=[_＿])\s*[*＊]$")  # 其他____*
_CHOSEN = frozenset({ItemType.SINGLE, ItemType.MULTI, ItemType.SCALE, ItemType.MATRIX})


class PastedError(InvalidError):
    """Some lines are wrong; `mistakes` has all of them, and nothing was taken."""

    sentence = "粘贴的问卷里有需要修改的地方。请按下面的清单改好，再试一次。"

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = list(mistakes)
        super().__init__()


def read_pasted(text: str) -> dict[str, Any]:
    """The document that the text holds; the same text has the same ids every time.

    Answers in the words of satisfaction share one scale with its scores. Raises
    PastedError with all mistakes, in the order of the lines.
    """
    _require_readable(text)
    spots = Spots(PASTED)
    reader = _Reader(spots)
    outline = Outline(reader.note)
    outline.read(lines_of(text))
    document = reader.document(outline)
    try:
        parse(document)
    except DefinitionError as error:
        spots.take(error.mistakes)
    if spots.mistakes:
        raise PastedError(spots.in_order())
    plain: dict[str, Any] = json.loads(canonical(document))
    return plain


def _require_readable(text: str) -> None:
    if len(text) > LONGEST:
        message = TOO_LONG.format(count=len(text), most=LONGEST)
        raise PastedError([Mistake(PASTED, 0, "", message)])
    if not text.strip():
        raise PastedError([Mistake(PASTED, 0, "", NOTHING)])


@dataclass
class _Reader:
    """Names what was pasted, and remembers where each thing stood."""

    spots: Spots

    def __post_init__(self) -> None:
        self.names = Names(set())
        self.scales = Scales(dict(shipped.compose()["scales"]))
        self.used: set[str] = set()
        self.placed: list[Placed] = []

    def note(self, line: int, sentence: str) -> None:
        """Keep a mistake."""
        self.spots.mistakes.append(Mistake(PASTED, line, "", sentence))

    def _put(self, path: str, line: int, lead: str = "") -> None:
        self.spots.by_path.setdefault(path, Spot(PASTED, line, "", lead))

    def document(self, outline: Outline) -> dict[str, Any]:
        """The whole."""
        title = outline.front[0].text if outline.front else ""
        self._put("title", outline.front[0].number if outline.front else 1)
        if not title and outline.parts:
            self.note(outline.parts[0].line, UNTITLED)
            title = UNTITLED_PART
        count = sum(len(part.asked) for part in outline.parts)
        if count > MOST_QUESTIONS:
            message = MANY.format(count=count, sections=MOST_SECTIONS, most=MOST_ITEMS)
            raise PastedError([Mistake(PASTED, 0, "", message)])
        sections = [self._section(part, n) for n, part in enumerate(outline.parts)]
        if not sections and not self.spots.mistakes:
            raise PastedError([Mistake(PASTED, 0, "", NO_QUESTIONS)])
        document = {
            "format": FORMAT,
            "id": Names(set()).fresh(title),
            "title": title,
            "sections": sections,
        }
        if len(outline.front) > 1:
            self._put("intro", outline.front[1].number)
            document["intro"] = "\n".join(line.text for line in outline.front[1:])
        if outline.thanks:
            document["thanks"] = "\n".join(outline.thanks)
        skip(self.placed, self.note)
        used = {name: self.scales.by_id[name] for name in sorted(self.used)}
        return document | ({"scales": used} if used else {})

    def _section(self, part: Part, number: int) -> dict[str, Any]:
        path = f"sections[{number}]"
        self._put(path, part.line)
        self._put(f"{path}.items", part.line, "这一节的题：")
        items: list[dict[str, Any]] = []
        for asked in gathered(part.asked, self.note):
            items.append(self._item(asked, f"{path}.items[{len(items)}]"))
        name = self.names.fresh(part.title or UNTITLED_PART, SECTION)
        titled = {"title": part.title} if part.title else {}
        return {"id": name, **titled, "items": items}

    def _item(self, asked: Asked, path: str) -> dict[str, Any]:
        self._put(path, asked.line)
        if not asked.title and not asked.options:
            self.note(asked.line, LOST)
        if asked.marks.unknown:
            known = "、".join(
                words[0] for kind, words in TYPES.items() if kind != SECTION
            )
            message = UNKNOWN.format(kind=short(asked.marks.unknown), known=known)
            self.note(asked.line, message)
        answers = self._answers(asked, path)
        kind = self._kind(asked, answers)
        item: dict[str, Any] = {"type": kind.value, "title": asked.title}
        if kind is ItemType.MULTI:
            hint = (
                f"最多选 {asked.marks.most} 项。" if asked.marks.most else "可以多选。"
            )
            asked.help.insert(0, hint)
            item |= {"max": asked.marks.most} if asked.marks.most else {}
        if asked.help:
            item["help"] = "\n".join(asked.help)
        if asked.marks.required and kind is not ItemType.NOTE:
            item["required"] = True
        item |= self._offered(asked, kind, answers, path)
        labels = [asked.title, kind.value, *(option["label"] for option in answers)]
        named = {"id": self.names.fresh(*labels), **item}
        ids = [option["id"] for option in self._options(named)]
        self.placed.append(Placed(asked, named, ids))
        return named

    def _options(self, item: dict[str, Any]) -> list[Option]:
        shared = self.scales.by_id.get(item.get("scale", ""), [])
        return item.get("options") or shared

    def _answers(self, asked: Asked, path: str) -> list[Option]:
        if len(asked.options) > MOST_OPTIONS:
            count = len(asked.options)
            line, _ = asked.options[MOST_OPTIONS]
            self.note(line, MANY_OPTIONS.format(count=count, most=MOST_OPTIONS))
        asked.options = asked.options[:MOST_OPTIONS]
        texts = [label for _, label in asked.options]
        read = [(one, None) if asked.rows else without_jump(one) for one in texts]
        asked.jumps = {i: to for i, (_, to) in enumerate(read) if to is not None}
        found = [option_of(_STARRED.sub("", label)) for label, _ in read]
        seen = {""}  # that something is missing is said by the format
        for index, (line, _) in enumerate(asked.options):
            self._put(f"{path}.options", line)
            self._put(f"{path}.options[{index}]", line, f"第 {index + 1} 个选项：")
            label = found[index]["label"]
            if label in seen and label:
                self.note(line, ALIKE.format(label=short(label)))
            seen.add(label)
        if len(found) == 1:
            self.note(asked.options[0][0], ALONE.format(title=short(asked.title)))
        return found

    def _kind(self, asked: Asked, answers: list[Option]) -> ItemType:
        if asked.is_note:
            return ItemType.NOTE
        if asked.rows:
            return ItemType.MATRIX
        return _chosen(asked.marks, answers) if answers else self._typed(asked)

    def _typed(self, asked: Asked) -> ItemType:
        told = asked.marks.kind
        if told in _CHOSEN:
            kind = TYPES[told][0]
            self.note(asked.line, BARE.format(title=short(asked.title), kind=kind))
            return ItemType.NOTE
        if told is None and asks_for_contact(asked.title):
            return ItemType.CONTACT
        return told or (ItemType.TEXT if asked.blanks == 1 else ItemType.LONGTEXT)

    def _offered(
        self, asked: Asked, kind: ItemType, answers: list[Option], path: str
    ) -> dict[str, Any]:
        if kind in {ItemType.SINGLE, ItemType.MULTI}:
            return {"options": with_ids(answers, "", Names(set()))}
        if kind not in _CHOSEN:
            return {}
        scale = self.scales.of(answers)
        self.used.add(scale)
        for index, (line, _) in enumerate(asked.options):
            self._put(f"scales.{scale}[{index}]", line, f"第 {index + 1} 个选项：")
        self._put(f"scales.{scale}", asked.line)
        if kind is ItemType.SCALE:
            return {"scale": scale}
        for index, row in enumerate(asked.rows):
            self._put(f"{path}.rows[{index}]", row.line, f"第 {index + 1} 行：")
        rows = [{"label": row.title} for row in asked.rows]
        return {"scale": scale, "rows": with_ids(rows, "", Names(set()))}


def _chosen(marks: Marks, answers: list[Option]) -> ItemType:
    if marks.kind is ItemType.MULTI or marks.most:
        return ItemType.MULTI
    is_satisfaction = all(option["label"] in SATISFACTION for option in answers)
    is_plain = all(option.keys() == {"label"} for option in answers)
    if marks.kind is ItemType.SCALE or (is_satisfaction and is_plain):
        return ItemType.SCALE
    return ItemType.SINGLE
