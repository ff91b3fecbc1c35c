"""questionnaires have versions and drafts; rounds point at the version they ask."""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op


# -- revision
revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None

STATE = sa.Enum('DRAFT', 'PUBLISHED', 'RETIRED', name='questionnairestate')


def upgrade() -> None:
    """Apply; what rounds were frozen with is kept once, as versions in their order."""
    frozen = _rows('SELECT round_id, revision, document, frozen_on FROM questionnaire ORDER BY id')
    op.drop_table('questionnaire')
    kept = op.create_table('questionnaire',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('code', sa.String(), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.Column('state', STATE, nullable=False),
        sa.Column('revision', sa.String(length=64), nullable=False),
        sa.Column('document', sa.Text(), nullable=False),
        sa.Column('published_on', sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_questionnaire')),
        sa.UniqueConstraint('code', 'version', name=op.f('uq_questionnaire_code_version')))
    op.create_index(op.f('ix_questionnaire_revision'), 'questionnaire', ['revision'])
    asked = op.create_table('round_questionnaire',
        sa.Column('round_id', sa.Integer(), nullable=False),
        sa.Column('questionnaire_id', sa.Integer(), nullable=False),
        sa.Column('frozen_on', sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(['questionnaire_id'], ['questionnaire.id'], name=op.f('fk_round_questionnaire_questionnaire_id_questionnaire')),
        sa.ForeignKeyConstraint(['round_id'], ['round.id'], name=op.f('fk_round_questionnaire_round_id_round')),
        sa.PrimaryKeyConstraint('round_id', name=op.f('pk_round_questionnaire')))
    op.create_index(op.f('ix_round_questionnaire_questionnaire_id'), 'round_questionnaire', ['questionnaire_id'])
    ids = {}
    for row in frozen:
        if row.revision not in ids:
            ids[row.revision] = _version(kept, row)
        op.execute(asked.insert().values(round_id=row.round_id, questionnaire_id=ids[row.revision], frozen_on=row.frozen_on))


def downgrade() -> None:
    """Take back; drafts go, and what no round asks."""
    frozen = _rows(
        'SELECT r.round_id, q.revision, q.document, r.frozen_on FROM round_questionnaire r'
        ' JOIN questionnaire q ON q.id = r.questionnaire_id WHERE r.frozen_on IS NOT NULL ORDER BY r.round_id')
    op.drop_table('round_questionnaire')
    op.drop_table('questionnaire')
    STATE.drop(op.get_bind(), checkfirst=True)
    kept = op.create_table('questionnaire',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('round_id', sa.Integer(), nullable=False),
        sa.Column('revision', sa.String(length=64), nullable=False),
        sa.Column('document', sa.Text(), nullable=False),
        sa.Column('frozen_on', sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(['round_id'], ['round.id'], name=op.f('fk_questionnaire_round_id_round')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_questionnaire')),
        sa.UniqueConstraint('round_id', name=op.f('uq_questionnaire_round_id')))
    op.create_index(op.f('ix_questionnaire_revision'), 'questionnaire', ['revision'])
    for row in frozen:
        op.execute(kept.insert().values(**row._mapping))


def _rows(query: str) -> list[Any]:
    typed = sa.text(query).columns(frozen_on=sa.Date())
    return list(op.get_bind().execute(typed).all())


def _version(kept: sa.Table, row: sa.Row[Any]) -> int:
    """Keep a document as the next version of its code; gives its id."""
    code = json.loads(row.document)['id']
    number = sa.select(sa.func.count()).select_from(kept).where(kept.c.code == code)
    version = op.get_bind().execute(number).scalar_one() + 1
    made = kept.insert().returning(kept.c.id).values(
        code=code, version=version, state='PUBLISHED', revision=row.revision,
        document=row.document, published_on=row.frozen_on)
    return int(op.get_bind().execute(made).scalar_one())
