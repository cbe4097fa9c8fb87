"""What a wrong clock cannot spoil: the pulse of every process, and when a row's due time was decided

Rows that wait now are taken to have been timed when they are due: one that a wrong clock has put far ahead is thereby
tried at once. Revision: 0004_nothing_stops_it, after 0003_nothing_lost.
"""

import sqlalchemy as sa
from alembic import op

from models.base import Id, UtcDateTime

revision = '0004_nothing_stops_it'
down_revision = '0003_nothing_lost'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('pulses',
    sa.Column('instance', Id(), autoincrement=False, nullable=False),
    sa.Column('beat_at', UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('instance', name=op.f('pk_pulses'))
    )
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.add_column(sa.Column('timed_at', UtcDateTime(), nullable=True))
    op.execute("UPDATE outbox SET timed_at = due_at WHERE state = 'due'")


def downgrade() -> None:
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.drop_column('timed_at')
    op.drop_table('pulses')
