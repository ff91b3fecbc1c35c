"""questionnaires are settled; snapshots know how much was in them, and by what channel."""

from typing import Any

import sqlalchemy as sa
from alembic import op


# -- revision
revision = '0015'
down_revision = '0013'
branch_labels = None
depends_on = None

SHOWN = sa.table(
    'shown_counts',
    sa.column('round_id', sa.Integer), sa.column('place_id', sa.Integer),
    sa.column('counts', sa.JSON), sa.column('responses', sa.Integer),
)


def upgrade() -> None:
    """Apply; what was shown keeps standing, of unknown channels."""
    op.create_table('settlement',
    sa.Column('round_id', sa.Integer(), nullable=False),
    sa.Column('settled_on', sa.Date(), nullable=False),
    sa.Column('sums', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['round_id'], ['round.id'], name=op.f('fk_settlement_round_id_round')),
    sa.PrimaryKeyConstraint('round_id', name=op.f('pk_settlement'))
    )
    with op.batch_alter_table('shown_counts', schema=None) as batch_op:
        batch_op.add_column(sa.Column('responses', sa.Integer(), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('taken_on', sa.Date(), nullable=True))
    for row in op.get_bind().execute(sa.select(SHOWN)).all():
        counts = {
            key: {cell: {'': n} for cell, n in table.items()}
            for key, table in row.counts.items()
        }
        most = max((sum(table.values()) for table in row.counts.values()), default=0)
        _write(row, counts, most)
    with op.batch_alter_table('shown_counts', schema=None) as batch_op:
        batch_op.alter_column('responses', server_default=None)


def downgrade() -> None:
    """Take back; the channels are forgotten."""
    for row in op.get_bind().execute(sa.select(SHOWN)).all():
        counts = {
            key: {cell: sum(by.values()) for cell, by in cube.items()}
            for key, cube in row.counts.items() if not key.endswith('?')
        }
        _write(row, counts, row.responses)
    with op.batch_alter_table('shown_counts', schema=None) as batch_op:
        batch_op.drop_column('taken_on')
        batch_op.drop_column('responses')
    op.drop_table('settlement')


def _write(row: sa.Row[Any], counts: dict[str, Any], responses: int) -> None:
    op.execute(
        sa.update(SHOWN)
        .where(SHOWN.c.round_id == row.round_id, SHOWN.c.place_id == row.place_id)
        .values(counts=counts, responses=responses)
    )
