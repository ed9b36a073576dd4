"""persons on a topic of their service"""

from shared.runtime.migrations.topics import rename_topic

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

OLD, NEW = "portolan.people.v1", "portolan.resources.people.v1"


def upgrade() -> None:
    rename_topic(OLD, NEW)


def downgrade() -> None:
    rename_topic(NEW, OLD)
