"""Which messages stand in private chats, so that they can be deleted as long as Telegram allows it

What is known of messages that have left already is taken over; of a chat in which others may stand this is noted, so
that nobody is told that all of it has gone. On the way back only that knowledge is lost. Revision: 0008_in_chats, after
0007_what_waits.
"""

import sqlalchemy as sa
from alembic import op

from models.base import Id, UtcDateTime

revision = '0008_in_chats'
down_revision = '0007_what_waits'
branch_labels = None
depends_on = None

TWO_DAYS_AGO = {'sqlite': "datetime('now', '-2 days')", 'postgresql': "CURRENT_TIMESTAMP - interval '2 days'"}
RELAYED = sa.text('case_id IS NOT NULL')
SENT = """
    INSERT INTO chat_messages (address_id, remote_id, came_at, case_id)
    SELECT o.address_id, o.remote_id, min(o.ended_at), max(CASE WHEN o.kind = 'words' THEN o.case_id END)
    FROM outbox o JOIN addresses a ON a.id = o.address_id
    WHERE a.channel = 'telegram' AND o.state = 'sent' AND o.remote_id IS NOT NULL AND o.ended_at IS NOT NULL
      AND o.edits IS NULL AND o.kind <> 'hours_post' AND o.ended_at > {since}
    GROUP BY o.address_id, o.remote_id
"""
WRITTEN = """
    INSERT INTO chat_messages (address_id, remote_id, came_at)
    SELECT a.id, CAST(substr(m.external_id, 2) AS BIGINT), min(m.said_at)
    FROM messages m JOIN conversations c ON c.id = m.conversation_id
    JOIN addresses a ON a.person_id = c.newcomer_id AND a.channel = 'telegram'
    WHERE m.author = 'newcomer' AND {numbered} AND m.said_at > {since}
    GROUP BY a.id, m.external_id
"""
NUMBERED = {
    'sqlite': "m.external_id GLOB 't[0-9]*' AND substr(m.external_id, 2) NOT GLOB '*[^0-9]*'",
    'postgresql': "m.external_id ~ '^t[0-9]{1,18}$'",
}
OTHERS = """
    INSERT INTO chat_messages (address_id, remote_id, came_at)
    SELECT id, 0, CURRENT_TIMESTAMP FROM addresses WHERE channel = 'telegram' AND person_id IS NOT NULL
"""


def known(dialect: str) -> tuple[str, ...]:
    since = TWO_DAYS_AGO[dialect]
    return SENT.format(since=since), WRITTEN.format(since=since, numbered=NUMBERED[dialect]), OTHERS


def upgrade() -> None:
    op.create_table('chat_messages',
    sa.Column('address_id', Id(), nullable=False),
    sa.Column('remote_id', Id(), autoincrement=False, nullable=False),
    sa.Column('came_at', UtcDateTime(), nullable=False),
    sa.Column('case_id', Id(), nullable=True),
    sa.Column('unsaid_at', UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['address_id'], ['addresses.id'], name=op.f('fk_chat_messages_address_id_addresses'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_chat_messages_case_id_cases'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('address_id', 'remote_id', name=op.f('pk_chat_messages'))
    )
    with op.batch_alter_table('chat_messages', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_chat_messages_came_at'), ['came_at'], unique=False)
        batch_op.create_index('ix_chat_messages_case', ['case_id'], unique=False, sqlite_where=RELAYED, postgresql_where=RELAYED)
    for statement in known(op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    with op.batch_alter_table('chat_messages', schema=None) as batch_op:
        batch_op.drop_index('ix_chat_messages_case', sqlite_where=RELAYED, postgresql_where=RELAYED)
        batch_op.drop_index(batch_op.f('ix_chat_messages_came_at'))
    op.drop_table('chat_messages')
    op.execute("DELETE FROM timers WHERE kind = 'chats'")  # an older version would try it for ever
