"""texts sorted and found as people write them"""

import sqlalchemy as sa
from alembic import op

from shared.runtime.migrations.texts import fill

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TEXT = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")
TABLES = {
    "figures": (("code", "name"), ("code", "name")),
}
"""Table -> (members that are sorted, members that are searched)."""
KEY = ("project_id", "from_day")


def upgrade() -> None:
    for table, (sorted_by, searched) in TABLES.items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            for name in sorted_by:
                batch_op.add_column(sa.Column(f"{name}_sort", TEXT, nullable=True))
            batch_op.add_column(sa.Column("search_text", TEXT, nullable=True))
        fill(op.get_bind(), table, {f"{name}_sort": name for name in sorted_by}, searched, KEY)
        with op.batch_alter_table(table, schema=None) as batch_op:
            for name in sorted_by:
                batch_op.alter_column(f"{name}_sort", existing_type=TEXT, nullable=False)
            batch_op.alter_column("search_text", existing_type=TEXT, nullable=False)


def downgrade() -> None:
    for table, (sorted_by, _) in TABLES.items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            for name in (*(f"{name}_sort" for name in sorted_by), "search_text"):
                batch_op.drop_column(name)
