"""What was typed is kept: lines held one by one, drafts of the desk and of a browser, a secret until it is written down

Lossy both ways for what a volunteer had typed and the bot was asking about at that moment, a matter of minutes: the
words stand in their own chat still. Revision: 0003_nothing_lost, after 0002_hours.
"""

import sqlalchemy as sa
from alembic import op

from models.base import Codes, Id, Sealed, UtcDateTime

revision = '0003_nothing_lost'
down_revision = '0002_hours'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('held_lines',
    sa.Column('id', Id(), autoincrement=False, nullable=False),
    sa.Column('person_id', Id(), nullable=False),
    sa.Column('own_message', Id(), nullable=False),
    sa.Column('words', Sealed(), nullable=False),
    sa.Column('held_at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_held_lines_person_id_people'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_held_lines')),
    sa.UniqueConstraint('person_id', 'own_message', name=op.f('uq_held_lines_person_id'))
    )
    op.create_table('desk_drafts',
    sa.Column('id', Id(), autoincrement=False, nullable=False),
    sa.Column('person_id', Id(), nullable=False),
    sa.Column('case_id', Id(), nullable=False),
    sa.Column('words', Sealed(), nullable=False),
    sa.Column('saved_at', UtcDateTime(), nullable=False),
    sa.Column('lost_at', UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_desk_drafts_person_id_people'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_desk_drafts_case_id_cases'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_desk_drafts')),
    sa.UniqueConstraint('person_id', 'case_id', name=op.f('uq_desk_drafts_person_id'))
    )
    with op.batch_alter_table('desk_drafts', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_desk_drafts_case_id'), ['case_id'], unique=False)

    with op.batch_alter_table('focuses', schema=None) as batch_op:
        batch_op.add_column(sa.Column('spoke_case_id', Id(), nullable=True))
        batch_op.add_column(sa.Column('endings', sa.Integer(), server_default=sa.text('0'), nullable=False))
        batch_op.add_column(sa.Column('settled', sa.Integer(), server_default=sa.text('0'), nullable=False))
        batch_op.add_column(sa.Column('asked_row', Id(), nullable=True))
        batch_op.add_column(sa.Column('asked_why', sa.Text(), nullable=True))
        batch_op.add_column(sa.Column('asked_case', Id(), nullable=True))
        batch_op.add_column(sa.Column('asked_endings', sa.Integer(), server_default=sa.text('0'), nullable=False))
        batch_op.create_foreign_key(batch_op.f('fk_focuses_spoke_case_id_cases'), 'cases', ['spoke_case_id'], ['id'], ondelete='SET NULL')
        batch_op.drop_column('held_text')
        batch_op.drop_column('held_external_id')
        batch_op.drop_column('held_at')

    with op.batch_alter_table('messages', schema=None) as batch_op:
        batch_op.add_column(sa.Column('marks', Codes(), server_default='[]', nullable=False))
        batch_op.add_column(sa.Column('taken_back_at', UtcDateTime(), nullable=True))

    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.add_column(sa.Column('parts_sent', sa.Integer(), server_default=sa.text('0'), nullable=False))
        batch_op.create_index('ix_outbox_edits', ['edits'], unique=False, sqlite_where=sa.text('edits IS NOT NULL'), postgresql_where=sa.text('edits IS NOT NULL'))

    with op.batch_alter_table('conversations', schema=None) as batch_op:
        batch_op.add_column(sa.Column('asked_row', Id(), nullable=True))

    with op.batch_alter_table('web_sessions', schema=None) as batch_op:
        batch_op.add_column(sa.Column('draft', Sealed(), nullable=True))
        batch_op.add_column(sa.Column('drafted_at', UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column('secret', Sealed(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('web_sessions', schema=None) as batch_op:
        batch_op.drop_column('secret')
        batch_op.drop_column('drafted_at')
        batch_op.drop_column('draft')

    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.drop_index('ix_outbox_edits', sqlite_where=sa.text('edits IS NOT NULL'), postgresql_where=sa.text('edits IS NOT NULL'))
        batch_op.drop_column('parts_sent')

    with op.batch_alter_table('conversations', schema=None) as batch_op:
        batch_op.drop_column('asked_row')

    with op.batch_alter_table('messages', schema=None) as batch_op:
        batch_op.drop_column('taken_back_at')
        batch_op.drop_column('marks')

    with op.batch_alter_table('focuses', schema=None) as batch_op:
        batch_op.add_column(sa.Column('held_at', UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column('held_external_id', sa.Text(), nullable=True))
        batch_op.add_column(sa.Column('held_text', Sealed(), nullable=True))
        batch_op.drop_constraint(batch_op.f('fk_focuses_spoke_case_id_cases'), type_='foreignkey')
        batch_op.drop_column('asked_endings')
        batch_op.drop_column('asked_case')
        batch_op.drop_column('asked_why')
        batch_op.drop_column('asked_row')
        batch_op.drop_column('settled')
        batch_op.drop_column('endings')
        batch_op.drop_column('spoke_case_id')

    op.drop_table('desk_drafts')
    op.drop_table('held_lines')
