"""Every word has a last day: cases that still have words are found by an index, and a purged case has no number

Going back, cases without a number get one that is no code, and are nobody's: an older version would take up again, for
two weeks, a case that has no conversation any more. Going up again takes the number away. Lost then: whose cases those
were, which numbers may not be given again yet, and that coordinators have been told of a last day.
Revision: 0009_last_day, after 0007_what_waits.
"""

import sqlalchemy as sa
from alembic import op

from models.base import UtcDateTime

revision = '0009_last_day'
down_revision = '0008_in_chats'
branch_labels = None
depends_on = None

WORDED = sa.text('last_message_at IS NOT NULL')
NUMBERED = sa.text('code IS NOT NULL')


def upgrade() -> None:
    op.create_table('freed_codes',
    sa.Column('code_hash', sa.Text(), nullable=False),
    sa.Column('freed_on', sa.Date(), nullable=False),
    sa.PrimaryKeyConstraint('code_hash', name=op.f('pk_freed_codes'))
    )
    with op.batch_alter_table('freed_codes', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_freed_codes_freed_on'), ['freed_on'], unique=False)
    with op.batch_alter_table('cases', schema=None) as batch_op:
        batch_op.add_column(sa.Column('last_day_told_at', UtcDateTime(), nullable=True))
        batch_op.alter_column('code', existing_type=sa.Text(), nullable=True)
    op.execute("UPDATE cases SET code = NULL WHERE code LIKE 'gone-%'")
    op.create_index('ix_cases_worded', 'cases', ['last_message_at'], sqlite_where=WORDED, postgresql_where=WORDED)
    theirs = ['newcomer_id', 'closed_at']
    op.create_index('ix_cases_numbered', 'cases', theirs, sqlite_where=NUMBERED, postgresql_where=NUMBERED)


def downgrade() -> None:
    op.drop_index('ix_cases_numbered', table_name='cases')
    op.drop_index('ix_cases_worded', table_name='cases')
    op.execute("UPDATE cases SET code = 'gone-' || CAST(id AS TEXT), newcomer_id = NULL WHERE code IS NULL")
    with op.batch_alter_table('cases', schema=None) as batch_op:
        batch_op.alter_column('code', existing_type=sa.Text(), nullable=False)
        batch_op.drop_column('last_day_told_at')
    with op.batch_alter_table('freed_codes', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_freed_codes_freed_on'))
    op.drop_table('freed_codes')
