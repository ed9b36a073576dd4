"""programmes are heard again

The copies of programmes tell since 0004 whether they are archived; of those that were archived before, the events say
it once more. Projects that were told before are no news.
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("DELETE FROM inbox_position WHERE consumer = 'risk.reactions'")


def downgrade() -> None:
    """What was heard twice counts once."""
