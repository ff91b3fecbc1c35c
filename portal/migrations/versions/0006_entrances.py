"""a code per building, its life, and a successor."""

import sqlalchemy as sa
from alembic import op


# -- revision
revision = '0006'
down_revision = '0004'
branch_labels = None
depends_on = None

LIVE = sa.text('withdrawn_on IS NULL AND replaced_by IS NULL')


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table('code', schema=None) as batch_op:
        batch_op.drop_constraint('uq_code_round_id_place_id_channel_id', type_='unique')
        batch_op.add_column(sa.Column('label', sa.String(), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('printed_on', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('posted_on', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('posted_at', sa.String(), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('posted_by', sa.String(), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('replaced_by', sa.String(), nullable=True))
        batch_op.create_foreign_key(op.f('fk_code_replaced_by_code'), 'code', ['replaced_by'], ['code'])
    with op.batch_alter_table('code', schema=None) as batch_op:
        for name in ('label', 'posted_at', 'posted_by'):
            batch_op.alter_column(name, server_default=None)
    op.create_index('ix_code_live', 'code', ['round_id', 'place_id', 'channel_id', 'label'],
                    unique=True, sqlite_where=LIVE, postgresql_where=LIVE)
    op.create_table('hung_picture',
    sa.Column('code', sa.String(), nullable=False),
    sa.Column('jpeg', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['code'], ['code.code'], name=op.f('fk_hung_picture_code_code')),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_hung_picture'))
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table('hung_picture')
    op.drop_index('ix_code_live', table_name='code')
    with op.batch_alter_table('code', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('fk_code_replaced_by_code'), type_='foreignkey')
        for name in ('label', 'printed_on', 'posted_on', 'posted_at', 'posted_by', 'replaced_by'):
            batch_op.drop_column(name)
        batch_op.create_unique_constraint('uq_code_round_id_place_id_channel_id', ['round_id', 'place_id', 'channel_id'])
