"""spot checks: a fixed list of findings, what was drawn from it and what was seen."""

import sqlalchemy as sa
from alembic import op


# -- revision
revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table('spot_check',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('round_id', sa.Integer(), nullable=False),
        sa.Column('number', sa.Integer(), nullable=False),
        sa.Column('size', sa.Integer(), nullable=False),
        sa.Column('reason', sa.String(), nullable=False),
        sa.Column('commitment', sa.String(), nullable=False),
        sa.Column('frozen_on', sa.Date(), nullable=False),
        sa.Column('frozen_by', sa.Integer(), nullable=False),
        sa.Column('first_half', sa.String(), nullable=False),
        sa.Column('seed', sa.String(), nullable=True),
        sa.Column('drawn_on', sa.Date(), nullable=True),
        sa.Column('drawn_by', sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(['drawn_by'], ['staff.id'], name=op.f('fk_spot_check_drawn_by_staff')),
        sa.ForeignKeyConstraint(['frozen_by'], ['staff.id'], name=op.f('fk_spot_check_frozen_by_staff')),
        sa.ForeignKeyConstraint(['round_id'], ['round.id'], name=op.f('fk_spot_check_round_id_round')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_spot_check')),
        sa.UniqueConstraint('round_id', 'number', name=op.f('uq_spot_check_round_id_number')))
    op.create_index(op.f('ix_spot_check_round_id'), 'spot_check', ['round_id'])
    op.create_table('spot_check_finding',
        sa.Column('spot_check_id', sa.Integer(), nullable=False),
        sa.Column('finding_id', sa.Integer(), nullable=False),
        sa.Column('number', sa.Integer(), nullable=False),
        sa.Column('is_drawn', sa.Boolean(), nullable=False),
        sa.Column('outcome', sa.Enum('FIXED', 'PARTLY', 'NOT_FIXED', name='outcome'), nullable=True),
        sa.Column('visited_on', sa.Date(), nullable=True),
        sa.Column('visited_by', sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(['finding_id'], ['finding.id'], name=op.f('fk_spot_check_finding_finding_id_finding')),
        sa.ForeignKeyConstraint(['spot_check_id'], ['spot_check.id'], name=op.f('fk_spot_check_finding_spot_check_id_spot_check')),
        sa.ForeignKeyConstraint(['visited_by'], ['staff.id'], name=op.f('fk_spot_check_finding_visited_by_staff')),
        sa.PrimaryKeyConstraint('spot_check_id', 'finding_id', name=op.f('pk_spot_check_finding')))


def downgrade() -> None:
    """Take back."""
    for table in ('spot_check_finding', 'spot_check'):
        op.drop_table(table)
