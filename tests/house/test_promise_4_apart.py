"""Promise 4: answers do not join.

Several people fill several forms between two openings; no value of any column may
then lead from the row of somebody's ticks to a row of their words, nor to the poster
they came from.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import (
    Column,
    Integer,
    MetaData,
    String,
    Table,
    select,
)
from sqlalchemy.engine import Row

from portal.entrances import Code
from portal.intake.records import (
    RESIDENT_TABLES,
    Addition,
    Contact,
    Letter,
    Remark,
    Response,
)
from portal.web.installation import Installation
from tests.makers import Cast, make_addition, make_answers, make_complaint

WHERE = {"round_id", "place_id"}  # what the rows of one community share


@pytest.fixture
def answered(house: Installation, cast: Cast) -> Installation:
    """Five people of one community, each with ticks and two texts; and letters."""
    for number in range(5):
        make_answers(
            house,
            cast.yunxi,
            overall=("good", "mostly", "fair", "bad", "unknown")[number],
            errand="failed",
            errand_why="else",
            more=f"第 {number} 个人写的一段话",
            **{"errand_why.else": f"第 {number} 个人说别的"},
        )
        receipt = make_complaint(
            house, cast.yunxi, text=f"第 {number} 封信", contact="000-0000"
        )
        make_addition(house, receipt, f"第 {number} 封信的补充")
    house.open_letterbox(by="timetable", reason="set hour")
    return house


def table_of(kind: type[Any]) -> Table:
    table = kind.__table__
    assert isinstance(table, Table)
    return table


@dataclass(frozen=True)
class Rows:
    """The rows of a table as mappings."""

    name: str
    rows: Sequence[dict[str, Any]]

    @classmethod
    def of(cls, connection: Any, table: Table) -> "Rows":
        found: Iterable[Row[Any]] = connection.execute(select(table))
        return cls(table.name, [dict(row._mapping) for row in found])


def bridges(one: Rows, other: Rows) -> list[str]:
    """Pairs of columns whose values lead from a row of one to *its* rows of the other.

    Values that all rows share lead nowhere; a value that only some rows share does.
    """
    found = []
    for left in one.rows[0].keys() - WHERE:
        for right in other.rows[0].keys() - WHERE:
            lefts = [_flat(row[left]) for row in one.rows]
            rights = [_flat(row[right]) for row in other.rows]
            shared = set().union(*lefts) & set().union(*rights)
            if any(_tells(value, lefts) or _tells(value, rights) for value in shared):
                found.append(f"{one.name}.{left} = {other.name}.{right}")
    return sorted(found)


def _tells(value: str, rows: list[set[str]]) -> bool:
    """Whether only some of the rows have the value."""
    return 0 < sum(value in row for row in rows) < len(rows)


def _flat(value: Any) -> set[str]:
    """A column's value and what lies in it, long enough to mean something."""
    if isinstance(value, dict):
        return set().union(*(_flat(v) for v in value.values()), set(value))
    if isinstance(value, list):
        return set().union(*(_flat(v) for v in value), {str(value)})
    return {value.hex() if isinstance(value, bytes) else str(value)}


def rows(house: Installation, kind: type[Any]) -> Rows:
    with house.engine.connect() as connection:
        return Rows.of(connection, table_of(kind))


def test_ticks_and_words_of_one_person_do_not_join(answered: Installation) -> None:
    responses, remarks = rows(answered, Response), rows(answered, Remark)
    assert (len(responses.rows), len(remarks.rows)) == (5, 10)
    assert bridges(responses, remarks) == []


def test_two_texts_of_one_person_do_not_join(answered: Installation) -> None:
    remarks = rows(answered, Remark).rows
    one, other = (
        Rows("remark", [row for row in remarks if row["question"] == question])
        for question in ("more", "errand_why.else")
    )
    assert (len(one.rows), len(other.rows)) == (5, 5)
    assert bridges(one, other) == []


@pytest.mark.parametrize("kind", [Response, Remark])
def test_answers_do_not_join_with_letters(
    answered: Installation, kind: type[Any]
) -> None:
    assert bridges(rows(answered, kind), rows(answered, Letter)) == []
    assert bridges(rows(answered, kind), rows(answered, Contact)) == []
    assert bridges(rows(answered, kind), rows(answered, Addition)) == []


def test_only_contacts_and_additions_know_their_letter(answered: Installation) -> None:
    """Meant so: whoever wants to be called is called about their letter."""
    found = bridges(rows(answered, Contact), rows(answered, Letter))
    assert found == ["contact.letter_id = letter.id"]
    found = bridges(rows(answered, Addition), rows(answered, Letter))
    assert found == ["addition.letter_id = letter.id"]


def test_rows_stand_in_no_common_order(answered: Installation) -> None:
    """Of ten rows each: if ids sorted alike, the texts would follow the ticks."""
    ids = {row["id"] for row in rows(answered, Response).rows}
    others = {row["id"] for row in rows(answered, Remark).rows}
    assert {len(name) for name in ids | others} == {32}
    prefixes = [name[:6] for name in ids | others]
    assert len(set(prefixes)) == len(prefixes)


def test_a_shared_id_is_found(answered: Installation) -> None:
    """The leaking twin: one submission id on ticks and words."""
    responses, remarks = rows(answered, Response), rows(answered, Remark)
    for number, row in enumerate(remarks.rows):
        row["submission"] = responses.rows[number // 2]["id"]
    assert bridges(responses, remarks) == ["response.id = remark.submission"]


def test_a_hidden_mark_in_the_ticks_is_found(answered: Installation) -> None:
    """The twin that hides: a number among the ticks, another column's seal."""
    responses, remarks = rows(answered, Response), rows(answered, Remark)
    for number, row in enumerate(responses.rows):
        row["ticks"]["_"] = remarks.rows[number]["sealed"][:8].hex()
        remarks.rows[number]["sealed"] = remarks.rows[number]["sealed"][:8]
    assert bridges(responses, remarks) == ["response.ticks = remark.sealed"]


# Where somebody came from


def poster_columns(tables: Iterable[Table]) -> list[str]:
    """Columns that name a poster, an entrance or a channel, or point to their tables."""
    telling = {"code", "entrance", "channel", "poster", "nonce", "token"}
    return [
        f"{table.name}.{column.name}"
        for table in tables
        for column in table.columns
        if (telling & set(column.name.split("_")[:1]) and column.name != "channel_kind")
        or any(
            key.column.table.name in {"code", "channel"} for key in column.foreign_keys
        )
    ]


def test_no_table_of_residents_knows_the_poster() -> None:
    assert poster_columns(table_of(kind) for kind in RESIDENT_TABLES) == []
    kinds = [
        k.__tablename__ for k in RESIDENT_TABLES if "channel_kind" in table_of(k).c
    ]
    assert kinds == ["response"]  # a complaint knows its community only


def test_a_table_that_knows_the_poster_is_found() -> None:
    meta = MetaData()
    Table("code", meta, Column("code", String, primary_key=True))
    twin = Table(
        "twin",
        meta,
        Column("entrance_id", Integer),
        Column("code", String),
    )
    assert poster_columns([twin]) == ["twin.entrance_id", "twin.code"]


def test_no_code_lies_in_any_row_of_a_resident(
    answered: Installation, cast: Cast
) -> None:
    with answered.sessions() as session:
        codes = session.scalars(select(Code.code)).all()
    values = [
        str(value)
        for kind in RESIDENT_TABLES
        for row in rows(answered, kind).rows
        for value in row.values()
    ]
    assert len(codes) == 6
    assert [c for c in codes if any(c in value for value in values)] == []
    assert len(values) > 50


def test_two_posters_of_one_kind_cannot_be_told_apart(
    house: Installation, cast: Cast
) -> None:
    """All that is left of 「云溪, 小区业主群」 is the community and the kind."""
    make_answers(house, cast.yunxi, overall="good")
    make_answers(house, cast.yunxi, overall="good")
    house.open_letterbox(by="timetable", reason="set hour")
    first, second = rows(house, Response).rows
    assert first.pop("id") != second.pop("id")
    assert first == second
