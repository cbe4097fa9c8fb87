"""When the one more try of a row in doubt began, so that a process that dies on the way to it has not used it up

A row in doubt that is on its way now is taken to have begun it: nothing is said a third time. Revision: 0005_last_try,
after 0004_nothing_stops_it.
"""

import sqlalchemy as sa
from alembic import op

from models.base import UtcDateTime

revision = '0005_last_try'
down_revision = '0004_nothing_stops_it'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.add_column(sa.Column('last_try_at', UtcDateTime(), nullable=True))
    op.execute("UPDATE outbox SET last_try_at = created_at WHERE state = 'due' AND doubtful AND lease_owner IS NOT NULL")


def downgrade() -> None:
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.drop_column('last_try_at')
