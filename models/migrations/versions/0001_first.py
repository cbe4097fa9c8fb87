"""The first tables

Revision: 0001_first, the beginning.
"""

import sqlalchemy as sa
from alembic import op

from models.base import Codes, Id, Sealed, UtcDateTime

revision = '0001_first'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('code_guesses',
    sa.Column('code_hash', sa.Text(), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('since', UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('code_hash', name=op.f('pk_code_guesses'))
    )
    op.create_table('inbound',
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('attempts', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('came_at', UtcDateTime(), nullable=False),
    sa.Column('done_at', UtcDateTime(), nullable=True),
    sa.Column('failure', sa.Text(), nullable=True),
    sa.PrimaryKeyConstraint('channel', 'key', name=op.f('pk_inbound'))
    )
    with op.batch_alter_table('inbound', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_inbound_came_at'), ['came_at'], unique=False)

    op.create_table('meta',
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('value', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_meta'))
    )
    op.create_table('people',
    sa.Column('id', Id(), autoincrement=False, nullable=False),
    sa.Column('role', sa.Text(), nullable=False),
    sa.Column('alias', sa.Text(), nullable=True),
    sa.Column('shows_alias', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column('language', sa.Text(), nullable=True),
    sa.Column('speaks', Codes(), nullable=False),
    sa.Column('enabled', sa.Boolean(), server_default=sa.true(), nullable=False),
    sa.Column('created_at', UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_people'))
    )
    op.create_table('places',
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('name_key', sa.Text(), nullable=False),
    sa.Column('address', sa.Text(), nullable=False),
    sa.Column('details', Codes(), nullable=False),
    sa.Column('latitude', sa.Float(), nullable=True),
    sa.Column('longitude', sa.Float(), nullable=True),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_places'))
    )
    op.create_table('refused',
    sa.Column('id', Id(), nullable=False),
    sa.Column('on_day', sa.Date(), nullable=False),
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_refused'))
    )
    with op.batch_alter_table('refused', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_refused_on_day'), ['on_day'], unique=False)

    op.create_table('shifts',
    sa.Column('id', Id(), autoincrement=False, nullable=False),
    sa.Column('place', sa.Text(), nullable=False),
    sa.Column('starts_at', UtcDateTime(), nullable=False),
    sa.Column('ends_at', UtcDateTime(), nullable=False),
    sa.Column('cancelled_at', UtcDateTime(), nullable=True),
    sa.CheckConstraint('starts_at < ends_at', name=op.f('ck_shifts_shift_has_length')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shifts'))
    )
    with op.batch_alter_table('shifts', schema=None) as batch_op:
        batch_op.create_index('ix_shifts_ends_at', ['ends_at'], unique=False)

    op.create_table('timers',
    sa.Column('id', Id(), autoincrement=False, nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('subject', Id(), nullable=False),
    sa.Column('due_at', UtcDateTime(), nullable=False),
    sa.Column('done_at', UtcDateTime(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_timers'))
    )
    with op.batch_alter_table('timers', schema=None) as batch_op:
        batch_op.create_index('ix_timers_due', ['due_at'], unique=False, sqlite_where=sa.text('done_at IS NULL'), postgresql_where=sa.text('done_at IS NULL'))
        batch_op.create_index('ix_timers_subject', ['kind', 'subject'], unique=False)

    op.create_table('addresses',
    sa.Column('id', Id(), autoincrement=False, nullable=False),
    sa.Column('person_id', Id(), nullable=True),
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('lookup', sa.Text(), nullable=True),
    sa.Column('chat', Sealed(), nullable=True),
    sa.Column('language', sa.Text(), nullable=True),
    sa.Column('parked_at', UtcDateTime(), nullable=True),
    sa.Column('farewell', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_addresses_person_id_people'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_addresses')),
    sa.UniqueConstraint('channel', 'lookup', name=op.f('uq_addresses_channel'))
    )
    with op.batch_alter_table('addresses', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_addresses_person_id'), ['person_id'], unique=False)

    op.create_table('assignments',
    sa.Column('shift_id', Id(), nullable=False),
    sa.Column('person_id', Id(), nullable=False),
    sa.Column('signed_up_at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_assignments_person_id_people'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['shift_id'], ['shifts.id'], name=op.f('fk_assignments_shift_id_shifts'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('shift_id', 'person_id', name=op.f('pk_assignments'))
    )
    with op.batch_alter_table('assignments', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_assignments_person_id'), ['person_id'], unique=False)

    op.create_table('conversations',
    sa.Column('id', Id(), autoincrement=False, nullable=False),
    sa.Column('newcomer_id', Id(), nullable=False),
    sa.Column('version', Id(), server_default=sa.text('0'), nullable=False),
    sa.Column('step', sa.Text(), nullable=False),
    sa.Column('draft', Sealed(), nullable=True),
    sa.Column('drafted_at', UtcDateTime(), nullable=True),
    sa.Column('consent_at', UtcDateTime(), nullable=True),
    sa.Column('consent_version', sa.Integer(), nullable=True),
    sa.Column('secret_hash', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['newcomer_id'], ['people.id'], name=op.f('fk_conversations_newcomer_id_people'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_conversations')),
    sa.UniqueConstraint('newcomer_id', name=op.f('uq_conversations_newcomer_id'))
    )
    op.create_table('hours_exceptions',
    sa.Column('id', Id(), autoincrement=False, nullable=False),
    sa.Column('place', sa.Text(), nullable=False),
    sa.Column('on_day', sa.Date(), nullable=False),
    sa.Column('opens', sa.Time(), nullable=True),
    sa.Column('closes', sa.Time(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('set_at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['place'], ['places.code'], name=op.f('fk_hours_exceptions_place_places')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_hours_exceptions'))
    )
    with op.batch_alter_table('hours_exceptions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_hours_exceptions_place'), ['place'], unique=False)

    op.create_table('login_links',
    sa.Column('id', Id(), autoincrement=False, nullable=False),
    sa.Column('token_hash', sa.Text(), nullable=False),
    sa.Column('person_id', Id(), nullable=False),
    sa.Column('purpose', sa.Text(), nullable=False),
    sa.Column('expires_at', UtcDateTime(), nullable=False),
    sa.Column('spent_at', UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_login_links_person_id_people'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_login_links')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_login_links_token_hash'))
    )
    with op.batch_alter_table('login_links', schema=None) as batch_op:
        batch_op.create_index('ix_login_links_expires_at', ['expires_at'], unique=False)

    op.create_table('web_sessions',
    sa.Column('id', Id(), autoincrement=False, nullable=False),
    sa.Column('token_hash', sa.Text(), nullable=False),
    sa.Column('person_id', Id(), nullable=False),
    sa.Column('device', sa.Text(), nullable=False),
    sa.Column('held', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column('created_at', UtcDateTime(), nullable=False),
    sa.Column('seen_at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_web_sessions_person_id_people'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_web_sessions')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_web_sessions_token_hash'))
    )
    with op.batch_alter_table('web_sessions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_web_sessions_person_id'), ['person_id'], unique=False)

    op.create_table('weekly_hours',
    sa.Column('id', Id(), autoincrement=False, nullable=False),
    sa.Column('place', sa.Text(), nullable=False),
    sa.Column('weekday', sa.Integer(), nullable=False),
    sa.Column('opens', sa.Time(), nullable=False),
    sa.Column('closes', sa.Time(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.CheckConstraint('opens < closes', name=op.f('ck_weekly_hours_hours_same_day')),
    sa.CheckConstraint('weekday BETWEEN 0 AND 6', name=op.f('ck_weekly_hours_hours_weekday')),
    sa.ForeignKeyConstraint(['place'], ['places.code'], name=op.f('fk_weekly_hours_place_places')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_weekly_hours'))
    )
    with op.batch_alter_table('weekly_hours', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_weekly_hours_place'), ['place'], unique=False)

    op.create_table('cases',
    sa.Column('id', Id(), autoincrement=False, nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('newcomer_id', Id(), nullable=True),
    sa.Column('conversation_id', Id(), nullable=True),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('volunteer_id', Id(), nullable=True),
    sa.Column('language', sa.Text(), nullable=False),
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('has_returned', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column('held', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column('opened_at', UtcDateTime(), nullable=False),
    sa.Column('waiting_since', UtcDateTime(), nullable=True),
    sa.Column('promised_by', UtcDateTime(), nullable=True),
    sa.Column('claimed_at', UtcDateTime(), nullable=True),
    sa.Column('first_claimed_at', UtcDateTime(), nullable=True),
    sa.Column('first_answered_at', UtcDateTime(), nullable=True),
    sa.Column('closed_at', UtcDateTime(), nullable=True),
    sa.Column('last_message_at', UtcDateTime(), nullable=True),
    sa.Column('read_seq', Id(), server_default=sa.text('0'), nullable=False),
    sa.Column('category', sa.Text(), nullable=True),
    sa.Column('stats_consent_at', UtcDateTime(), nullable=True),
    sa.Column('first_visit', sa.Text(), nullable=True),
    sa.Column('gender', sa.Text(), nullable=True),
    sa.Column('age', sa.Text(), nullable=True),
    sa.Column('situation', sa.Text(), nullable=True),
    sa.Column('region', sa.Text(), nullable=True),
    sa.Column('occupation', sa.Text(), nullable=True),
    sa.Column('how_found', sa.Text(), nullable=True),
    sa.Column('persons_in_case', sa.Integer(), server_default=sa.text('1'), nullable=False),
    sa.ForeignKeyConstraint(['conversation_id'], ['conversations.id'], name=op.f('fk_cases_conversation_id_conversations'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['newcomer_id'], ['people.id'], name=op.f('fk_cases_newcomer_id_people'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['volunteer_id'], ['people.id'], name=op.f('fk_cases_volunteer_id_people'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_cases')),
    sa.UniqueConstraint('code', name=op.f('uq_cases_code'))
    )
    with op.batch_alter_table('cases', schema=None) as batch_op:
        batch_op.create_index('ix_cases_claimed', ['volunteer_id'], unique=False, sqlite_where=sa.text("status = 'claimed'"), postgresql_where=sa.text("status = 'claimed'"))
        batch_op.create_index(batch_op.f('ix_cases_newcomer_id'), ['newcomer_id'], unique=False)
        batch_op.create_index('ix_cases_opened_at', ['opened_at'], unique=False)
        batch_op.create_index('ix_cases_queue', ['held', 'waiting_since'], unique=False, sqlite_where=sa.text("status = 'queued'"), postgresql_where=sa.text("status = 'queued'"))
        batch_op.create_index('uq_cases_open_newcomer', ['newcomer_id'], unique=True, sqlite_where=sa.text("status IN ('queued', 'claimed')"), postgresql_where=sa.text("status IN ('queued', 'claimed')"))

    op.create_table('case_events',
    sa.Column('id', Id(), nullable=False),
    sa.Column('case_id', Id(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('on_day', sa.Date(), nullable=False),
    sa.Column('actor_id', Id(), nullable=True),
    sa.Column('detail', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['actor_id'], ['people.id'], name=op.f('fk_case_events_actor_id_people'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_case_events_case_id_cases'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_events'))
    )
    with op.batch_alter_table('case_events', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_case_events_case_id'), ['case_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_case_events_on_day'), ['on_day'], unique=False)

    op.create_table('closing_drafts',
    sa.Column('case_id', Id(), nullable=False),
    sa.Column('volunteer_id', Id(), nullable=False),
    sa.Column('seen_seq', Id(), nullable=False),
    sa.Column('category', sa.Text(), nullable=True),
    sa.Column('organisations', Codes(), nullable=False),
    sa.Column('outcome', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_closing_drafts_case_id_cases'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['volunteer_id'], ['people.id'], name=op.f('fk_closing_drafts_volunteer_id_people'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('case_id', name=op.f('pk_closing_drafts'))
    )
    op.create_table('closings',
    sa.Column('id', Id(), autoincrement=False, nullable=False),
    sa.Column('case_id', Id(), nullable=False),
    sa.Column('closed_at', UtcDateTime(), nullable=False),
    sa.Column('on_day', sa.Date(), nullable=False),
    sa.Column('is_advice', sa.Boolean(), nullable=False),
    sa.Column('category', sa.Text(), nullable=False),
    sa.Column('organisations', Codes(), nullable=False),
    sa.Column('outcome', sa.Text(), nullable=False),
    sa.Column('minutes', sa.Integer(), nullable=True),
    sa.Column('minutes_to_claim', sa.Integer(), nullable=True),
    sa.Column('minutes_to_answer', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_closings_case_id_cases'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_closings'))
    )
    with op.batch_alter_table('closings', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_closings_case_id'), ['case_id'], unique=False)

    op.create_table('focuses',
    sa.Column('person_id', Id(), nullable=False),
    sa.Column('case_id', Id(), nullable=True),
    sa.Column('chosen_at', UtcDateTime(), nullable=True),
    sa.Column('held_text', Sealed(), nullable=True),
    sa.Column('held_external_id', sa.Text(), nullable=True),
    sa.Column('held_at', UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_focuses_case_id_cases'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_focuses_person_id_people'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('person_id', name=op.f('pk_focuses'))
    )
    op.create_table('messages',
    sa.Column('id', Id(), autoincrement=False, nullable=False),
    sa.Column('conversation_id', Id(), nullable=False),
    sa.Column('case_id', Id(), nullable=False),
    sa.Column('seq', Id(), nullable=False),
    sa.Column('author', sa.Text(), nullable=False),
    sa.Column('author_id', Id(), nullable=True),
    sa.Column('external_id', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('words', Sealed(), nullable=False),
    sa.Column('said_at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['author_id'], ['people.id'], name=op.f('fk_messages_author_id_people'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_messages_case_id_cases'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['conversation_id'], ['conversations.id'], name=op.f('fk_messages_conversation_id_conversations'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_messages')),
    sa.UniqueConstraint('conversation_id', 'external_id', 'version', name=op.f('uq_messages_conversation_id'))
    )
    with op.batch_alter_table('messages', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_messages_case_id'), ['case_id'], unique=False)
        batch_op.create_index('ix_messages_conversation_seq', ['conversation_id', 'seq'], unique=False)

    op.create_table('outbox',
    sa.Column('id', Id(), nullable=False),
    sa.Column('address_id', Id(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('params', Codes(), nullable=False),
    sa.Column('dedupe_key', sa.Text(), nullable=True),
    sa.Column('case_id', Id(), nullable=True),
    sa.Column('message_id', Id(), nullable=True),
    sa.Column('secret', Sealed(), nullable=True),
    sa.Column('seq', Id(), server_default=sa.text('0'), nullable=False),
    sa.Column('edits', Id(), nullable=True),
    sa.Column('state', sa.Text(), server_default='due', nullable=False),
    sa.Column('created_at', UtcDateTime(), nullable=False),
    sa.Column('due_at', UtcDateTime(), nullable=False),
    sa.Column('attempts', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('lease_owner', Id(), nullable=True),
    sa.Column('leased_at', UtcDateTime(), nullable=True),
    sa.Column('ended_at', UtcDateTime(), nullable=True),
    sa.Column('remote_id', Id(), nullable=True),
    sa.Column('failure', sa.Text(), nullable=True),
    sa.Column('doubtful', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.ForeignKeyConstraint(['address_id'], ['addresses.id'], name=op.f('fk_outbox_address_id_addresses'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_outbox_case_id_cases'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['message_id'], ['messages.id'], name=op.f('fk_outbox_message_id_messages'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outbox')),
    sa.UniqueConstraint('dedupe_key', name=op.f('uq_outbox_dedupe_key'))
    )
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.create_index('ix_outbox_case', ['case_id'], unique=False)
        batch_op.create_index('ix_outbox_due', ['address_id', 'id'], unique=False, sqlite_where=sa.text("state = 'due'"), postgresql_where=sa.text("state = 'due'"))
        batch_op.create_index('ix_outbox_inbox', ['address_id', 'seq'], unique=False)
        batch_op.create_index('ix_outbox_message', ['message_id'], unique=False)
        batch_op.create_index('ix_outbox_remote', ['address_id', 'remote_id'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.drop_index('ix_outbox_remote')
        batch_op.drop_index('ix_outbox_message')
        batch_op.drop_index('ix_outbox_inbox')
        batch_op.drop_index('ix_outbox_due', sqlite_where=sa.text("state = 'due'"), postgresql_where=sa.text("state = 'due'"))
        batch_op.drop_index('ix_outbox_case')

    op.drop_table('outbox')
    with op.batch_alter_table('messages', schema=None) as batch_op:
        batch_op.drop_index('ix_messages_conversation_seq')
        batch_op.drop_index(batch_op.f('ix_messages_case_id'))

    op.drop_table('messages')
    op.drop_table('focuses')
    with op.batch_alter_table('closings', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_closings_case_id'))

    op.drop_table('closings')
    op.drop_table('closing_drafts')
    with op.batch_alter_table('case_events', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_case_events_on_day'))
        batch_op.drop_index(batch_op.f('ix_case_events_case_id'))

    op.drop_table('case_events')
    with op.batch_alter_table('cases', schema=None) as batch_op:
        batch_op.drop_index('uq_cases_open_newcomer', sqlite_where=sa.text("status IN ('queued', 'claimed')"), postgresql_where=sa.text("status IN ('queued', 'claimed')"))
        batch_op.drop_index('ix_cases_queue', sqlite_where=sa.text("status = 'queued'"), postgresql_where=sa.text("status = 'queued'"))
        batch_op.drop_index('ix_cases_opened_at')
        batch_op.drop_index(batch_op.f('ix_cases_newcomer_id'))
        batch_op.drop_index('ix_cases_claimed', sqlite_where=sa.text("status = 'claimed'"), postgresql_where=sa.text("status = 'claimed'"))

    op.drop_table('cases')
    with op.batch_alter_table('weekly_hours', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_weekly_hours_place'))

    op.drop_table('weekly_hours')
    with op.batch_alter_table('web_sessions', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_web_sessions_person_id'))

    op.drop_table('web_sessions')
    with op.batch_alter_table('login_links', schema=None) as batch_op:
        batch_op.drop_index('ix_login_links_expires_at')

    op.drop_table('login_links')
    with op.batch_alter_table('hours_exceptions', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_hours_exceptions_place'))

    op.drop_table('hours_exceptions')
    op.drop_table('conversations')
    with op.batch_alter_table('assignments', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_assignments_person_id'))

    op.drop_table('assignments')
    with op.batch_alter_table('addresses', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_addresses_person_id'))

    op.drop_table('addresses')
    with op.batch_alter_table('timers', schema=None) as batch_op:
        batch_op.drop_index('ix_timers_subject')
        batch_op.drop_index('ix_timers_due', sqlite_where=sa.text('done_at IS NULL'), postgresql_where=sa.text('done_at IS NULL'))

    op.drop_table('timers')
    with op.batch_alter_table('shifts', schema=None) as batch_op:
        batch_op.drop_index('ix_shifts_ends_at')

    op.drop_table('shifts')
    with op.batch_alter_table('refused', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_refused_on_day'))

    op.drop_table('refused')
    op.drop_table('places')
    op.drop_table('people')
    op.drop_table('meta')
    with op.batch_alter_table('inbound', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_inbound_came_at'))

    op.drop_table('inbound')
    op.drop_table('code_guesses')
