"""who printed, handed out and watched; slips drawn and void; slips handed out."""

import sqlalchemy as sa
from alembic import op


# -- revision
revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table('vote_duty',
        sa.Column('round_id', sa.Integer(), nullable=False),
        sa.Column('duty', sa.Enum('PRINTER', 'DISTRIBUTOR', 'OBSERVER', name='paperduty'), nullable=False),
        sa.Column('name', sa.String(), nullable=False),
        sa.ForeignKeyConstraint(['round_id'], ['round.id'], name=op.f('fk_vote_duty_round_id_round')),
        sa.PrimaryKeyConstraint('round_id', 'duty', name=op.f('pk_vote_duty')))
    op.create_table('vote_draw',
        sa.Column('round_id', sa.Integer(), nullable=False),
        sa.Column('place_id', sa.Integer(), nullable=False),
        sa.Column('on', sa.Date(), nullable=False),
        sa.Column('observer', sa.String(), nullable=False),
        sa.Column('slip_ids', sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(['place_id'], ['place.id'], name=op.f('fk_vote_draw_place_id_place')),
        sa.ForeignKeyConstraint(['round_id'], ['round.id'], name=op.f('fk_vote_draw_round_id_round')),
        sa.PrimaryKeyConstraint('round_id', 'place_id', name=op.f('pk_vote_draw')))
    op.create_table('vote_handed_out',
        sa.Column('round_id', sa.Integer(), nullable=False),
        sa.Column('place_id', sa.Integer(), nullable=False),
        sa.Column('on', sa.Date(), nullable=False),
        sa.Column('count', sa.Integer(), nullable=False),
        sa.Column('distributor', sa.String(), nullable=False),
        sa.ForeignKeyConstraint(['place_id'], ['place.id'], name=op.f('fk_vote_handed_out_place_id_place')),
        sa.ForeignKeyConstraint(['round_id'], ['round.id'], name=op.f('fk_vote_handed_out_round_id_round')),
        sa.PrimaryKeyConstraint('round_id', 'place_id', 'on', name=op.f('pk_vote_handed_out')))


def downgrade() -> None:
    """Take back."""
    for table in ('vote_handed_out', 'vote_draw', 'vote_duty'):
        op.drop_table(table)
    sa.Enum(name='paperduty').drop(op.get_bind(), checkfirst=True)
