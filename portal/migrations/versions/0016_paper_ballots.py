"""an election may ask about each disclosed finding; ballots say how they came in."""

import sqlalchemy as sa
from alembic import op

from portal.kernel.errors import ConflictError


# -- revision
revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None


class OtherVersionError(ConflictError):
    """Sealed ballots and signed records of another version cannot be carried over."""

    sentence = (
        '这个数据库里有另一个版本开始了的测评。封着的选票和签过名的记录，换版本读不了：'
        '请用原来的版本把测评办完、下载公布的材料，再给新版本另建一个安装。'
    )


def refuse_where_anybody_votes() -> None:
    """Nothing is thrown away unasked."""
    begun = "SELECT 1 FROM election WHERE state <> 'PREPARED' LIMIT 1"
    if op.get_bind().execute(sa.text(begun)).first():
        raise OtherVersionError


def upgrade() -> None:
    """Apply."""
    refuse_where_anybody_votes()
    op.add_column('election', sa.Column('items_document', sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    """Take back."""
    refuse_where_anybody_votes()
    op.drop_column('election', 'items_document')
