"""Of several processes of a service the one that does something: a row in the database that runs out by itself.

It goes by the machine's clock, and clocks of machines disagree. So nothing relies on it alone. A commit with `renewal` fails
where another process has taken the lease; what leaves the database must bear being done twice.
"""

from shared.base.clock import machine_micros
from shared.base.ids import new_id_text
from shared.store import Statement, Store

LEASE_US = 5_000_000
"""For so long a holder that is frozen or gone keeps the others waiting."""

_TAKE = """
INSERT INTO lease (name, holder, until) VALUES (?, ?, ?)
ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
WHERE lease.holder = excluded.holder OR lease.until < ?
RETURNING holder
"""
_RENEW = "UPDATE lease SET until = ? WHERE name = ? AND holder = ?"
_GIVE_BACK = "UPDATE lease SET until = 0 WHERE name = ? AND holder = ? RETURNING holder"


class Lease:
    """One holder's side of a lease."""

    def __init__(self, store: Store, name: str) -> None:
        self._store = store
        self._name = name
        self.holder = new_id_text()

    async def take(self) -> bool:
        """Whether this holder has it now, or still."""
        at = machine_micros()
        return bool(await self._store.run(_TAKE, (self._name, self.holder, at + LEASE_US, at)))

    def renewal(self) -> Statement:
        """For a commit that only the holder may make; StaleVersion where another one has taken the lease."""
        return Statement(_RENEW, [(machine_micros() + LEASE_US, self._name, self.holder)], expect=1)

    async def give_back(self) -> None:
        await self._store.run(_GIVE_BACK, (self._name, self.holder))
