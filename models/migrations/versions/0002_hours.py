"""Opening hours that remember: changes, drafts, reminders; rules and exceptions are ended instead of overwritten

Revision: 0002_hours, after 0001_first.
"""

import sqlalchemy as sa
from alembic import op

from models.base import Codes, Id, UtcDateTime

revision = '0002_hours'
down_revision = '0001_first'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('hours_changes',
    sa.Column('number', Id(), nullable=False),
    sa.Column('made_at', UtcDateTime(), nullable=False),
    sa.Column('made_by', Id(), nullable=True),
    sa.Column('what', Codes(), nullable=False),
    sa.Column('undoes', Id(), nullable=True),
    sa.ForeignKeyConstraint(['made_by'], ['people.id'], name=op.f('fk_hours_changes_made_by_people'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_hours_changes')),
    sa.UniqueConstraint('undoes', name=op.f('uq_hours_changes_undoes'))
    )
    op.create_table('hours_drafts',
    sa.Column('id', Id(), autoincrement=False, nullable=False),
    sa.Column('person_id', Id(), nullable=False),
    sa.Column('made_at', UtcDateTime(), nullable=False),
    sa.Column('base', Id(), nullable=False),
    sa.Column('what', Codes(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_hours_drafts_person_id_people'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_hours_drafts'))
    )
    with op.batch_alter_table('hours_drafts', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_hours_drafts_person_id'), ['person_id'], unique=False)

    op.create_table('session_reminders',
    sa.Column('id', Id(), autoincrement=False, nullable=False),
    sa.Column('person_id', Id(), nullable=False),
    sa.Column('place', sa.Text(), nullable=False),
    sa.Column('on_day', sa.Date(), nullable=False),
    sa.Column('asked_at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_session_reminders_person_id_people'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['place'], ['places.code'], name=op.f('fk_session_reminders_place_places')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_session_reminders')),
    sa.UniqueConstraint('person_id', 'place', 'on_day', name=op.f('uq_session_reminders_person_id'))
    )
    with op.batch_alter_table('session_reminders', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_session_reminders_person_id'), ['person_id'], unique=False)

    with op.batch_alter_table('hours_exceptions', schema=None) as batch_op:
        batch_op.add_column(sa.Column('kind', sa.Text(), server_default='closed', nullable=False))
        batch_op.add_column(sa.Column('texts', Codes(), server_default='{}', nullable=False))
        batch_op.add_column(sa.Column('partner', sa.Text(), server_default='', nullable=False))
        batch_op.add_column(sa.Column('added_by', Id(), nullable=True))
        batch_op.add_column(sa.Column('ended_by', Id(), nullable=True))
        batch_op.create_index(batch_op.f('ix_hours_exceptions_on_day'), ['on_day'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_hours_exceptions_added_by_hours_changes'), 'hours_changes', ['added_by'], ['number'])
        batch_op.create_foreign_key(batch_op.f('fk_hours_exceptions_ended_by_hours_changes'), 'hours_changes', ['ended_by'], ['number'])

    with op.batch_alter_table('places', schema=None) as batch_op:
        batch_op.add_column(sa.Column('door', sa.Text(), server_default='visit', nullable=False))
        batch_op.add_column(sa.Column('last_entry', sa.Integer(), nullable=True))

    with op.batch_alter_table('weekly_hours', schema=None) as batch_op:
        batch_op.add_column(sa.Column('lineage', Id(), nullable=True))
        batch_op.add_column(sa.Column('added_by', Id(), nullable=True))
        batch_op.add_column(sa.Column('ended_by', Id(), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_weekly_hours_added_by_hours_changes'), 'hours_changes', ['added_by'], ['number'])
        batch_op.create_foreign_key(batch_op.f('fk_weekly_hours_ended_by_hours_changes'), 'hours_changes', ['ended_by'], ['number'])

    # What was stored before: an exception was told by its times alone, and its reason was free words in Swedish.
    op.execute("UPDATE places SET door = 'online' WHERE code = 'online'")
    op.execute("UPDATE weekly_hours SET lineage = id")
    op.execute("UPDATE hours_exceptions SET kind = 'times' WHERE opens IS NOT NULL")
    exceptions = sa.table("hours_exceptions", sa.column("reason", sa.Text), sa.column("texts", Codes), sa.column("id", Id))
    connection = op.get_bind()
    for row in connection.execute(sa.select(exceptions.c.id, exceptions.c.reason)).all():
        if row.reason not in ("", "holiday", "illness", "library_closed", "moved", "other"):
            worded = {"reason": "other", "texts": {"sv": row.reason}}
            connection.execute(exceptions.update().where(exceptions.c.id == row.id).values(**worded))


def downgrade() -> None:
    # A row that holds no more has no mark to say so in the older shape.
    op.execute("DELETE FROM weekly_hours WHERE ended_by IS NOT NULL")
    op.execute("DELETE FROM hours_exceptions WHERE ended_by IS NOT NULL")
    with op.batch_alter_table('weekly_hours', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_weekly_hours_ended_by_hours_changes'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_weekly_hours_added_by_hours_changes'), type_='foreignkey')
        batch_op.drop_column('ended_by')
        batch_op.drop_column('added_by')
        batch_op.drop_column('lineage')

    with op.batch_alter_table('places', schema=None) as batch_op:
        batch_op.drop_column('last_entry')
        batch_op.drop_column('door')

    with op.batch_alter_table('hours_exceptions', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_hours_exceptions_ended_by_hours_changes'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_hours_exceptions_added_by_hours_changes'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_hours_exceptions_on_day'))
        batch_op.drop_column('ended_by')
        batch_op.drop_column('added_by')
        batch_op.drop_column('partner')
        batch_op.drop_column('texts')
        batch_op.drop_column('kind')

    with op.batch_alter_table('session_reminders', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_session_reminders_person_id'))

    op.drop_table('session_reminders')
    with op.batch_alter_table('hours_drafts', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_hours_drafts_person_id'))

    op.drop_table('hours_drafts')
    op.drop_table('hours_changes')
