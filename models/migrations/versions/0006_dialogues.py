"""What a coordinator puts together by buttons, which until now was carried by the buttons alone

Buttons that stand in chats are still understood. Revision: 0006_dialogues, after 0005_last_try.
"""

import sqlalchemy as sa
from alembic import op

from models.base import Codes, Id, UtcDateTime

revision = '0006_dialogues'
down_revision = '0005_last_try'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('dialogues',
    sa.Column('id', Id(), autoincrement=False, nullable=False),
    sa.Column('person_id', Id(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('step', sa.Text(), nullable=False),
    sa.Column('draft', Codes(), nullable=False),
    sa.Column('made_at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_dialogues_person_id_people'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_dialogues'))
    )
    with op.batch_alter_table('dialogues', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_dialogues_person_id'), ['person_id'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('dialogues', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_dialogues_person_id'))
    op.drop_table('dialogues')
