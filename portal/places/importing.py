"""Rows of the national code list become places; importing again updates them.

In: files, or the rows read from them. Out: the place tree with everything written or
nothing, and a report that adds up.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.places.reading import Row, level_of, read_files
from portal.places.tree import TO_BE_NAMED, Kind, Level, Place

RURAL_CLASSES = {"112", "122", "210", "220"}
VILLAGE_NAMES = ("村委会", "村民委员会")


@dataclass(frozen=True)
class ImportReport:
    """What an import did. The first four add up to the rows of the files.

    `abolished` counts places that are new as abolished or became so just now;
    `streets_made` counts streets that no row named, so that only their code is known.
    """

    added: int
    updated: int
    abolished: int
    unchanged: int
    streets_made: int


def first_guess(code: str, name: str, urban_rural: str) -> Kind:
    """The kind a community most likely has, until 社区类型 or a person says otherwise.

    A village committee is rural: by its code, whose last three digits are 200–399 for
    村民委员会 and 500–599 for what is like one (001–199 and 400–499: 居民委员会; 国统字
    〔2009〕91号 二(二)2), or by its name. A residents' committee goes by 城乡分类: the
    fringe of city and town (112, 122), township seats and villages (210, 220) hold the
    collective assets that make a community 涉农 (S2), as former villages mostly do;
    111, 121 and 123 are urban.
    """
    third = int(code[9:])
    is_village = 200 <= third <= 399 or 500 <= third <= 599
    if is_village or name.endswith(VILLAGE_NAMES) or urban_rural in RURAL_CLASSES:
        return Kind.RURAL
    return Kind.URBAN


def import_places(session: Session, files: Sequence[tuple[str, bytes]]) -> ImportReport:
    """Read the files, given as (file name, content), and write their places.

    Raises PlacesFileError before anything is written. A place named only by the code
    of another is made with a name that asks to be edited; empty cells and absent rows
    change nothing; a kind that is there is changed only by 社区类型.
    """
    return write_rows(session, read_files(files))


def write_rows(session: Session, rows: Sequence[Row]) -> ImportReport:
    """Write rows that were read without mistakes."""
    places = {place.code: place for place in session.scalars(select(Place))}
    outcomes = {"added": 0, "updated": 0, "abolished": 0, "unchanged": 0}
    streets_made = 0
    named = {row.code for row in rows}
    with session.no_autoflush:
        for row in sorted(rows, key=lambda row: row.code):
            streets_made += _make_ancestors(session, places, row.code, named)
            outcomes[_write(session, places, row)] += 1
        session.flush()
    return ImportReport(**outcomes, streets_made=streets_made)


def _ancestors(code: str) -> list[str]:
    """Codes of the district and the street above, outermost first."""
    above = [code[:6] + "000000", code[:9] + "000"]
    return [one for one in above if one < code]


def _make_ancestors(
    session: Session, places: dict[str, Place], code: str, named: set[str]
) -> int:
    """Make what stands above and no row names; how many streets were made.

    Sorted by code, a district or street that has a row is there before what it holds.
    """
    made = 0
    for above in _ancestors(code):
        if above in places or above in named:
            continue
        level = level_of(above)
        digits = f"街道 {above[:9]}" if level is Level.STREET else f"区县 {above[:6]}"
        _add(session, places, Place(code=above, name=f"{digits}{TO_BE_NAMED}"))
        made += level is Level.STREET
    return made


def _add(session: Session, places: dict[str, Place], place: Place) -> Place:
    above = _ancestors(place.code)
    place.level = level_of(place.code)
    place.parent = places[above[-1]] if above else None
    place.urban_rural = place.urban_rural or ""
    place.is_abolished = False
    places[place.code] = place
    session.add(place)
    return place


def _write(session: Session, places: dict[str, Place], row: Row) -> str:
    """Write one row; the name of the report's counter it belongs to."""
    place = places.get(row.code)
    is_new = place is None
    if place is None:
        place = _add(session, places, Place(code=row.code))
    told = _told(place, row)
    changed = {
        key: value for key, value in told.items() if getattr(place, key) != value
    }
    for key, value in changed.items():
        setattr(place, key, value)
    if changed.get("is_abolished"):
        return "abolished"
    if is_new:
        return "added"
    return "updated" if changed else "unchanged"


def _told(place: Place, row: Row) -> dict[str, object]:
    """What the row says about the place; silence says nothing."""
    told: dict[str, object] = {"name": row.name, "is_abolished": row.is_abolished}
    optional = {
        "urban_rural": row.urban_rural or None,
        "attention": row.attention,
        "households": row.households,
        "residents": row.residents,
    }
    told |= {key: value for key, value in optional.items() if value is not None}
    if row.level is Level.COMMUNITY:
        guess = place.kind or first_guess(row.code, row.name, row.urban_rural)
        told["kind"] = row.kind or guess
    if row.kind:  # 社区类型 is filled in: it tells the trait too, or that there is none
        told["trait"] = row.trait
    return told
