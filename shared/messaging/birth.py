"""The birth of a consumer: from which position of a source on its reactions follow.

In a new store, consumers are born at the start: they react to everything. In an existing store, a new
consumer, or one that consumes from a further service, is born where that service stands. What came before
fills its copies and triggers no reaction. Where the declaration of its copies changes, it reads the source
again from the start; its marks remember how far its reactions had come.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from shared.contracts.language import topics_of
from shared.domain.copies import Copy
from shared.messaging.bus import Bus
from shared.store import Statement, Store


@dataclass(frozen=True)
class Birth:
    """The last position of a source that triggers nothing; `copies` is the declaration that the copies are filled by."""

    position: int
    copies: str


Births = dict[str, Birth]
"""Source -> birth."""

READ = "SELECT source, position, copies FROM birth WHERE consumer = ?"
ADD = (
    "INSERT INTO birth (consumer, source, position, copies) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (consumer, source) DO NOTHING"
)
CHANGE = "UPDATE birth SET copies = ? WHERE consumer = ? AND source = ? AND copies = ?"
READ_AGAIN = """
UPDATE inbox_position SET reacted = CASE WHEN position > reacted THEN position ELSE reacted END, position = 0,
next_offset = 0 WHERE consumer = ? AND topic = ?
"""


def declared(copies: Iterable[Copy], source: str) -> str:
    """Which copies of the source's aggregates are kept, as a text."""
    return ", ".join(sorted(copy.declaration for copy in copies if copy.service == source))


async def births_of(store: Store, consumer: str) -> Births:
    """Those that the store knows."""
    rows = await store.fetch(READ, (consumer,))
    return {source: Birth(position, copies) for source, position, copies in rows}


async def changes(consumer: str, copies: Mapping[str, str], births: Births, bus: Bus) -> list[Statement]:
    """The statements that bring the births up to date with `copies` (source -> declaration): none where they are.

    Unreachable where a source has to be asked and does not answer.
    """
    statements = []
    for source, text in copies.items():
        birth = births.get(source)
        if birth is None:
            statements.append(Statement(ADD, [(consumer, source, await bus.last(source), text)]))
        elif birth.copies != text:
            statements.append(Statement(CHANGE, [(text, consumer, source, birth.copies)], expect=1))
            statements.append(Statement(READ_AGAIN, [(consumer, topic) for topic in topics_of(source)]))
    return statements
