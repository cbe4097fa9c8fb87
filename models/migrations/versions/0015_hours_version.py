"""Whether the opening hours have changed, told by one row: what has been read of them need not be read again

Triggers write it, so that no writer can forget to: neither an older version beside nor SQL by hand. Lost going back:
nothing that anybody wrote.

Revision: 0015_hours_version, after 0014_queue_follows_roster.
"""

import sqlalchemy as sa
from alembic import op

revision = '0015_hours_version'
down_revision = '0014_queue_follows_roster'
branch_labels = None
depends_on = None

TABLES = ('places', 'weekly_hours', 'hours_exceptions')
FRESH = {'sqlite': 'lower(hex(randomblob(16)))', 'postgresql': 'CAST(gen_random_uuid() AS text)'}
WRITES = {'sqlite': ('INSERT', 'UPDATE', 'DELETE'), 'postgresql': ('INSERT OR UPDATE OR DELETE OR TRUNCATE',)}


def upgrade() -> None:
    op.create_table('hours_version',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('version', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_hours_version'))
    )
    dialect = op.get_bind().dialect.name
    op.execute(f'INSERT INTO hours_version (id, version) VALUES (1, {FRESH[dialect]})')
    renew = f'UPDATE hours_version SET version = {FRESH[dialect]};'
    if dialect == 'postgresql':  # whatever a restored dump has set the path to, the table is found
        op.execute(
            f'CREATE FUNCTION hours_changed() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT '
            f'AS $$ BEGIN {renew} RETURN NULL; END $$'
        )
        renew = 'EXECUTE FUNCTION hours_changed()'
    else:
        renew = f'BEGIN {renew} END'
    each = 'STATEMENT' if dialect == 'postgresql' else 'ROW'  # the one that both could have, SQLite has not
    for table in TABLES:
        for place, write in enumerate(WRITES[dialect]):
            op.execute(f'CREATE TRIGGER hours_changed_{table}_{place} AFTER {write} ON {table} FOR EACH {each} {renew}')


def downgrade() -> None:
    dialect = op.get_bind().dialect.name
    for table in TABLES:
        for place, _ in enumerate(WRITES[dialect]):
            op.execute(f'DROP TRIGGER hours_changed_{table}_{place}' + (f' ON {table}' if dialect == 'postgresql' else ''))
    if dialect == 'postgresql':
        op.execute('DROP FUNCTION hours_changed()')
    op.drop_table('hours_version')
