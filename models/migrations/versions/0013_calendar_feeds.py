"""Addresses under which calendar programs follow a volunteer's shifts

Going back ends them: who followed one needs a new address.
Revision: 0013_calendar_feeds, after 0012_shifts_from_a_phone.
"""

import sqlalchemy as sa
from alembic import op

from models.base import Id, UtcDateTime

revision = '0013_calendar_feeds'
down_revision = '0012_shifts_from_a_phone'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('calendar_feeds',
    sa.Column('person_id', Id(), autoincrement=False, nullable=False),
    sa.Column('token_hash', sa.Text(), nullable=False),
    sa.Column('made_at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_calendar_feeds_person_id_people'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('person_id', name=op.f('pk_calendar_feeds')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_calendar_feeds_token_hash'))
    )


def downgrade() -> None:
    op.drop_table('calendar_feeds')
