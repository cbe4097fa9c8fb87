"""Volunteers are introduced step by step, and what they can do and when they are away is known

Everybody on the staff who has access now is taken over today: they have worked without steps. Who is added by an older
version that runs beside has no row yet, and is introduced once a coordinator says so. Lost going back: all of it.
Revision: 0011_volunteers, after 0010_names_sealed.
"""

import sqlalchemy as sa
from alembic import op

from models.base import Codes, Id, UtcDateTime

revision = '0011_volunteers'
down_revision = '0010_names_sealed'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('onboarding',
    sa.Column('person_id', Id(), nullable=False),
    sa.Column('step', sa.Text(), nullable=False),
    sa.Column('done_on', sa.Date(), nullable=False),
    sa.Column('done_by', Id(), nullable=True),
    sa.ForeignKeyConstraint(['done_by'], ['people.id'], name=op.f('fk_onboarding_done_by_people'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_onboarding_person_id_people'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('person_id', 'step', name=op.f('pk_onboarding'))
    )
    op.create_table('volunteer_profiles',
    sa.Column('person_id', Id(), nullable=False),
    sa.Column('taken_over_on', sa.Date(), nullable=True),
    sa.Column('is_trainee', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column('topics', Codes(), server_default='[]', nullable=False),
    sa.Column('places', Codes(), server_default='[]', nullable=False),
    sa.Column('paused_from', sa.Date(), nullable=True),
    sa.Column('paused_until', sa.Date(), nullable=True),
    sa.Column('may_be_asked', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column('has_migrated', sa.Boolean(), nullable=True),
    sa.Column('has_migrated_told_at', UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_volunteer_profiles_person_id_people'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('person_id', name=op.f('pk_volunteer_profiles'))
    )
    op.execute(
        'INSERT INTO volunteer_profiles (person_id, taken_over_on) SELECT id, CURRENT_DATE FROM people '
        "WHERE enabled AND role IN ('volunteer', 'coordinator')"
    )


def downgrade() -> None:
    op.drop_table('volunteer_profiles')
    op.drop_table('onboarding')
