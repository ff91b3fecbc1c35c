"""What an installation keeps, checked against its promises: tables, boxes, keys."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, inspect, select, text

from portal.intake.records import RESIDENT_TABLES, Letter
from portal.kernel import audit
from portal.kernel.database import Instant
from portal.people import readers_of
from portal.rounds import Round
from portal.rounds.keys import holders
from portal.rounds.round import RoundPlace
from portal.web.installation import Installation

BOX_COLUMNS = {
    "box": {"one", "opening", "public_key"},
    "item": {"key", "opening", "sealed"},
    "aside": {"key", "opening", "sealed"},
    "spent": {"key", "day"},
}
# Settings of PostgreSQL that would write order or texts beside the tables.
POSTGRES_SETTINGS = {
    "track_commit_timestamp": {"off"},
    "log_statement": {"none", "ddl"},
    "log_min_duration_statement": {"-1"},
}


def no_fine_times(_: Installation) -> str:
    """No resident table declares a column finer than a day."""
    fine = [
        f"{table.__tablename__}.{column.name}"
        for table in RESIDENT_TABLES
        for column in table.__table__.columns
        if isinstance(column.type, Instant)
    ]
    return "、".join(fine)


def no_column_added(house: Installation) -> str:
    """The live tables have the columns the privacy page is rendered from, no other."""
    with house.engine.connect() as connection:
        live = inspect(connection)
        added = [
            f"{table.__tablename__}.{column['name']}"
            for table in RESIDENT_TABLES
            for column in live.get_columns(table.__tablename__)
            if column["name"] not in table.__table__.columns
        ]
    added += _added_to_box(house.settings.letterbox)
    return f"库里多出了没有公示的列 {'、'.join(added)}，请删掉" if added else ""


def _added_to_box(path: Path) -> list[str]:
    if not path.exists():
        return []
    with closing(sqlite3.connect(path)) as box:
        tables = box.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        found = {
            name: {row[1] for row in box.execute(f"PRAGMA table_info('{name}')")}
            for (name,) in tables.fetchall()
        }
    return [
        f"{path.name}:{table}.{column}"
        for table, columns in sorted(found.items())
        for column in sorted(columns - BOX_COLUMNS.get(table, set()))
    ]


def days_are_days(house: Installation) -> str:
    """What stands in a day's column is ten characters long (SQLite keeps any text)."""
    if house.engine.dialect.name != "sqlite":
        return ""  # the column type of PostgreSQL holds a day and no more
    with house.engine.connect() as connection:
        day = Letter.__table__.c.opened_on.name
        fine = connection.scalar(
            text(f"SELECT count(*) FROM letter WHERE length({day}) <> 10")  # noqa: S608 -- our own column
        )
    return f"{fine} 封信的日期带着钟点" if fine else ""


def no_order_in_tables(house: Installation) -> str:
    """Resident tables have no row ids; PostgreSQL writes no times or statements."""
    with house.engine.connect() as connection:
        if connection.dialect.name != "sqlite":
            return _loose_settings(connection)
        rows = connection.execute(
            text("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
        )
        made = {str(name): str(sql).upper() for name, sql in rows}
    ordered = [
        table.__tablename__
        for table in RESIDENT_TABLES
        if "WITHOUT ROWID" not in made.get(table.__tablename__, "")
    ]
    return f"{'、'.join(ordered)} 有行号，看得出先后" if ordered else ""


def _loose_settings(connection: Connection) -> str:
    loose = [
        f"{name}={value}"
        for name, allowed in POSTGRES_SETTINGS.items()
        if (value := str(connection.scalar(text(f"SHOW {name}")))) not in allowed
    ]
    return f"PostgreSQL 的 {'、'.join(loose)} 会留下时间或内容，请关掉" if loose else ""


def swept_boxes_are_clean(house: Installation) -> str:
    """Nothing freed lies in the box, and past openings have no key any more."""
    path = house.settings.letterbox
    if not path.exists():
        return ""
    with closing(sqlite3.connect(path)) as box:
        freed = box.execute("PRAGMA freelist_count").fetchone()[0]
        needed = {row[0] for row in box.execute("SELECT opening FROM item")}
        needed |= {row[0] for row in box.execute("SELECT opening FROM aside")}
        needed |= {row[0] for row in box.execute("SELECT opening FROM box")}
    kept = {name.rpartition("/")[2] for name in house.keystore.names("letterbox")}
    idle = kept - {str(number) for number in needed}
    if idle:
        return f"开过箱的钥匙还有 {len(idle)} 把没有销毁，请再开一次箱"
    return f"意见箱里还有 {freed} 页没有清掉的痕迹，请再开一次箱" if freed else ""


def texts_are_sealed(house: Installation) -> str:
    """No sealed column holds what anybody could read."""
    with house.engine.connect() as connection:
        plain = sum(
            _reads_as_text(bytes(value))
            for table in RESIDENT_TABLES
            if "sealed" in table.__table__.columns
            for value in connection.scalars(select(table.__table__.c.sealed))
        )
    return f"{plain} 处居民写的话没有封" if plain else ""


def _reads_as_text(value: bytes) -> bool:
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return True


def keystore_is_private(house: Installation) -> str:
    """Only the server's user reads the key files."""
    open_files = [
        name
        for name in house.keystore.names()
        if (house.keystore.folder / name).stat().st_mode & 0o077
    ]
    return f"{len(open_files)} 个密钥文件别人也能读，请 chmod 600" if open_files else ""


def keystore_is_apart(house: Installation) -> str:
    """The key files do not lie among the database's."""
    beside = Path(house.engine.url.database or "/").parent == house.keystore.folder
    return "密钥库和数据库在同一个文件夹" if beside else ""


def keys_are_with_readers(house: Installation) -> str:
    """Nobody recused or gone holds a key to a community."""
    with house.sessions() as session:
        strays = [
            f"{place.round_id}/{place.place_id}"
            for place in session.scalars(select(RoundPlace).join(Round))
            if holders(house.keystore, place.round_id, place.place_id)
            - {s.id for s in readers_of(session, place.round_id, place.place_id)}
        ]
    return f"{'、'.join(strays)} 的钥匙还在不该有的人手里" if strays else ""


def audit_is_whole(house: Installation) -> str:
    """The log's hashes follow from one another."""
    with house.sessions() as session:
        number = audit.first_break(session)
    return "" if number is None else f"审计日志第 {number} 条对不上"


DISK_CHECKS: tuple[tuple[str, str, Callable[[Installation], str]], ...] = (
    ("承诺1", "居民数据没有精确到天以下的时间", no_fine_times),
    ("承诺1", "表里没有多出来的列", no_column_added),
    ("承诺1", "日期只到天", days_are_days),
    ("承诺2", "表里看不出先后", no_order_in_tables),
    ("承诺2", "开过的箱清干净了", swept_boxes_are_clean),
    ("承诺3", "居民写的话都封着", texts_are_sealed),
    ("承诺3", "密钥只有服务账号能读", keystore_is_private),
    ("承诺3", "密钥库和数据库分开放", keystore_is_apart),
    ("承诺12", "钥匙只在该看的人手里", keys_are_with_readers),
    ("承诺12", "审计日志连得上", audit_is_whole),
)
