"""The bus: what a consumer reads from, whether the outboxes in this process or Apache Kafka.

Both give the same records, the same bytes, in the same order per partition; one contract suite holds them to it.
"""

from shared.contracts.envelope import Envelope
from shared.messaging.bus.protocol import UNREAD, Bus, LoadMarks, LostCommits, Mark, Marks, Record

__all__ = ["UNREAD", "Bus", "Envelope", "LoadMarks", "LostCommits", "Mark", "Marks", "Record"]
