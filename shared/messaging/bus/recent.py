"""Records that several consumers of one process read: each is decoded once, for all of them."""

from collections import deque
from weakref import WeakValueDictionary

from shared.messaging.bus.protocol import Record

MOST = 500
"""So many stay though no consumer has them in hand: the next one may be a page behind."""


class Recent:
    """The records of one outbox that somebody has in hand, and the last ones. What they hold is shared, and not changed."""

    def __init__(self) -> None:
        self._records: WeakValueDictionary[tuple[int, int], Record] = WeakValueDictionary()
        self._last: deque[Record] = deque(maxlen=MOST)

    def shared(self, record: Record) -> Record:
        """The same record where somebody has it already. One that was redacted since, or has another one before it, is
        another record."""
        had = self._records.get((record.epoch, record.position))
        if had is not None and had == record:
            return had
        self._records[record.epoch, record.position] = record
        self._last.append(record)
        return record
