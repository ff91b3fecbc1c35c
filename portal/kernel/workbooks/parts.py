"""What the parts of an XLSX say that no row tells: merged ranges, escaped signs.

In: the bytes of a ZIP that `opening` let through. Out: merged ranges by the title of
their sheet; the file with the signs written out that ECMA-376 §22.9.2.19 escapes.
"""

import io
import re
import zipfile
from collections.abc import Mapping

from openpyxl.reader.workbook import WorkbookParser
from openpyxl.utils.cell import range_boundaries

from portal.kernel.workbooks.sheets import ROW_LIMIT, Merged, SheetError

BOOK = "xl/workbook.xml"
_MERGED = re.compile(
    rb"<(?:\w+:)?mergeCell\b[^>]*?\bref=[\"']([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})[\"']"
)
_TEXT = re.compile(rb"(<(?:\w+:)?t(?:\s[^>]*)?>)([^<]+)")
_ESCAPE = re.compile(rb"_x([0-9A-Fa-f]{4})_")
_EATEN = b"x005F_"  # what openpyxl removes from every shared string, asked or not


def merged_ranges(content: bytes) -> Mapping[str, tuple[Merged, ...]]:
    """The merged ranges of each sheet, by its title.

    Raises SheetError where there are more of them than a sheet may have rows.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        book = WorkbookParser(archive, BOOK, keep_links=False)
        book.parse()
        return {
            str(sheet.name): _ranges(archive.read(part.target))
            for sheet, part in book.find_sheets()
            if part.target in archive.namelist()
        }


def _ranges(data: bytes) -> tuple[Merged, ...]:
    names = [found.decode() for found in _MERGED.findall(data)]
    if len(names) > ROW_LIMIT:
        message = "合并的单元格太多。请取消合并后再传。"
        raise SheetError(message)
    return tuple(_range(name) for name in names)


def _range(name: str) -> Merged:
    left, top, right, bottom = range_boundaries(name)
    if left is None or top is None or right is None or bottom is None:
        message = f"a merged range has four sides: {name}"
        raise ValueError(message)
    return Merged(top, bottom, left - 1, right - 1)


def unescaped(content: bytes) -> bytes:
    """The file with escaped signs written out: `_x000D_` is the end of a line.

    Excel and WPS write them so, and openpyxl leaves them as they are. A file without
    any comes back untouched.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {part: archive.read(part) for part in archive.namelist()}
    changed = {part: _written_out(part, data) for part, data in parts.items()}
    if changed == parts:
        return content
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for part, data in changed.items():
            archive.writestr(part, data)
    return file.getvalue()


def _written_out(part: str, data: bytes) -> bytes:
    is_shared = part.lower().endswith("sharedstrings.xml")
    if not is_shared and not part.startswith("xl/worksheets/"):
        return data
    if not (_ESCAPE.search(data) or (is_shared and _EATEN in data)):
        return data

    def text(found: re.Match[bytes]) -> bytes:
        signs = _ESCAPE.sub(_sign, found[2])
        if is_shared:
            signs = signs.replace(_EATEN, b"x005F" + _EATEN + b"_")
        return found[1] + signs

    return _TEXT.sub(text, data)


def _sign(found: re.Match[bytes]) -> bytes:
    """A reference to the sign; nothing for those that XML cannot hold."""
    number = int(found[1], 16)
    if number < 0x20 and number not in {0x9, 0xA, 0xD}:
        return b""
    if 0xD800 <= number < 0xE000 or number > 0xFFFD:
        return b""
    return b"_" if number == ord("_") else b"&#%d;" % number
