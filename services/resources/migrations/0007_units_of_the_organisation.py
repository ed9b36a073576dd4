"""units of the organisation

Persons name their unit by its id. The texts of before are taken out of every version, since no unit stands for them: whoever
imported them imports them again, which finds or makes the units.
"""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

PERSONS = "SELECT id, document FROM person"
EVENTS = "SELECT position, payload FROM outbox WHERE aggregate_type = 'person'"


def upgrade() -> None:
    op.create_table(
        "org_unit",
        sa.Column(
            "id",
            sa.String(length=36, collation="C").with_variant(sa.String(length=36), "sqlite"),
            nullable=False,
        ),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("effective_at", sa.BigInteger(), nullable=False),
        sa.Column("archived", sa.BigInteger(), nullable=False),
        sa.Column("external_source", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.Column("external_id", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("code", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.Column(
            "parent_id",
            sa.String(length=36, collation="C").with_variant(sa.String(length=36), "sqlite"),
            nullable=True,
        ),
        sa.Column(
            "head_id",
            sa.String(length=36, collation="C").with_variant(sa.String(length=36), "sqlite"),
            nullable=True,
        ),
        sa.Column("cost_centre", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.Column("name_sort", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("code_sort", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.Column("search_text", sa.Text(collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_org_unit")),
        sa.UniqueConstraint(
            "external_source", "external_id", name=op.f("uq_org_unit__external_source_external_id")
        ),
    )
    with op.batch_alter_table("org_unit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_org_unit__code_sort_id"), ["code_sort", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_org_unit__cost_centre_id"), ["cost_centre", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_org_unit__created_at_id"), ["created_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_org_unit__head_id_id"), ["head_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_org_unit__name_sort_id"), ["name_sort", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_org_unit__parent_id_id"), ["parent_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_org_unit__updated_at_id"), ["updated_at", "id"], unique=False)
        batch_op.create_index(
            "uq_org_unit__live_code",
            ["code"],
            unique=True,
            sqlite_where=sa.text("archived = 0"),
            postgresql_where=sa.text("archived = 0"),
        )

    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "unit_id",
                sa.String(length=36, collation="C").with_variant(sa.String(length=36), "sqlite"),
                nullable=True,
            )
        )
        batch_op.drop_index(batch_op.f("ix_person__org_unit_sort_id"))
        batch_op.create_index(batch_op.f("ix_person__unit_id_id"), ["unit_id", "id"], unique=False)
        batch_op.drop_column("org_unit")
        batch_op.drop_column("org_unit_sort")

    _rewrite(_with_unit)


def _rewrite(change: Any) -> None:
    """The states of persons, in their rows and in every event."""
    store = op.get_bind()
    for id, document in store.execute(sa.text(PERSONS)).all():
        if state := _read(document):
            text = sa.text("UPDATE person SET document = :document WHERE id = :id")
            store.execute(text, {"document": _json(change(state)), "id": id})
    for position, payload in store.execute(sa.text(EVENTS)).all():
        event = _read(payload)
        if "state" in event:
            event["state"] = change(event["state"])
            text = sa.text("UPDATE outbox SET payload = :payload WHERE position = :position")
            store.execute(text, {"payload": _json(event), "position": position})


def _read(text: str) -> dict[str, Any]:
    """Nothing where no document stands."""
    try:
        members = json.loads(text)
    except ValueError:
        return {}
    return members if isinstance(members, dict) else {}


def _json(members: dict[str, Any]) -> str:
    return json.dumps(members, ensure_ascii=False, separators=(",", ":"))


def _with_unit(state: dict[str, Any]) -> dict[str, Any]:
    return {
        _renamed(name, "org_unit", "unit_id"): None if name == "org_unit" else v for name, v in state.items()
    }


def _with_text(state: dict[str, Any]) -> dict[str, Any]:
    return {
        _renamed(name, "unit_id", "org_unit"): None if name == "unit_id" else v for name, v in state.items()
    }


def _renamed(name: str, before: str, after: str) -> str:
    return after if name == before else name


def downgrade() -> None:
    _rewrite(_with_text)
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("org_unit_sort", sa.TEXT(), nullable=True))
        batch_op.add_column(sa.Column("org_unit", sa.TEXT(), nullable=True))
        batch_op.drop_index(batch_op.f("ix_person__unit_id_id"))
        batch_op.create_index(
            batch_op.f("ix_person__org_unit_sort_id"), ["org_unit_sort", "id"], unique=False
        )
        batch_op.drop_column("unit_id")

    with op.batch_alter_table("org_unit", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_org_unit__live_code",
            sqlite_where=sa.text("archived = 0"),
            postgresql_where=sa.text("archived = 0"),
        )
        batch_op.drop_index(batch_op.f("ix_org_unit__updated_at_id"))
        batch_op.drop_index(batch_op.f("ix_org_unit__parent_id_id"))
        batch_op.drop_index(batch_op.f("ix_org_unit__name_sort_id"))
        batch_op.drop_index(batch_op.f("ix_org_unit__head_id_id"))
        batch_op.drop_index(batch_op.f("ix_org_unit__created_at_id"))
        batch_op.drop_index(batch_op.f("ix_org_unit__cost_centre_id"))
        batch_op.drop_index(batch_op.f("ix_org_unit__code_sort_id"))

    op.drop_table("org_unit")
