"""A questionnaire pasted from Word or WPS as a document, without loss of a line.

In: text as a clipboard gives it, last year's numbering, boxes and tables included.
Out: a document that `parse` accepts, or every mistake with its line.
"""

from portal.questionnaires.pasted.reading import PastedError, read_pasted

__all__ = ["PastedError", "read_pasted"]
