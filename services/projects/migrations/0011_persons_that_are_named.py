"""persons that are named

Projects are found by their sponsor, and work packages by their owner.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

MEMBER = {
    "sqlite": "json_extract(document, '$.{member}')",
    "postgresql": "(CAST(document AS json) ->> '{member}')",
}
"""A member of the state that a row holds."""


def upgrade() -> None:
    with op.batch_alter_table("project", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "sponsor_id",
                sa.String(length=36, collation="C").with_variant(sa.String(length=36), "sqlite"),
                nullable=True,
            )
        )
        batch_op.create_index(batch_op.f("ix_project__sponsor_id_id"), ["sponsor_id", "id"], unique=False)

    with op.batch_alter_table("work_package", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "owner_id",
                sa.String(length=36, collation="C").with_variant(sa.String(length=36), "sqlite"),
                nullable=True,
            )
        )
        batch_op.create_index(batch_op.f("ix_work_package__owner_id_id"), ["owner_id", "id"], unique=False)

    for table, member in (("project", "sponsor_id"), ("work_package", "owner_id")):
        value = MEMBER[op.get_bind().dialect.name].format(member=member)
        op.execute(f'UPDATE {table} SET {member} = {value} WHERE document LIKE \'%"{member}":"%\'')


def downgrade() -> None:
    with op.batch_alter_table("work_package", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_work_package__owner_id_id"))
        batch_op.drop_column("owner_id")

    with op.batch_alter_table("project", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_project__sponsor_id_id"))
        batch_op.drop_column("sponsor_id")
