"""The kernel's own tables, the same in every service's database."""

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from shared.store.columns import ID, KEY


def kernel_tables(metadata: MetaData) -> None:
    """Declare outbox, counter, relay state, idempotency, guards, sequences, inbox, births, dead letters, revocations, audit,
    access, authorship, operations, content and what is due."""
    _access_tables(metadata)
    _authorship(metadata)
    _custom_tables(metadata)
    _operation_table(metadata)
    _content_tables(metadata)
    _due_tables(metadata)
    Table(
        "outbox",
        metadata,
        Column(
            "position", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False
        ),
        Column("event_id", ID, nullable=False, unique=True),
        Column("topic", KEY, nullable=False),
        Column("partition", Integer, nullable=False),
        Column("aggregate_type", KEY, nullable=False),
        Column("aggregate_id", ID, nullable=False),
        Column("aggregate_version", BigInteger, nullable=False),
        Column("type", KEY, nullable=False),
        Column("key", KEY, nullable=False),
        Column("payload", Text, nullable=False),
        Column("headers", Text, nullable=False),
        Column("effective_at", BigInteger, nullable=False),
        Column("recorded_at", BigInteger, nullable=False),
        Column("scope", ID),
        UniqueConstraint("aggregate_type", "aggregate_id", "aggregate_version"),
        Index("ix_outbox__topic_partition_position", "topic", "partition", "position"),
    )
    Table(
        "counter",
        metadata,
        Column("one", Integer, primary_key=True, autoincrement=False),
        Column("last", BigInteger, nullable=False),
        Column("epoch", BigInteger, nullable=False),
    )
    Table(
        "relay_state",
        metadata,
        Column("one", Integer, primary_key=True, autoincrement=False),
        Column("published_position", BigInteger, nullable=False),
    )
    Table(
        "idempotency",
        metadata,
        Column("principal", KEY, primary_key=True),
        Column("route", KEY, primary_key=True),
        Column("key", KEY, primary_key=True),
        Column("body_hash", KEY, nullable=False),
        Column("answer", Text, nullable=False),
        Column("created_at", BigInteger, nullable=False, index=True),
    )
    Table(
        "guard",
        metadata,
        Column("key", KEY, primary_key=True),
        Column("version", BigInteger, nullable=False),
    )
    Table(
        "sequence",
        metadata,
        Column("name", KEY, primary_key=True),
        Column("last", BigInteger, nullable=False),
    )
    Table(
        "inbox_position",
        metadata,
        Column("consumer", KEY, primary_key=True),
        Column("topic", KEY, primary_key=True),
        Column("partition", Integer, primary_key=True, autoincrement=False),
        Column("epoch", BigInteger, nullable=False),
        Column("next_offset", BigInteger, nullable=False),
        Column("position", BigInteger, nullable=False),
        Column("reacted", BigInteger, nullable=False, server_default="0"),
    )
    Table(
        "birth",
        metadata,
        Column("consumer", KEY, primary_key=True),
        Column("source", KEY, primary_key=True),
        Column("position", BigInteger, nullable=False),
        Column("copies", Text, nullable=False),
    )
    Table(
        "dead_letter",
        metadata,
        Column("id", ID, primary_key=True),
        Column("consumer", KEY, nullable=False),
        Column("topic", KEY, nullable=False),
        Column("partition", Integer, nullable=False),
        Column("position", BigInteger, nullable=False),
        Column("aggregate_id", ID, nullable=False),
        Column("type", KEY, nullable=False),
        Column("event", Text, nullable=False),
        Column("error", Text, nullable=False),
        Column("recorded_at", BigInteger, nullable=False),
        UniqueConstraint("consumer", "topic", "partition", "position"),
    )
    Table(
        "parked",
        metadata,
        Column("consumer", KEY, primary_key=True),
        Column("aggregate_id", ID, primary_key=True),
        Column("since", BigInteger, nullable=False),
    )
    Table(
        "revocation",
        metadata,
        Column("id", ID, primary_key=True),
        Column("kind", KEY, nullable=False),
        Column("issuer", KEY, nullable=False),
        Column("value", KEY, nullable=False),
        Column("revoked_at", BigInteger, nullable=False),
        Column("expires_at", BigInteger, nullable=False, index=True),
        Column("revoked_by", KEY, nullable=False),
    )
    Table(
        "refused_attempt",
        metadata,
        Column("id", ID, primary_key=True),
        Column("recorded_at", BigInteger, nullable=False, index=True),
        Column("principal", KEY, nullable=False),
        Column("method", KEY, nullable=False),
        Column("path", Text, nullable=False),
        Column("code", KEY, nullable=False),
    )


def _operation_table(metadata: MetaData) -> None:
    """What takes long (`shared.domain.operations`); instants in microseconds, contents compressed."""
    Table(
        "operation",
        metadata,
        Column("id", ID, primary_key=True),
        Column("kind", KEY, nullable=False),
        Column("asker", KEY, nullable=False),
        Column("origin", Text, nullable=False),
        Column("state", KEY, nullable=False),
        Column("progress", Integer, nullable=False),
        Column("step", KEY, nullable=False),
        Column("attempts", Integer, nullable=False),
        Column("holder", KEY),
        Column("lease_until", BigInteger),
        Column("created_at", BigInteger, nullable=False),
        Column("started_at", BigInteger),
        Column("ended_at", BigInteger),
        Column("expires_at", BigInteger, index=True),
        Column("problem", Text),
        Column("input", LargeBinary),
        Column("result", LargeBinary),
        Index("ix_operation__asker_id", "asker", "id"),
        Index(
            "ix_operation__where_open",
            "id",
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )


def _authorship(metadata: MetaData) -> None:
    """Who made and who last submitted what is decided by somebody else (`shared.domain.four_eyes`)."""
    Table(
        "authorship",
        metadata,
        Column("id", ID, primary_key=True),
        Column("made_by", KEY),
        Column("made_by_person", ID),
        Column("submitted_by", KEY),
        Column("submitted_by_person", ID),
    )


def _access_tables(metadata: MetaData) -> None:
    """What every service knows of who may see and do what (`shared.domain.access`)."""
    Table(
        "access_node",
        metadata,
        Column("id", ID, primary_key=True),
        Column("version", BigInteger, nullable=False),
        Column("kind", KEY, nullable=False),
        Column("parent_id", ID, index=True),
        Column("other_parent_id", ID, index=True),
        Column("confidential", BigInteger, nullable=False),
        Index(
            "ix_access_node__where_confidential",
            "id",
            sqlite_where=text("confidential = 1"),
            postgresql_where=text("confidential = 1"),
        ),
    )
    Table(
        "access_membership",
        metadata,
        Column("id", ID, primary_key=True),
        Column("version", BigInteger, nullable=False),
        Column("kind", KEY, nullable=False),
        Column("holder", KEY, nullable=False),
        Column("role", KEY, nullable=False),
        Column("node_id", ID, nullable=False, index=True),
        Column("starts_on", BigInteger),
        Column("ends_on", BigInteger),
        Column("counts", BigInteger, nullable=False),
        Index("ix_access_membership__kind_holder", "kind", "holder"),
    )
    Table(
        "access_login",
        metadata,
        Column("id", ID, primary_key=True),
        Column("version", BigInteger, nullable=False),
        Column("hash", KEY, nullable=False, index=True),
        Column("person_id", ID, nullable=False),
        Column("counts", BigInteger, nullable=False),
    )
    Table(
        "access_organisation",
        metadata,
        Column("id", ID, primary_key=True),
        Column("version", BigInteger, nullable=False),
        Column("four_eyes", KEY, nullable=False),
    )
    Table(
        "access_token",
        metadata,
        Column("id", ID, primary_key=True),
        Column("version", BigInteger, nullable=False),
        Column("hash", KEY, nullable=False, index=True),
        Column("issuer", KEY, nullable=False),
        Column("subject", KEY, nullable=False),
        Column("name", Text, nullable=False),
        Column("roles", Text, nullable=False),
        Column("group_names", Text, nullable=False),
        Column("scope", Text),
        Column("made_at", BigInteger, nullable=False),
        Column("expires_at", BigInteger, nullable=False),
        Column("confirmed_at", BigInteger, nullable=False),
        Column("counts", BigInteger, nullable=False),
        Index("ix_access_token__issuer_subject", "issuer", "subject"),
    )
    Table(
        "access_token_use",
        metadata,
        Column("id", ID, primary_key=True),
        Column("used_at", BigInteger, nullable=False),
        Column("expires_at", BigInteger, nullable=False, index=True),
    )
    Table(
        "access_clock",
        metadata,
        Column("id", ID, primary_key=True),
        Column("mark", KEY, nullable=False),
    )


def _custom_tables(metadata: MetaData) -> None:
    """The organisation's own fields, and their values by which lists are narrowed (`shared.domain.custom_fields`)."""
    Table(
        "custom_field",
        metadata,
        Column("id", ID, primary_key=True),
        Column("version", BigInteger, nullable=False),
        Column("definition", Text, nullable=False),
    )
    Table(
        "custom_value",
        metadata,
        Column("aggregate_id", ID, primary_key=True),
        Column("name", KEY, primary_key=True),
        Column("aggregate_type", KEY, nullable=False),
        Column("sensitive", BigInteger, nullable=False),
        Column("value", KEY),
        Column("number", BigInteger),
        Column("document", Text),
        Index("ix_custom_value__aggregate_type_name_value", "aggregate_type", "name", "value"),
        Index("ix_custom_value__aggregate_type_name_number", "aggregate_type", "name", "number"),
    )


def _due_tables(metadata: MetaData) -> None:
    """What becomes due of the aggregates of the service (`shared.domain.due`), and leases (`shared.domain.lease`)."""
    waits = text("stands = 1 AND due_at <> fired_for")
    Table(
        "due",
        metadata,
        Column("id", ID, primary_key=True),
        Column("kind", KEY, nullable=False),
        Column("aggregate_type", KEY, nullable=False),
        Column("aggregate_id", ID, nullable=False, index=True),
        Column("scope", ID),
        Column("due_at", BigInteger, nullable=False),
        Column("stands", BigInteger, nullable=False),
        Column("fired_for", BigInteger, nullable=False, server_default="0"),
        Column("fired_at", BigInteger),
        Column("fired_version", BigInteger),
        Column("retry_at", BigInteger, nullable=False, server_default="0"),
        Index("ix_due__due_at_id", "due_at", "id"),
        Index("ix_due__scope_due_at", "scope", "due_at", "id"),
        Index("ix_due__waiting", "due_at", "id", sqlite_where=waits, postgresql_where=waits),
    )
    Table(
        "due_kind",
        metadata,
        Column("kind", KEY, primary_key=True),
        Column("declaration", Text, nullable=False),
    )
    Table(
        "almanac",
        metadata,
        Column("id", ID, primary_key=True),
        Column("kind", KEY, nullable=False),
        Column("version", BigInteger, nullable=False),
        Column("document", Text, nullable=False),
    )
    Table(
        "lease",
        metadata,
        Column("name", KEY, primary_key=True),
        Column("holder", KEY, nullable=False),
        Column("until", BigInteger, nullable=False),
    )


def _content_tables(metadata: MetaData) -> None:
    """Files and frozen content (`shared.store.content`)."""
    Table(
        "content",
        metadata,
        Column("sha256", KEY, primary_key=True),
        Column("size", BigInteger, nullable=False),
        Column("media_type", KEY, nullable=False),
        Column("whole", BigInteger, nullable=False),
        Column("stored_at", BigInteger, nullable=False, index=True),
    )
    Table(
        "content_piece",
        metadata,
        Column("sha256", KEY, primary_key=True),
        Column("place", BigInteger, primary_key=True, autoincrement=False),
        Column("data", LargeBinary, nullable=False),
    )
    Table(
        "content_upload",
        metadata,
        Column("sha256", KEY, primary_key=True),
        Column("caller", KEY, primary_key=True),
        Column("name", Text, nullable=False),
        Column("media_type", KEY, nullable=False),
        Column("size", BigInteger, nullable=False),
        Column("expires_at", BigInteger, nullable=False, index=True),
        Index("ix_content_upload__caller_expires_at", "caller", "expires_at"),
    )
    Table(
        "content_use",
        metadata,
        Column("sha256", KEY, primary_key=True),
        Column("kind", KEY, primary_key=True),
        Column("id", ID, primary_key=True),
        Index("ix_content_use__kind_id", "kind", "id"),
    )
