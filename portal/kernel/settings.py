"""Every setting of an installation, with a default that works on one machine."""

import os
from dataclasses import dataclass, replace
from datetime import time
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Where things lie and how the server presents itself.

    `base_url` is what codes and posters point at, without a trailing slash.
    """

    instance: Path
    database_url: str
    keystore: Path
    base_url: str = "http://127.0.0.1:8000"
    redis_url: str = ""
    opening_hours: tuple[time, ...] = (time(8), time(12), time(18))
    trusted_proxies: int = 0
    office: str = "巡察工作领导小组办公室"
    hotline: str = ""
    font: Path | None = None

    @classmethod
    def from_environment(cls, environ: dict[str, str] | None = None) -> "Settings":
        """Read `PORTAL_*`; an unset one keeps its default."""
        env = dict(os.environ) if environ is None else environ
        instance = Path(env.get("PORTAL_INSTANCE") or "instance").absolute()
        return replace(
            cls.at(instance),
            database_url=env.get("PORTAL_DATABASE_URL")
            or cls.at(instance).database_url,
            keystore=Path(env.get("PORTAL_KEYSTORE") or instance / "keystore"),
            base_url=(env.get("PORTAL_BASE_URL") or cls.base_url).rstrip("/"),
            redis_url=env.get("PORTAL_REDIS_URL", ""),
            trusted_proxies=int(env.get("PORTAL_TRUSTED_PROXIES") or 0),
            opening_hours=_hours(
                env.get("PORTAL_OPENING_HOURS") or "08:00,12:00,18:00"
            ),
            office=env.get("PORTAL_OFFICE") or cls.office,
            hotline=env.get("PORTAL_HOTLINE", ""),
            font=Path(env["PORTAL_FONT"]) if env.get("PORTAL_FONT") else None,
        )

    @classmethod
    def at(cls, instance: Path) -> "Settings":
        """Settings of the instance folder `instance`, all else default."""
        return cls(
            instance=instance,
            database_url=f"sqlite:///{instance / 'portal.db'}",
            keystore=instance / "keystore",
        )

    @property
    def letterbox(self) -> Path:
        """The SQLite file submissions fall into until they are opened."""
        return self.instance / "letterbox.db"

    @property
    def exports(self) -> Path:
        """The folder of what long work made to be fetched."""
        return self.instance / "exports"

    @property
    def ballot_box(self) -> Path:
        """The SQLite file sealed ballots lie in until the close."""
        return self.instance / "ballots.db"


def _hours(text: str) -> tuple[time, ...]:
    return tuple(sorted(time.fromisoformat(part.strip()) for part in text.split(",")))
