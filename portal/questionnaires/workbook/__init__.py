"""Questionnaires as workbooks: what the office fills in, and what comes back.

In: a document, or the bytes of an XLSX. Out: the one from the other, without loss.
"""

from portal.questionnaires.workbook.reading import read_workbook
from portal.questionnaires.workbook.spots import WorkbookError
from portal.questionnaires.workbook.template import template_workbook
from portal.questionnaires.workbook.writing import TooLongError, write_workbook

__all__ = [
    "TooLongError",
    "WorkbookError",
    "read_workbook",
    "template_workbook",
    "write_workbook",
]
