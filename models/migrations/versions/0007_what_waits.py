"""Indices of only what is looked for, so that no look walks through what is over

Nothing is lost either way. Revision: 0007_what_waits, after 0006_dialogues.
"""

import sqlalchemy as sa
from alembic import op

revision = '0007_what_waits'
down_revision = '0006_dialogues'
branch_labels = None
depends_on = None

RELAYS = sa.text('message_id IS NOT NULL')


def upgrade() -> None:
    op.drop_index('ix_outbox_message', table_name='outbox')
    op.create_index('ix_outbox_message', 'outbox', ['message_id'], sqlite_where=RELAYS, postgresql_where=RELAYS)


def downgrade() -> None:
    op.drop_index('ix_outbox_message', table_name='outbox')
    op.create_index('ix_outbox_message', 'outbox', ['message_id'])
