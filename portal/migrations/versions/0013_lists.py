"""lists have drafts, problems a form, aspects whom they are for; findings have points."""

import sqlalchemy as sa
from alembic import op


# -- revision
revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None

STATE = sa.Enum('DRAFT', 'PUBLISHED', 'RETIRED', name='liststate')
FORM = sa.Enum('FAULT', 'WHETHER', 'ANY', name='form')
SCOPE = sa.Enum('COMMON', 'INDIVIDUAL', name='scope')


def upgrade() -> None:
    """Apply; every version there was is in use, every problem was said outright."""
    STATE.create(op.get_bind(), checkfirst=True)
    FORM.create(op.get_bind(), checkfirst=True)
    op.add_column('checklist', sa.Column('published_on', sa.Date(), nullable=True))
    with op.batch_alter_table('checklist', schema=None) as batch_op:
        batch_op.add_column(sa.Column('state', STATE, nullable=False, server_default='PUBLISHED'))
        batch_op.drop_column('scope')
    with op.batch_alter_table('checklist', schema=None) as batch_op:
        batch_op.alter_column('state', server_default=None)
    SCOPE.drop(op.get_bind(), checkfirst=True)
    with op.batch_alter_table('aspect', schema=None) as batch_op:
        batch_op.add_column(sa.Column('kinds', sa.JSON(), nullable=False, server_default='[]'))
    with op.batch_alter_table('problem', schema=None) as batch_op:
        batch_op.add_column(sa.Column('form', FORM, nullable=False, server_default='FAULT'))
    # Not by batch: rows of other tables point at findings.
    op.add_column('finding', sa.Column('points', sa.JSON(), nullable=False, server_default='[]'))


def downgrade() -> None:
    """Take back; drafts go, a list without a kind was common."""
    op.drop_column('finding', 'points')
    with op.batch_alter_table('problem', schema=None) as batch_op:
        batch_op.drop_column('form')
    with op.batch_alter_table('aspect', schema=None) as batch_op:
        batch_op.drop_column('kinds')
    SCOPE.create(op.get_bind(), checkfirst=True)
    with op.batch_alter_table('checklist', schema=None) as batch_op:
        batch_op.add_column(sa.Column('scope', SCOPE, nullable=False, server_default='COMMON'))
        batch_op.drop_column('state')
        batch_op.drop_column('published_on')
    op.execute("UPDATE checklist SET scope = 'INDIVIDUAL' WHERE kind IS NOT NULL")
    STATE.drop(op.get_bind(), checkfirst=True)
    FORM.drop(op.get_bind(), checkfirst=True)
