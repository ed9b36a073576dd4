"""What migrations do when the topic of an aggregate is renamed, in the stores of all services."""

from alembic import op
from sqlalchemy import text

TABLES = ("outbox", "inbox_position", "dead_letter")


def rename_topic(old: str, new: str) -> None:
    """Events, marks and dead letters of the topic bear its new name; on Kafka the new topic is read from its start.

    What was published under the old name only, and not taken in yet, is a gap there: consumers heal it from the feed.
    """
    bind = op.get_bind()
    bind.execute(text("UPDATE inbox_position SET next_offset = 0 WHERE topic = :old"), {"old": old})
    for table in TABLES:
        bind.execute(text(f"UPDATE {table} SET topic = :new WHERE topic = :old"), {"new": new, "old": old})
