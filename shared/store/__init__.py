"""The store of a service: rows and outbox in one commit, by group; one face for SQLite and PostgreSQL.

unit      what one request or one folded batch writes
tables    the kernel's own tables, in every service's database
sql       the statements, made once per table
together  rows by id, asked for together
reaching  why a store cannot be opened
sqlite    the writer thread and its connection
postgres  the same on asyncpg
"""

from shared.store.base import Damaged, StaleVersion, Store, UniqueTaken, Unreachable
from shared.store.open import open_store
from shared.store.reaching import reaching
from shared.store.together import Document
from shared.store.unit import Event, Part, Statement, Unit

__all__ = [
    "Damaged",
    "Document",
    "Event",
    "Part",
    "StaleVersion",
    "Statement",
    "Store",
    "UniqueTaken",
    "Unit",
    "Unreachable",
    "open_store",
    "reaching",
]
