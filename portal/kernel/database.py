"""Engine, declarative base and the types every table uses; SQLite and PostgreSQL."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, ClassVar, TypeVar

from sqlalchemy import (
    JSON,
    Date,
    DateTime,
    Engine,
    LargeBinary,
    MetaData,
    String,
    TypeDecorator,
    create_engine,
    event,
)
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.pool import ConnectionPoolEntry

from portal.kernel.errors import NotFoundError

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Instant(TypeDecorator[datetime]):
    """An aware instant, kept in UTC on every database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _: object) -> datetime | None:
        """Refuse naive times; store UTC."""
        if value is not None and value.tzinfo is None:
            message = "naive time"
            raise ValueError(message)
        return value and value.astimezone(UTC)

    def process_result_value(
        self, value: datetime | None, _: object
    ) -> datetime | None:
        """Give back an aware UTC time, which SQLite does not keep."""
        return value and (value if value.tzinfo else value.replace(tzinfo=UTC))


class Base(DeclarativeBase):
    """All mapped classes of the product."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        bytes: LargeBinary,
        date: Date,
        datetime: Instant,
        dict[str, Any]: JSON,
        list[str]: JSON,
        str: String,
    }


def engine_for(url: str) -> Engine:
    """An engine with what durability and erasure need switched on.

    On SQLite: write-ahead log, `synchronous=FULL` (an acknowledged write survives
    a power cut), `secure_delete` (freed pages are zeroed), foreign keys. A
    transaction starts as the connection's `begin` execution option says, so that a
    request that will write takes the write lock at once instead of failing half way.
    """
    options: dict[str, Any] = {}
    if url.startswith("sqlite"):
        options["connect_args"] = {"timeout": 30, "check_same_thread": False}
    engine = create_engine(url, **options)
    if engine.dialect.name == "sqlite":
        arm_sqlite(engine)
    return engine


def arm_sqlite(engine: Engine) -> None:
    """Attach the SQLite pragmas and explicit transaction starts to `engine`."""

    @event.listens_for(engine, "connect")
    def _(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # the driver must not begin by itself
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "secure_delete=ON",
            "temp_store=MEMORY",
            "trusted_schema=OFF",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _(connection: Any) -> None:
        mode = connection.get_execution_options().get("begin", "DEFERRED")
        connection.exec_driver_sql(f"BEGIN {mode}")


def lookups_on(engine: Engine) -> Engine:
    """For look-ups by one SELECT, on the engine's connections: no transaction starts.

    An engine that listens to its transactions takes half as long again for each.
    """
    return create_engine(engine.url, pool=engine.pool)


def writing(session: Session) -> Session:
    """Start the session's transaction with the write lock taken (SQLite)."""
    session.connection(execution_options={"begin": "IMMEDIATE"})
    return session


Row = TypeVar("Row")


def fetch(session: Session, kind: type[Row], key: object) -> Row:
    """The row with this primary key.

    Raises NotFoundError.
    """
    found = session.get(kind, key)
    if found is None:
        raise NotFoundError
    return found


SessionFactory = Callable[[], Session]
