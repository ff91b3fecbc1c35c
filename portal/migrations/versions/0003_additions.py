"""additions."""

import sqlalchemy as sa
from alembic import op


# -- revision
revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table('addition',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('letter_id', sa.String(), nullable=False),
    sa.Column('kind', sa.Enum('TEXT', 'PICTURE', 'OUTCOME', name='additionkind'), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    sa.Column('echo', sa.LargeBinary(), nullable=False),
    sa.Column('opened_on', sa.Date(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['letter_id'], ['letter.id'], name=op.f('fk_addition_letter_id_letter')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_addition')),
    sqlite_with_rowid=False
    )
    with op.batch_alter_table('addition', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_addition_letter_id'), ['letter_id'], unique=False)

    # Not by batch: that would copy the letters into a table with row ids.
    op.add_column('letter', sa.Column('turns', sa.Integer(), nullable=False, server_default='0'))
    op.add_column('letter', sa.Column('news', sa.Integer(), nullable=False, server_default='0'))
    op.execute('UPDATE letter SET turns = (SELECT count(*) FROM reply WHERE reply.letter_id = letter.id)')


def downgrade() -> None:
    """Take back."""
    op.drop_column('letter', 'news')
    op.drop_column('letter', 'turns')
    with op.batch_alter_table('addition', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_addition_letter_id'))

    op.drop_table('addition')
    if op.get_bind().dialect.name == 'postgresql':
        op.execute('DROP TYPE additionkind')
