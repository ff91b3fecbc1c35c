"""what was last shown of a questionnaire."""

import sqlalchemy as sa
from alembic import op


# -- revision
revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table('shown_counts',
    sa.Column('round_id', sa.Integer(), nullable=False),
    sa.Column('place_id', sa.Integer(), nullable=False),
    sa.Column('counts', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['place_id'], ['place.id'], name=op.f('fk_shown_counts_place_id_place')),
    sa.ForeignKeyConstraint(['round_id'], ['round.id'], name=op.f('fk_shown_counts_round_id_round')),
    sa.PrimaryKeyConstraint('round_id', 'place_id', name=op.f('pk_shown_counts'))
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table('shown_counts')
