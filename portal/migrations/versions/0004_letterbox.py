"""letterbox."""

import sqlalchemy as sa
from alembic import op


# -- revision
revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table('opening_request',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('asked_by_id', sa.Integer(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('asked_on', sa.Date(), nullable=False),
    sa.ForeignKeyConstraint(['asked_by_id'], ['staff.id'], name=op.f('fk_opening_request_asked_by_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_opening_request'))
    )
    # Not by batch: that would copy the letters into a table with row ids.
    op.add_column('letter', sa.Column('is_urgent', sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column('round', sa.Column('opening_hours', sa.String(), nullable=False, server_default=''))


def downgrade() -> None:
    """Take back."""
    op.drop_column('round', 'opening_hours')
    op.drop_column('letter', 'is_urgent')
    op.drop_table('opening_request')
