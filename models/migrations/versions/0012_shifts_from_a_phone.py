"""What a shift needs, who answered for it and who changed it; the usual week, standing sign-ups, swaps

A shift of before needs two volunteers, one of them experienced, as shifts that a version before adds beside this one.
Going back loses what was planned for weeks, who was asked to stand in, and the notes and reasons.
Revision: 0012_shifts_from_a_phone, after 0011_volunteers.
"""

import sqlalchemy as sa
from alembic import op

from models.base import Codes, Id, Sealed, UtcDateTime

revision = '0012_shifts_from_a_phone'
down_revision = '0011_volunteers'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('shift_templates',
    sa.Column('id', Id(), autoincrement=False, nullable=False),
    sa.Column('place', sa.Text(), nullable=False),
    sa.Column('weekday', sa.Integer(), nullable=False),
    sa.Column('starts', sa.Time(), nullable=False),
    sa.Column('ends', sa.Time(), nullable=False),
    sa.Column('needed', sa.Integer(), server_default=sa.text('2'), nullable=False),
    sa.Column('needed_experienced', sa.Integer(), server_default=sa.text('1'), nullable=False),
    sa.Column('wants', Codes(), server_default='[]', nullable=False),
    sa.Column('is_active', sa.Boolean(), server_default=sa.true(), nullable=False),
    sa.CheckConstraint('weekday BETWEEN 0 AND 6', name=op.f('ck_shift_templates_template_weekday')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shift_templates'))
    )
    op.create_table('shift_drafts',
    sa.Column('id', Id(), autoincrement=False, nullable=False),
    sa.Column('person_id', Id(), nullable=False),
    sa.Column('made_at', UtcDateTime(), nullable=False),
    sa.Column('base', Id(), nullable=False),
    sa.Column('what', Codes(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_shift_drafts_person_id_people'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shift_drafts'))
    )
    with op.batch_alter_table('shift_drafts', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_shift_drafts_person_id'), ['person_id'], unique=False)

    op.create_table('standing_signups',
    sa.Column('id', Id(), autoincrement=False, nullable=False),
    sa.Column('person_id', Id(), nullable=False),
    sa.Column('place', sa.Text(), nullable=False),
    sa.Column('weekday', sa.Integer(), nullable=False),
    sa.Column('starts', sa.Time(), nullable=False),
    sa.Column('every_weeks', sa.Integer(), server_default=sa.text('1'), nullable=False),
    sa.Column('first_on', sa.Date(), nullable=False),
    sa.Column('until', sa.Date(), nullable=True),
    sa.CheckConstraint('every_weeks BETWEEN 1 AND 2', name=op.f('ck_standing_signups_standing_every')),
    sa.CheckConstraint('weekday BETWEEN 0 AND 6', name=op.f('ck_standing_signups_standing_weekday')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_standing_signups_person_id_people'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_standing_signups'))
    )
    with op.batch_alter_table('standing_signups', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_standing_signups_person_id'), ['person_id'], unique=False)

    op.create_table('shift_asks',
    sa.Column('id', Id(), autoincrement=False, nullable=False),
    sa.Column('shift_id', Id(), nullable=False),
    sa.Column('person_id', Id(), nullable=False),
    sa.Column('row_id', Id(), nullable=True),
    sa.Column('asked_at', UtcDateTime(), nullable=False),
    sa.Column('answered_at', UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_shift_asks_person_id_people'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['shift_id'], ['shifts.id'], name=op.f('fk_shift_asks_shift_id_shifts'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shift_asks')),
    sa.UniqueConstraint('shift_id', 'person_id', name=op.f('uq_shift_asks_shift_id'))
    )
    with op.batch_alter_table('shift_asks', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_shift_asks_person_id'), ['person_id'], unique=False)

    op.create_table('shift_changes',
    sa.Column('number', Id(), nullable=False),
    sa.Column('shift_id', Id(), nullable=False),
    sa.Column('made_at', UtcDateTime(), nullable=False),
    sa.Column('made_by', Id(), nullable=True),
    sa.Column('what', Codes(), nullable=False),
    sa.ForeignKeyConstraint(['made_by'], ['people.id'], name=op.f('fk_shift_changes_made_by_people'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['shift_id'], ['shifts.id'], name=op.f('fk_shift_changes_shift_id_shifts'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_shift_changes'))
    )
    with op.batch_alter_table('shift_changes', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_shift_changes_shift_id'), ['shift_id'], unique=False)

    op.create_table('stand_ins',
    sa.Column('id', Id(), autoincrement=False, nullable=False),
    sa.Column('shift_id', Id(), nullable=False),
    sa.Column('person_id', Id(), nullable=False),
    sa.Column('asked_at', UtcDateTime(), nullable=False),
    sa.Column('taken_by', Id(), nullable=True),
    sa.Column('taken_at', UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_stand_ins_person_id_people'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['shift_id'], ['shifts.id'], name=op.f('fk_stand_ins_shift_id_shifts'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['taken_by'], ['people.id'], name=op.f('fk_stand_ins_taken_by_people'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stand_ins'))
    )
    with op.batch_alter_table('stand_ins', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_stand_ins_person_id'), ['person_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_stand_ins_shift_id'), ['shift_id'], unique=False)

    op.create_table('swaps',
    sa.Column('id', Id(), autoincrement=False, nullable=False),
    sa.Column('shift_id', Id(), nullable=False),
    sa.Column('person_id', Id(), nullable=False),
    sa.Column('other_shift_id', Id(), nullable=False),
    sa.Column('other_person_id', Id(), nullable=False),
    sa.Column('proposed_at', UtcDateTime(), nullable=False),
    sa.Column('answered_at', UtcDateTime(), nullable=True),
    sa.Column('outcome', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['other_person_id'], ['people.id'], name=op.f('fk_swaps_other_person_id_people'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['other_shift_id'], ['shifts.id'], name=op.f('fk_swaps_other_shift_id_shifts'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_swaps_person_id_people'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['shift_id'], ['shifts.id'], name=op.f('fk_swaps_shift_id_shifts'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_swaps'))
    )
    with op.batch_alter_table('swaps', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_swaps_other_person_id'), ['other_person_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_swaps_person_id'), ['person_id'], unique=False)

    with op.batch_alter_table('assignments', schema=None) as batch_op:
        batch_op.add_column(sa.Column('coming_at', UtcDateTime(), nullable=True))

    with op.batch_alter_table('shifts', schema=None) as batch_op:
        batch_op.add_column(sa.Column('needed', sa.Integer(), server_default=sa.text('2'), nullable=False))
        batch_op.add_column(sa.Column('needed_experienced', sa.Integer(), server_default=sa.text('1'), nullable=False))
        batch_op.add_column(sa.Column('wants', Codes(), server_default='[]', nullable=False))
        batch_op.add_column(sa.Column('note', Sealed(), nullable=True))
        batch_op.add_column(sa.Column('cancel_reason', Sealed(), nullable=True))
        batch_op.add_column(sa.Column('sequence', sa.Integer(), server_default=sa.text('0'), nullable=False))
        batch_op.add_column(sa.Column('made_by', Id(), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_shifts_made_by_people'), 'people', ['made_by'], ['id'], ondelete='SET NULL')


def downgrade() -> None:
    with op.batch_alter_table('shifts', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_shifts_made_by_people'), type_='foreignkey')
        batch_op.drop_column('made_by')
        batch_op.drop_column('sequence')
        batch_op.drop_column('cancel_reason')
        batch_op.drop_column('note')
        batch_op.drop_column('wants')
        batch_op.drop_column('needed_experienced')
        batch_op.drop_column('needed')

    with op.batch_alter_table('assignments', schema=None) as batch_op:
        batch_op.drop_column('coming_at')

    with op.batch_alter_table('swaps', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_swaps_person_id'))
        batch_op.drop_index(batch_op.f('ix_swaps_other_person_id'))

    op.drop_table('swaps')
    with op.batch_alter_table('stand_ins', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_stand_ins_shift_id'))
        batch_op.drop_index(batch_op.f('ix_stand_ins_person_id'))

    op.drop_table('stand_ins')
    with op.batch_alter_table('shift_changes', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_shift_changes_shift_id'))

    op.drop_table('shift_changes')
    with op.batch_alter_table('shift_asks', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_shift_asks_person_id'))

    op.drop_table('shift_asks')
    with op.batch_alter_table('standing_signups', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_standing_signups_person_id'))

    op.drop_table('standing_signups')
    with op.batch_alter_table('shift_drafts', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_shift_drafts_person_id'))

    op.drop_table('shift_drafts')
    op.drop_table('shift_templates')
