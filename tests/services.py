"""PostgreSQL and Redis beside the tests: used when they answer, skipped when not.

`PORTAL_TEST_POSTGRES` and `PORTAL_TEST_REDIS` name others than the standard local
ones; with `PORTAL_TEST_SERVICES=required` a missing one fails the test.
"""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
import redis

POSTGRES = "postgresql://postgres@127.0.0.1:5432/test"
REDIS = "redis://127.0.0.1:6379/15"


def _missing(what: str, error: Exception) -> None:
    sentence = f"{what} does not answer: {type(error).__name__}"
    if os.environ.get("PORTAL_TEST_SERVICES") == "required":
        pytest.fail(sentence)
    pytest.skip(sentence)


@contextmanager
def postgres_schema() -> Iterator[str]:
    """A SQLAlchemy address of an empty schema of its own, dropped afterwards."""
    address = os.environ.get("PORTAL_TEST_POSTGRES", POSTGRES)
    schema = f"portal_{uuid.uuid4().hex[:12]}"
    try:
        connection = psycopg.connect(address, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError as error:
        _missing("PostgreSQL", error)
        raise
    with connection:
        connection.execute(f"CREATE SCHEMA {schema}".encode())
        scheme, _, rest = address.partition("://")
        glue = "&" if "?" in rest else "?"
        try:
            yield f"{scheme}+psycopg://{rest}{glue}options=-csearch_path%3D{schema}"
        finally:
            connection.execute(f"DROP SCHEMA {schema} CASCADE".encode())
    connection.close()


def redis_address() -> str:
    """The address of a Redis that answers."""
    address = os.environ.get("PORTAL_TEST_REDIS", REDIS)
    client = redis.Redis.from_url(address, socket_connect_timeout=3)
    try:
        client.ping()
    except redis.ConnectionError as error:
        _missing("Redis", error)
    finally:
        client.close()
    return address
