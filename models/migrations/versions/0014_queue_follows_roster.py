"""The queue follows the roster: who is present, hand-overs and notes, follow-ups, blocks, and how far reminders have come

A case that waits at the upgrade counts its reminders from the next shift's start. Lost going back: all of it; notes go
with their table.

Revision: 0014_queue_follows_roster, after 0013_calendar_feeds.
"""

import sqlalchemy as sa
from alembic import op

from models.base import Id, Sealed, UtcDateTime

revision = '0014_queue_follows_roster'
down_revision = '0013_calendar_feeds'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('blocks',
    sa.Column('person_id', Id(), nullable=False),
    sa.Column('made_at', UtcDateTime(), nullable=False),
    sa.Column('made_by', Id(), nullable=True),
    sa.Column('until', UtcDateTime(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('told_at', UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['made_by'], ['people.id'], name=op.f('fk_blocks_made_by_people'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_blocks_person_id_people'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('person_id', name=op.f('pk_blocks'))
    )
    op.create_table('duties',
    sa.Column('id', Id(), autoincrement=False, nullable=False),
    sa.Column('person_id', Id(), nullable=False),
    sa.Column('shift_id', Id(), nullable=True),
    sa.Column('began_at', UtcDateTime(), nullable=False),
    sa.Column('ends_at', UtcDateTime(), nullable=False),
    sa.Column('ended_at', UtcDateTime(), nullable=True),
    sa.CheckConstraint('began_at <= ends_at', name=op.f('ck_duties_duty_has_length')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_duties_person_id_people'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['shift_id'], ['shifts.id'], name=op.f('fk_duties_shift_id_shifts'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_duties'))
    )
    with op.batch_alter_table('duties', schema=None) as batch_op:
        batch_op.create_index('ix_duties_open', ['ends_at'], unique=False, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))
        batch_op.create_index('ix_duties_person', ['person_id', 'ends_at'], unique=False)
        batch_op.create_index('uq_duties_shift_person', ['shift_id', 'person_id'], unique=True)

    op.create_table('case_notes',
    sa.Column('id', Id(), autoincrement=False, nullable=False),
    sa.Column('case_id', Id(), nullable=False),
    sa.Column('author_id', Id(), nullable=True),
    sa.Column('words', Sealed(), nullable=False),
    sa.Column('external_id', sa.Text(), nullable=True),
    sa.Column('made_at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['author_id'], ['people.id'], name=op.f('fk_case_notes_author_id_people'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_case_notes_case_id_cases'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_notes')),
    sa.UniqueConstraint('external_id', name=op.f('uq_case_notes_external_id'))
    )
    with op.batch_alter_table('case_notes', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_case_notes_case_id'), ['case_id'], unique=False)

    op.create_table('follow_ups',
    sa.Column('id', Id(), autoincrement=False, nullable=False),
    sa.Column('case_id', Id(), nullable=False),
    sa.Column('set_by', Id(), nullable=True),
    sa.Column('set_at', UtcDateTime(), nullable=False),
    sa.Column('due_at', UtcDateTime(), nullable=False),
    sa.Column('note', Sealed(), nullable=True),
    sa.Column('asks_newcomer', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column('agreed_at', UtcDateTime(), nullable=True),
    sa.Column('ended_at', UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_follow_ups_case_id_cases'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['set_by'], ['people.id'], name=op.f('fk_follow_ups_set_by_people'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_follow_ups'))
    )
    with op.batch_alter_table('follow_ups', schema=None) as batch_op:
        batch_op.create_index('uq_follow_ups_open', ['case_id'], unique=True, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))

    op.create_table('hand_overs',
    sa.Column('id', Id(), autoincrement=False, nullable=False),
    sa.Column('case_id', Id(), nullable=False),
    sa.Column('giver_id', Id(), nullable=True),
    sa.Column('receiver_id', Id(), nullable=True),
    sa.Column('language', sa.Text(), nullable=True),
    sa.Column('note', Sealed(), nullable=True),
    sa.Column('made_at', UtcDateTime(), nullable=False),
    sa.Column('over_at', UtcDateTime(), nullable=False),
    sa.Column('ended_at', UtcDateTime(), nullable=True),
    sa.Column('outcome', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_hand_overs_case_id_cases'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['giver_id'], ['people.id'], name=op.f('fk_hand_overs_giver_id_people'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['receiver_id'], ['people.id'], name=op.f('fk_hand_overs_receiver_id_people'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_hand_overs'))
    )
    with op.batch_alter_table('hand_overs', schema=None) as batch_op:
        batch_op.create_index('uq_hand_overs_open', ['case_id'], unique=True, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))

    op.create_table('hand_over_readers',
    sa.Column('hand_over_id', Id(), nullable=False),
    sa.Column('person_id', Id(), nullable=False),
    sa.Column('read_at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['hand_over_id'], ['hand_overs.id'], name=op.f('fk_hand_over_readers_hand_over_id_hand_overs'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_hand_over_readers_person_id_people'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('hand_over_id', 'person_id', name=op.f('pk_hand_over_readers'))
    )
    with op.batch_alter_table('hand_over_readers', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_hand_over_readers_person_id'), ['person_id'], unique=False)

    with op.batch_alter_table('assignments', schema=None) as batch_op:
        batch_op.add_column(sa.Column('absent_at', UtcDateTime(), nullable=True))

    with op.batch_alter_table('cases', schema=None) as batch_op:
        batch_op.add_column(sa.Column('queued_at', UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column('reminded', sa.Integer(), server_default=sa.text('0'), nullable=False))
        batch_op.add_column(sa.Column('late_told_at', UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column('kept_until', UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column('flagged_at', UtcDateTime(), nullable=True))

    with op.batch_alter_table('shift_changes', schema=None) as batch_op:
        batch_op.create_index('ix_shift_changes_made_by', ['made_by', 'number'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('shift_changes', schema=None) as batch_op:
        batch_op.drop_index('ix_shift_changes_made_by')

    with op.batch_alter_table('assignments', schema=None) as batch_op:
        batch_op.drop_column('absent_at')

    with op.batch_alter_table('cases', schema=None) as batch_op:
        batch_op.drop_column('flagged_at')
        batch_op.drop_column('kept_until')
        batch_op.drop_column('late_told_at')
        batch_op.drop_column('reminded')
        batch_op.drop_column('queued_at')

    with op.batch_alter_table('hand_over_readers', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_hand_over_readers_person_id'))

    op.drop_table('hand_over_readers')
    with op.batch_alter_table('hand_overs', schema=None) as batch_op:
        batch_op.drop_index('uq_hand_overs_open', sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))

    op.drop_table('hand_overs')
    with op.batch_alter_table('follow_ups', schema=None) as batch_op:
        batch_op.drop_index('uq_follow_ups_open', sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))

    op.drop_table('follow_ups')
    with op.batch_alter_table('case_notes', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_case_notes_case_id'))

    op.drop_table('case_notes')
    with op.batch_alter_table('duties', schema=None) as batch_op:
        batch_op.drop_index('uq_duties_shift_person')
        batch_op.drop_index('ix_duties_person')
        batch_op.drop_index('ix_duties_open', sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))

    op.drop_table('duties')
    op.drop_table('blocks')
