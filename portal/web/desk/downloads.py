"""Files to keep: workbooks, documents, codes and posters."""

from io import BytesIO
from pathlib import PurePath

from flask import send_file
from flask.typing import ResponseReturnValue

_OFFICE = "application/vnd.openxmlformats-officedocument"
KINDS = {  # by the name's end; what a machine knows of its own accord differs
    ".docx": f"{_OFFICE}.wordprocessingml.document",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".xlsx": f"{_OFFICE}.spreadsheetml.sheet",
}


def file_to_keep(content: bytes, name: str) -> ResponseReturnValue:
    """A file under its name, whose end says what kind it is."""
    kind = KINDS[PurePath(name).suffix]
    return send_file(BytesIO(content), kind, as_attachment=True, download_name=name)
