"""What an older installation has shown of questionnaires stays shown."""

import json
import sqlite3
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory


def test_counts_shown_before_keep_standing_of_unknown_channels(tmp_path: Path) -> None:
    config = Config()
    config.set_main_option("script_location", "portal:migrations")
    config.set_main_option("sqlalchemy.url", f"sqlite:///{tmp_path / 'portal.db'}")
    revision = ScriptDirectory.from_config(config).get_revision("0015")
    command.upgrade(config, str(revision.down_revision))
    counts = {"q": {"a": 7, "b": 8}, "r": {"a": 5, "b": 5}}
    with sqlite3.connect(tmp_path / "portal.db") as database:
        row = (1, 1, json.dumps(counts))
        database.execute("INSERT INTO shown_counts VALUES (?, ?, ?)", row)
    command.upgrade(config, "0015")
    with sqlite3.connect(tmp_path / "portal.db") as database:
        read = "SELECT counts, responses, taken_on FROM shown_counts"
        ((text, responses, day),) = database.execute(read).fetchall()
    assert json.loads(text)["q"] == {"a": {"": 7}, "b": {"": 8}}
    assert (responses, day) == (15, None)
    command.downgrade(config, str(revision.down_revision))
    with sqlite3.connect(tmp_path / "portal.db") as database:
        ((text,),) = database.execute("SELECT counts FROM shown_counts").fetchall()
    assert json.loads(text) == counts
    database.close()
