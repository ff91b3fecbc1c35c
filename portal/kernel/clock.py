"""The one place that asks what time it is; only `web` and `cli` may call it."""

from datetime import UTC, date, datetime, timedelta, timezone

BEIJING = timezone(timedelta(hours=8), "CST")  # one zone for the whole country


def now() -> datetime:
    """The current instant, aware, in UTC."""
    return datetime.now(UTC)


def local_day(instant: datetime) -> date:
    """The calendar day in China of an aware instant."""
    return instant.astimezone(BEIJING).date()
