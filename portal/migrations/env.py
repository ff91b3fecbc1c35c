"""Alembic's environment: the metadata of every stage."""

from alembic import context
from sqlalchemy import engine_from_config, pool

from portal import (  # noqa: F401 -- mapped classes register themselves
    checklists,
    disclosure,
    entrances,
    handover,
    people,
    places,
    rectification,
    rounds,
)
from portal.figures import responses, settlement  # noqa: F401
from portal.intake import records  # noqa: F401
from portal.kernel import audit, jobs  # noqa: F401
from portal.kernel.database import Base
from portal.people import sessions  # noqa: F401
from portal.questionnaires import frozen  # noqa: F401
from portal.review import findings, letters  # noqa: F401
from portal.vote import election, ledger  # noqa: F401


def run() -> None:
    """Upgrade over one connection."""
    section = context.config.get_section(context.config.config_ini_section, {})
    engine = engine_from_config(section, poolclass=pool.NullPool)
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            compare_type=True,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
