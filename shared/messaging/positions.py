"""How far a consumer has come, as its own database says; moved in the commit of what it writes."""

from collections.abc import Iterable, Sequence

from shared.contracts.language import service_of
from shared.domain.work import Work
from shared.messaging.birth import Births, births_of
from shared.messaging.bus import UNREAD, Mark, Marks, Record
from shared.messaging.consumer import Consumer
from shared.store import Store


class OtherCopies(Exception):
    """Another version of the service has declared other copies: this process is about to be replaced."""


class Positions:
    """The marks of one consumer, and the births from which on it reacts."""

    def __init__(self, store: Store, consumer: Consumer) -> None:
        self.marks: Marks = {}
        self._store = store
        self._consumer = consumer
        self._births: Births = {}

    async def load(self) -> None:
        """Read them anew; OtherCopies where a newer version keeps other copies than this one."""
        store, name = self._store, self._consumer.name
        rows = await store.fetch(
            "SELECT topic, partition, epoch, position, next_offset, reacted FROM inbox_position"
            " WHERE consumer = ?",
            (name,),
        )
        self._births = await births_of(store, name)
        if any(
            self._births[s].copies != text for s, text in self._consumer.declared.items() if s in self._births
        ):
            raise OtherCopies(f"another version of {name} keeps other copies: this one takes nothing in")
        self.marks.clear()
        self.marks.update({(r[0], r[1]): Mark(*r[2:]) for r in rows})

    def triggers(self, record: Record) -> bool:
        """Whether reactions follow: not to what was before the consumer's birth, nor again to what is read again."""
        birth = self._births.get(service_of(record.topic))
        mark = self.marks.get((record.topic, record.partition), UNREAD)
        return record.position > max(mark.reacted, birth.position if birth else 0)

    def after(self, records: Sequence[Record]) -> Marks:
        """The marks that the records move, as they are once the records are applied."""
        moved: Marks = {}
        for record in records:
            key = (record.topic, record.partition)
            moved[key] = (moved.get(key) or self.marks.get(key) or UNREAD).after(record)
        return moved

    def stage(self, work: Work, moved: Marks) -> None:
        """Move the marks, fenced: a consumer that lost its partitions finds other marks there, and starts over."""
        name = self._consumer.name
        new = [
            (name, t, p, m.epoch, m.next_offset, m.position)
            for (t, p), m in moved.items()
            if (t, p) not in self.marks
        ]
        if new:
            work.add_statement(
                "INSERT INTO inbox_position (consumer, topic, partition, epoch, next_offset, position)"
                " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (consumer, topic, partition) DO NOTHING",
                new,
                expect=len(new),
            )
            self._hold_births(work, {service_of(t) for _, t, *_ in new})
        old = [
            (
                m.epoch,
                m.next_offset,
                m.position,
                name,
                t,
                p,
                self.marks[t, p].next_offset,
                self.marks[t, p].position,
            )
            for (t, p), m in moved.items()
            if (t, p) in self.marks
        ]
        if old:
            work.add_statement(
                "UPDATE inbox_position SET epoch = ?, next_offset = ?, position = ?"
                " WHERE consumer = ? AND topic = ? AND partition = ? AND next_offset = ? AND position = ?",
                old,
                expect=len(old),
            )

    def _hold_births(self, work: Work, sources: Iterable[str]) -> None:
        """A first mark replaces no other one: the copies that its consumer fills fence it."""
        born = [(self._consumer.name, s, self._births[s].copies) for s in sources if s in self._births]
        if born:
            still = "UPDATE birth SET copies = copies WHERE consumer = ? AND source = ? AND copies = ?"
            work.add_statement(still, born, expect=len(born))
