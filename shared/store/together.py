"""Rows that are asked for by id while another such question is under way are asked for together in the next one.

The counterpart of the group commit: a round trip to the database costs much more than the answer. Under load,
all callers that wait share one.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable

Document = tuple[str, int, int]
"""The state of an aggregate as text, its version, and since when it is true."""

Ask = Callable[[str, list[str]], Awaitable[Iterable[tuple[str, str, int, int]]]]
"""(table, ids) -> (id, *Document) of those that are there."""

AT_ONCE = 2
"""So many questions are under way at a time: while one is answered, the next one can be put."""


class Together:
    """The questions of one store."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._wanted: dict[str, dict[str, list[asyncio.Future[Document | None]]]] = {}
        self._asking = 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def document(self, table: str, id: str) -> Document | None:
        """The row as committed when it is asked for; None where there is none."""
        future: asyncio.Future[Document | None] = asyncio.get_running_loop().create_future()
        self._wanted.setdefault(table, {}).setdefault(id, []).append(future)
        if self._asking < AT_ONCE:
            self._asking += 1
            task = asyncio.create_task(self._ask_on())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return await future

    async def _ask_on(self) -> None:
        """Ask until nothing is wanted, then say so at once: a task's callbacks run later than who asks next."""
        while self._wanted:
            table, wanted = self._wanted.popitem()
            waiting = [(id, future) for id, futures in wanted.items() for future in futures]
            try:
                rows_by_id = {id: (state, v, at) for id, state, v, at in await self._ask(table, list(wanted))}
            except Exception as error:  # noqa: BLE001 every waiting caller gets it
                for _, future in waiting:
                    if not future.done():
                        future.set_exception(error)
            else:
                for id, future in waiting:
                    if not future.done():
                        future.set_result(rows_by_id.get(id))
        self._asking -= 1
