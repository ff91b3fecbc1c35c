"""Stage `places`: the place tree and its import.

In: the national code list, as CSV or XLSX. Out: places with the first guess of their
kind, and who belongs to whom.
"""

from portal.places.importing import ImportReport, first_guess, import_places
from portal.places.reading import PlacesFileError, Row, read_files
from portal.places.template import template_workbook
from portal.places.tree import (
    Attention,
    Branch,
    Kind,
    Level,
    Place,
    Trait,
    abolished_places,
    communities,
    communities_under,
    edit_place,
    get_place,
    place_tree,
    streets,
)

__all__ = [
    "Attention",
    "Branch",
    "ImportReport",
    "Kind",
    "Level",
    "Place",
    "PlacesFileError",
    "Row",
    "Trait",
    "abolished_places",
    "communities",
    "communities_under",
    "edit_place",
    "first_guess",
    "get_place",
    "import_places",
    "place_tree",
    "read_files",
    "streets",
    "template_workbook",
]
