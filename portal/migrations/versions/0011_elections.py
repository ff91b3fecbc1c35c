"""a vote hangs on its election, of residents or of cadres, under terms of its own."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

import portal.kernel.database
from portal.kernel.errors import ConflictError


# -- revision
revision = '0011'
down_revision = '0007'
branch_labels = None
depends_on = None

TABLES = ('vote_withheld', 'vote_file', 'vote_handed_out', 'vote_draw', 'vote_duty',
          'election_manifest', 'election_closer', 'election')
NEW_TABLES = (*TABLES[:-1], 'election_roll', 'election')
Kinds = dict[str, tuple[str, ...]]
Pieces = tuple[sa.Column[Any] | sa.Constraint, ...]
STATES = ('OPEN', 'AGREED', 'COUNTED', 'CLOSED')
DUTIES = ('PRINTER', 'DISTRIBUTOR', 'OBSERVER')
OLD_KINDS = {'electionstate': STATES, 'paperduty': DUTIES}
NEW_KINDS = {
    'electionstate': ('PREPARED', *STATES),
    'paperduty': DUTIES,
    'electorate': ('RESIDENTS', 'CADRES'),
    'votemode': ('SLIPS', 'OPEN'),
}


class OtherVersionError(ConflictError):
    """Printed slips and signed records of another version cannot be carried over."""

    sentence = (
        '这个数据库里有另一个版本办的测评。票根清单和关票记录是签过名的，换版本改不了：'
        '请用原来的版本把测评办完、下载公布的材料，再给新版本另建一个安装。'
    )


def refuse_where_anybody_votes(tables: tuple[str, ...]) -> None:
    """Signed manifests and records stand as they are; nothing is thrown away unasked."""
    for name in tables:
        if op.get_bind().execute(sa.text(f'SELECT 1 FROM {name} LIMIT 1')).first():
            raise OtherVersionError


def clear(tables: tuple[str, ...], old: Kinds, new: Kinds) -> None:
    """Drop tables; PostgreSQL also changes the kinds of value they alone knew."""
    for table in tables:
        op.drop_table(table)
    if op.get_bind().dialect.name == 'postgresql':
        for name in old:
            op.execute(f'DROP TYPE {name}')
        for name, values in new.items():
            postgresql.ENUM(*values, name=name).create(op.get_bind(), checkfirst=False)


def kind(name: str, *values: str) -> sa.Enum:
    """The type of a column whose values PostgreSQL knows already."""
    known = postgresql.ENUM(*values, name=name, create_type=False)
    return sa.Enum(*values, name=name).with_variant(known, 'postgresql')


def upgrade() -> None:
    """Apply."""
    refuse_where_anybody_votes(TABLES)
    clear(TABLES, OLD_KINDS, NEW_KINDS)
    op.create_table('election',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('round_id', sa.Integer(), nullable=False),
    sa.Column('electorate', kind('electorate', 'RESIDENTS', 'CADRES'), nullable=False),
    sa.Column('code', sa.String(), nullable=False),
    sa.Column('mode', kind('votemode', 'SLIPS', 'OPEN'), nullable=False),
    sa.Column('document', sa.LargeBinary(), nullable=False),
    sa.Column('state', kind('electionstate', 'PREPARED', *STATES), nullable=False),
    sa.Column('public_key', sa.LargeBinary(), nullable=True),
    sa.Column('opened_at', portal.kernel.database.Instant(timezone=True), nullable=True),
    *closing_columns(),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_election')),
    sa.UniqueConstraint('code', name=op.f('uq_election_code')),
    sa.UniqueConstraint('round_id', 'electorate', name=op.f('uq_election_round_id_electorate')),
    )
    op.create_table('election_roll', *keys('election_roll', 'election', 'place'),
    sa.Column('count', sa.Integer(), nullable=False))
    op.create_table('election_manifest', *keys('election_manifest', 'election', 'place'),
    sa.Column('entitled', sa.Integer(), nullable=True), *manifest_columns())
    create_around('election')


def downgrade() -> None:
    """Take back."""
    refuse_where_anybody_votes(NEW_TABLES)
    clear(NEW_TABLES, NEW_KINDS, OLD_KINDS)
    op.create_table('election',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('round_id', sa.Integer(), nullable=False),
    sa.Column('round_code', sa.String(), nullable=False),
    sa.Column('public_key', sa.LargeBinary(), nullable=False),
    sa.Column('state', kind('electionstate', *STATES), nullable=False),
    sa.Column('opened_at', portal.kernel.database.Instant(timezone=True), nullable=False),
    *closing_columns(),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_election')),
    sa.UniqueConstraint('round_id', name=op.f('uq_election_round_id')),
    )
    op.create_table('election_manifest', *keys('election_manifest', 'round', 'place'),
    sa.Column('round_code', sa.String(), nullable=False),
    sa.Column('households', sa.Integer(), nullable=True), *manifest_columns())
    create_around('round')


def closing_columns() -> Pieces:
    """What an election says of its close, before and after."""
    return (
    sa.Column('counted_at', portal.kernel.database.Instant(timezone=True), nullable=True),
    sa.Column('first_id', sa.Integer(), nullable=True),
    sa.Column('first_key', sa.LargeBinary(), nullable=True),
    sa.Column('first_signature', sa.LargeBinary(), nullable=True),
    sa.Column('second_id', sa.Integer(), nullable=True),
    sa.Column('second_key', sa.LargeBinary(), nullable=True),
    sa.Column('second_signature', sa.LargeBinary(), nullable=True),
    sa.Column('closing', sa.LargeBinary(), nullable=True),
    sa.ForeignKeyConstraint(['first_id'], ['staff.id'], name=op.f('fk_election_first_id_staff')),
    sa.ForeignKeyConstraint(['round_id'], ['round.id'], name=op.f('fk_election_round_id_round')),
    sa.ForeignKeyConstraint(['second_id'], ['staff.id'], name=op.f('fk_election_second_id_staff')),
    )


def manifest_columns() -> Pieces:
    """What a manifest says, before and after."""
    return (
    sa.Column('place_code', sa.String(), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.Column('slip_ids', sa.LargeBinary(), nullable=False),
    sa.Column('root', sa.LargeBinary(), nullable=False),
    sa.Column('printer_key', sa.LargeBinary(), nullable=False),
    sa.Column('signature', sa.LargeBinary(), nullable=False),
    )


def keys(table: str, *owners: str, and_also: tuple[str, ...] = ()) -> Pieces:
    """Columns that point to other tables, and with `and_also` are the primary key."""
    names = [f'{owner}_id' for owner in owners]
    return (
    *(sa.Column(name, sa.Integer(), nullable=False) for name in names),
    *(sa.ForeignKeyConstraint([name], [f'{owner}.id'], name=op.f(f'fk_{table}_{name}_{owner}'))
      for name, owner in zip(names, owners, strict=True)),
    sa.PrimaryKeyConstraint(*names, *and_also, name=op.f(f'pk_{table}')),
    )


def create_around(owner: str) -> None:
    """The tables that are the same but for what they hang on."""
    op.create_table('election_closer', *keys('election_closer', owner, 'staff'),
    sa.Column('public_key', sa.LargeBinary(), nullable=False))
    op.create_table('vote_duty', *keys('vote_duty', owner, and_also=('duty',)),
    sa.Column('duty', kind('paperduty', *DUTIES), nullable=False),
    sa.Column('name', sa.String(), nullable=False))
    op.create_table('vote_draw', *keys('vote_draw', owner, 'place'),
    sa.Column('on', sa.Date(), nullable=False),
    sa.Column('observer', sa.String(), nullable=False),
    sa.Column('slip_ids', sa.LargeBinary(), nullable=False))
    op.create_table('vote_handed_out', *keys('vote_handed_out', owner, 'place', and_also=('on',)),
    sa.Column('on', sa.Date(), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.Column('distributor', sa.String(), nullable=False))
    op.create_table('vote_file', *keys('vote_file', owner, and_also=('path',)),
    sa.Column('path', sa.String(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False), sqlite_with_rowid=False)
    op.create_table('vote_withheld', *keys('vote_withheld', owner, 'place'),
    sa.Column('sealed', sa.LargeBinary(), nullable=False), sqlite_with_rowid=False)
