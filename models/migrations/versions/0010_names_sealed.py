"""Volunteers' names and newcomers' secret numbers can be kept sealed; a process says in its pulse that it does so

Nothing is sealed here: a version that is still running reads what it has always read. Once none of those lives, a
process of this version seals what they left (`bot/privacy/resealing.py`). Going back opens what is sealed, and needs the
key for it: "Go back" in docs/operating.md hands it over. Nothing is lost either way.
Revision: 0010_names_sealed, after 0007_what_waits.
"""

import re

import sqlalchemy as sa
from alembic import context, op

from models.base import Codes, Id, Sealed

revision = '0010_names_sealed'
down_revision = '0009_last_day'
branch_labels = None
depends_on = None

PEOPLE = sa.table('people', sa.column('id', Id), sa.column('alias', sa.Text), sa.column('alias_sealed', Sealed))
THREADS = sa.table(
    'conversations', sa.column('id', Id), sa.column('secret_hash', sa.Text), sa.column('secret_sealed', Sealed)
)
OUTBOX = sa.table('outbox', sa.column('id', Id), sa.column('params', Codes))
SEALED_AS, NAMING = 'names_sealed_as', ('alias', 'adviser', 'names')  # as they were called at this revision


def upgrade() -> None:
    with op.batch_alter_table('people', schema=None) as batch_op:
        batch_op.add_column(sa.Column('alias_sealed', Sealed(), nullable=True))
        batch_op.add_column(sa.Column('alias_hash', sa.Text(), nullable=True))
        batch_op.create_unique_constraint(batch_op.f('uq_people_alias_hash'), ['alias_hash'])

    with op.batch_alter_table('conversations', schema=None) as batch_op:
        batch_op.add_column(sa.Column('secret_sealed', Sealed(), nullable=True))

    with op.batch_alter_table('pulses', schema=None) as batch_op:
        batch_op.add_column(sa.Column('level', sa.Integer(), nullable=True))


def downgrade() -> None:
    _open_what_is_sealed()
    with op.batch_alter_table('pulses', schema=None) as batch_op:
        batch_op.drop_column('level')

    with op.batch_alter_table('conversations', schema=None) as batch_op:
        batch_op.drop_column('secret_sealed')

    with op.batch_alter_table('people', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('uq_people_alias_hash'), type_='unique')
        batch_op.drop_column('alias_hash')
        batch_op.drop_column('alias_sealed')


def _open_what_is_sealed():
    """The older version finds everything where it looks for it. Without the key nothing is changed."""
    db, seal = op.get_bind(), context.config.attributes.get('seal')
    for table, plain, sealed in ((PEOPLE, 'alias', 'alias_sealed'), (THREADS, 'secret_hash', 'secret_sealed')):
        for row in db.execute(sa.select(table.c.id, table.c[sealed]).where(table.c[sealed].is_not(None))).all():
            opened = _needed(seal).open(row[1], table=table.name, column=sealed, row_id=row.id)
            db.execute(sa.update(table).where(table.c.id == row.id).values({plain: opened}))
    named = sa.cast(OUTBOX.c.params, sa.Text).like(f'%"{SEALED_AS}"%')
    for row in db.execute(sa.select(OUTBOX.c.id, OUTBOX.c.params).where(named)).all():
        sealed_as = row.params.pop(SEALED_AS)
        opened = _opened(row.params, _needed(seal), sealed_as)
        db.execute(sa.update(OUTBOX).where(OUTBOX.c.id == row.id).values(params=opened))


def _needed(seal):
    if seal is None:
        raise RuntimeError('going back opens what is sealed, and needs the key: "Go back" in docs/operating.md')
    return seal


def _opened(value, seal, sealed_as, *, is_name=False):
    if isinstance(value, dict):
        return {key: _opened(one, seal, sealed_as, is_name=key in NAMING) for key, one in value.items()}
    if isinstance(value, list):
        return [_opened(one, seal, sealed_as, is_name=is_name) for one in value]
    if is_name and isinstance(value, str) and re.fullmatch('([0-9a-f]{2})+', value):
        return seal.open(bytes.fromhex(value), table='outbox', column='params', row_id=int(sealed_as))
    return value
