"""One cell of a places file: what it says, or a sentence about how to mend it.

In: a cell as a spreadsheet or a text file gives it. Out: a code, a name, a class, a
kind, a number. Every reader raises CellError with a sentence for the person who
holds the file.
"""

import re
import unicodedata

from portal.kernel.workbooks import Cell, CellError, plain, short, text_of
from portal.places.columns import ATTENTIONS, CLASSES, KINDS, TRAITS
from portal.places.tree import COUNT_LIMIT, NAME_LENGTH, Attention, Kind, Trait

_SCIENTIFIC = re.compile(r"[+-]?\d+(?:\.\d+)?E[+-]?\d+", re.IGNORECASE)
_AS_TEXT = re.compile(r'(?:="?|\')([^"\']*)"?')  # ="3301…" and '3301…' of spreadsheets
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+")
_CLASS = re.compile(r"(\d{3})?[\s()\-:]*([^\d\s()\-:]*)[\s()]*")
_BETWEEN = re.compile(r"[、,;/+|\s()和及]+")
_ABOLISHED = re.compile(r"\s*[\[(【〔「]\s*已撤销\s*[\])】〕」]\s*")


def _digits(cell: Cell) -> str:
    text = plain(text_of(cell)).replace(" ", "")
    text = _AS_TEXT.sub(r"\1", text) if text[:1] in {"=", "'"} else text
    if _GROUPED.fullmatch(text):
        text = text.replace(",", "")
    return re.sub(r"(?<=\d)\.0+$", "", text)


def code_of(cell: Cell) -> str:
    """The 12-digit statistical code (6 county + 3 street + 3 community).

    Refuses what a spreadsheet has rounded, provinces, and a community without a
    street. A code that ends in nine or six zeros is a street's or a district's; of
    cities only those without counties occur (东莞), and they stand as districts.
    """
    text = _digits(cell)
    if not text:
        message = "代码是空的。请填写 12 位统计用区划代码，或删去这一行。"
        raise CellError(message)
    if _SCIENTIFIC.fullmatch(text):
        message = (
            f"代码变成了科学计数法（{text}），后面几位可能已经丢失。请在 Excel 或 WPS "
            "里把代码这一列设成「文本」，从原表重新复制代码，再另存。"
        )
        raise CellError(message)
    if not re.fullmatch(r"[0-9]+", text):
        message = f"代码只能是数字，这里是「{short(text)}」。说明、合计等行请删去。"
        raise CellError(message)
    if len(text) != 12:
        message = f"代码应为 12 位数字，这里是 {len(text)} 位。请核对有没有缺位或多位。"
        raise CellError(message)
    if text.endswith("0" * 10):
        message = "这是省一级的代码。只需要区县、街道和社区，请删去这一行。"
        raise CellError(message)
    if text[6:9] == "000" and text[9:] != "000":
        message = "代码第 7 至 9 位（街道）是 000，看不出属于哪个街道。请核对。"
        raise CellError(message)
    return text


def name_of(cell: Cell) -> tuple[str, bool]:
    """The name without the mark 「[已撤销]」, and whether the mark was there."""
    text = unicodedata.normalize("NFC", text_of(cell))
    text = "".join(
        " " if mark.isspace() else mark
        for mark in text
        if mark.isspace() or unicodedata.category(mark) not in {"Cc", "Cf"}
    )
    marked = text.replace("［", "[").replace("］", "]")
    marked = marked.replace("（已撤销）", "[已撤销]")
    is_abolished = _ABOLISHED.search(marked) is not None
    name = " ".join((_ABOLISHED.sub(" ", marked) if is_abolished else text).split())
    return require_name(name), is_abolished


def require_name(name: str) -> str:
    """The name itself; raises CellError where nobody could read it."""
    if not name:
        message = "名称是空的。请填写名称。"
        raise CellError(message)
    if "\ufffd" in name or "锟斤拷" in name:
        message = "名称里有乱码。请用原来的文件重新另存为 xlsx 或 UTF-8 的 csv。"
        raise CellError(message)
    if len(name) > NAME_LENGTH:
        message = f"名称有 {len(name)} 个字，最多 {NAME_LENGTH} 个字。请缩短。"
        raise CellError(message)
    return name


def class_of(cell: Cell) -> str:
    """The three digits of 城乡分类, ``""`` for an empty cell.

    Takes 111(主城区), 111 and 主城区 alike; refuses where the two disagree.
    """
    text = plain(text_of(cell))
    if not text:
        return ""
    found = _CLASS.fullmatch(re.sub(r"\.0+$", "", text))
    by_word = {word: code for code, word in CLASSES.items()}
    if found:
        digits, word = found.groups()
        code = digits or by_word.get(word, "")
        if code in CLASSES and word in {"", CLASSES[code]}:
            return code
    known = "、".join(f"{code}({word})" for code, word in CLASSES.items())
    message = f"没有「{short(text)}」这一种城乡分类。可以填：{known}。"
    raise CellError(message)


def kind_of(cell: Cell) -> tuple[Kind | None, Trait | None]:
    """Kind and trait of 社区类型, such as 「涉农社区、飞地」; both None when empty.

    A trait alone means 城市社区: S2 (南京雨花台) lists 纯居委会, 飞地 and 厂居社区
    among the urban ones.
    """
    text = plain(text_of(cell))
    words = [word for word in _BETWEEN.split(text) if word not in {"", "-", "—"}]
    for word in words:
        if word not in KINDS and word not in TRAITS:
            known = "涉农社区、城市社区、纯居委会、飞地、厂居社区"
            message = f"没有「{short(word)}」这一种社区类型。可以填：{known}。"
            raise CellError(message)
    kinds = {KINDS[word] for word in words if word in KINDS}
    traits = {TRAITS[word] for word in words if word in TRAITS}
    if len(kinds) > 1:
        message = "涉农社区和城市社区只能选一种。请改成其中一种。"
        raise CellError(message)
    if len(traits) > 1:
        message = "纯居委会、飞地、厂居社区只能选一种。请留下最主要的一种。"
        raise CellError(message)
    trait = next(iter(traits), None)
    return next(iter(kinds), Kind.URBAN if trait else None), trait


def attention_of(cell: Cell) -> Attention | None:
    """The value of 关注等级, None for an empty cell."""
    word = plain(text_of(cell)).replace(" ", "")
    if word in {"", "-", "—"}:
        return None
    found = ATTENTIONS.get(word) or ATTENTIONS.get(re.sub("(?:社区|村)$", "", word))
    if found is None:
        known = "重点关注、风险隐患、一般普通"
        message = f"没有「{short(word)}」这一种关注等级。可以填：{known}。"
        raise CellError(message)
    return found


def count_of(cell: Cell) -> int | None:
    """Households or residents as a whole number, None for an empty cell."""
    text = _digits(re.sub(r"[户人]\s*$", "", text_of(cell)))
    if text in {"", "-", "—", "/"}:
        return None
    if re.fullmatch(r"-\d+(?:\.\d+)?", text):
        message = f"这里是负数（{short(text)}）。请填 0 或更大的整数。"
        raise CellError(message)
    if not re.fullmatch(r"[0-9]+", text):
        message = f"这里应为整数，现在是「{short(text)}」。不清楚可以留空。"
        raise CellError(message)
    if len(text) > 7 or int(text) > COUNT_LIMIT:
        message = f"「{short(text)}」超过了 {COUNT_LIMIT}，请核对有没有多写几位。"
        raise CellError(message)
    return int(text)
