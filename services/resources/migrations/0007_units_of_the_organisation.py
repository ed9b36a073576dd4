"""units of the organisation

Persons name their unit by its id. Texts that read alike become one unit, which is told by an event behind all others, and
every version of a person names it by its id. Reporting takes the versions in anew with `portolan rebuild`.
"""

import json
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

import sqlalchemy as sa
from alembic import op

from shared.base.clock import now_micros, to_wire
from shared.base.ids import new_id_text
from shared.base.text import folded, search_text, sort_key

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

PERSONS = "SELECT id, document FROM person"
EVENTS = "SELECT position, payload, headers, effective_at FROM outbox WHERE aggregate_type = 'person' ORDER BY position"
TOPIC, PARTITIONS = "portolan.resources.v1", 12


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

    units = _Units()
    _rewrite(lambda state: _replaced(state, "org_unit", "unit_id", units.id_of))
    units.write()


@dataclass
class _Unit:
    """One that several persons name by a text that reads alike."""

    name: str
    id: str = field(default_factory=new_id_text)


class _Units:
    """The units that the texts of persons become."""

    def __init__(self) -> None:
        self._units: dict[str, _Unit] = {}

    def id_of(self, text: str | None) -> str | None:
        return None if text is None else self._units.setdefault(folded(text), _Unit(text)).id

    def write(self) -> None:
        """Their rows, and an event for each: effective since the first person was, whose event lends its envelope."""
        if not self._units:
            return
        store, recorded = op.get_bind(), now_micros()
        [headers, effective] = store.execute(
            sa.text(
                "SELECT headers, effective_at FROM outbox WHERE aggregate_type = 'person' ORDER BY effective_at LIMIT 1"
            )
        ).one()
        last = store.execute(sa.text("SELECT last FROM counter")).scalar_one()
        for position, unit in enumerate(self._units.values(), last + 1):
            _insert("org_unit", _row(unit, recorded, effective))
            _insert("outbox", _event(unit, position, recorded, effective, json.loads(headers)))
        store.execute(sa.text("UPDATE counter SET last = :last"), {"last": last + len(self._units)})


def _state(unit: _Unit, recorded: int) -> dict[str, Any]:
    at = to_wire(recorded)
    return {
        "id": unit.id, "version": 1, "created_at": at, "updated_at": at, "archived_at": None, "external_ref": None,
        "name": unit.name, "code": None, "parent_id": None, "head_id": None, "cost_centre": None,
    }  # fmt: skip


def _row(unit: _Unit, recorded: int, effective: int) -> dict[str, Any]:
    return {
        "id": unit.id, "version": 1, "created_at": recorded, "updated_at": recorded, "effective_at": effective,
        "archived": 0, "document": _json(_state(unit, recorded)), "name": unit.name,
        "name_sort": sort_key(unit.name), "search_text": search_text([unit.name]),
    }  # fmt: skip


def _event(
    unit: _Unit, position: int, recorded: int, effective: int, envelope: dict[str, Any]
) -> dict[str, Any]:
    state, event_id, kind = _state(unit, recorded), new_id_text(), "portolan.resources.org_unit.created.v1"
    data = {"version": 1, "effective_at": to_wire(effective), "state": state, "changed": [*state], "fact": {}}
    schema = envelope["dataschema"].rsplit("/", 1)[0] + "/resources.org_unit.created.v1.json"
    envelope |= {
        "type": kind,
        "dataschema": schema,
        "id": event_id,
        "subject": unit.id,
        "partitionkey": unit.id,
    }
    envelope |= {"time": to_wire(effective), "recordedat": to_wire(recorded)}
    return {
        "position": position, "event_id": event_id, "topic": TOPIC,
        "partition": crc32(unit.id.encode()) % PARTITIONS, "aggregate_type": "org_unit", "aggregate_id": unit.id,
        "aggregate_version": 1, "type": kind, "key": unit.id, "payload": _json(data), "headers": json.dumps(envelope),
        "effective_at": effective, "recorded_at": recorded,
    }  # fmt: skip


def _insert(table: str, row: dict[str, Any]) -> None:
    columns = ", ".join(row)
    marks = ", ".join(f":{column}" for column in row)
    op.get_bind().execute(sa.text(f"INSERT INTO {table} ({columns}) VALUES ({marks})"), row)


def _rewrite(change: Any) -> None:
    """The states of persons, in every event and in their rows; what is no document stays as it is."""
    store = op.get_bind()
    for position, payload, *_ in store.execute(sa.text(EVENTS)).all():
        event = _read(payload)
        if "state" in event:
            event["state"] = change(event["state"])
            text = sa.text("UPDATE outbox SET payload = :payload WHERE position = :position")
            store.execute(text, {"payload": _json(event), "position": position})
    for id, document in store.execute(sa.text(PERSONS)).all():
        if state := _read(document):
            changed = change(state)
            text = sa.text("UPDATE person SET document = :document WHERE id = :id")
            store.execute(text, {"document": _json(changed), "id": id})
            if changed.get("unit_id"):
                text = sa.text("UPDATE person SET unit_id = :unit WHERE id = :id")
                store.execute(text, {"unit": changed["unit_id"], "id": id})


def _read(text: str) -> dict[str, Any]:
    """Nothing where no document stands."""
    try:
        members = json.loads(text)
    except ValueError:
        return {}
    return members if isinstance(members, dict) else {}


def _json(members: dict[str, Any]) -> str:
    return json.dumps(members, ensure_ascii=False, separators=(",", ":"))


def _replaced(state: dict[str, Any], before: str, after: str, value: Any) -> dict[str, Any]:
    """The state with another member in the place of `before`."""
    return {after if name == before else name: value(v) if name == before else v for name, v in state.items()}


def downgrade() -> None:
    _rewrite(lambda state: _replaced(state, "unit_id", "org_unit", lambda _: None))
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
