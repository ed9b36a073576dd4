"""How long the organisation keeps what is archived: past that, what can be erased is erased.

What is no person's is kept for ever, since events are: the organisation can name only aggregates that are erasable and that
requests make (`may_be_erased`). Each register of one says how it is erased (`Register.erase`).
"""

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import suppress
from typing import Any

from dateutil.relativedelta import relativedelta

from shared.base.clock import now, to_micros
from shared.base.ids import new_id_text
from shared.contracts.language import Aggregate, AggregateType, Erasable, entry_of
from shared.contracts.stored import codec_of
from shared.domain.kernel import Kernel
from shared.domain.organisation import organisation_now
from shared.domain.register import Register
from shared.domain.work import Work
from shared.store import StaleVersion
from shared.store.outbox import Origin

AT_ONCE = 100


def may_be_erased(entry: AggregateType) -> bool:
    """Whether the organisation may say how long it keeps these."""
    return issubclass(entry.shape, Erasable) and not entry.is_read_only


async def erase_outdated(kernel: Kernel, registers: Iterable[Register[Any]]) -> int:
    """Erase what has been archived for longer than the organisation keeps it; answers how much that was."""
    months_by_kind = await _months_by_kind(kernel)
    count = 0
    for register in registers:
        entry = entry_of(register.shape)
        months = months_by_kind.get(f"{entry.service}.{entry.name}")
        if months is None or register.erase is None:
            continue
        before = to_micros(now() - relativedelta(months=months))
        async for id in _archived_before(kernel, register, before):
            count += await _erase(kernel, register, id, before)
    return count


async def _months_by_kind(kernel: Kernel) -> Mapping[str, int]:
    organisation = await organisation_now(kernel.store)
    return {} if organisation is None else {one.kind: one.months for one in organisation.retention}


async def _archived_before(kernel: Kernel, register: Register[Any], before: int) -> AsyncIterator[str]:
    """The ids of what was written last by then, is archived and not erased: a few at a time, so that nothing waits for long.

    What is erased stays a row: it is passed over here, and not read again one by one each hour for ever."""
    shape: type[Aggregate] = register.shape
    id, read = "", codec_of(shape).read
    while True:
        rows = await kernel.store.fetch(
            f"SELECT id, document FROM {register.mirror.name} WHERE archived = 1 AND updated_at < ? AND id > ?"
            f" ORDER BY id LIMIT {AT_ONCE}",
            (before, id),
        )
        for id, document in rows:
            if read(document)["erased_at"] is None:
                yield id
        if len(rows) < AT_ONCE:
            return


async def _erase(kernel: Kernel, register: Register[Any], id: str, before: int) -> bool:
    """Erase one, unless it is erased already, or somebody else has written it meanwhile."""
    assert register.erase is not None
    origin = Origin(kernel.source, "system", "system:retention", new_id_text())
    work = Work(kernel.store, kernel.mirrors, origin, settings=kernel.settings, watch=kernel.watch)
    [one] = await work.select(register.shape, "id = ?", (id,), archived=True)
    if one.erased_at is not None or one.archived_at is None or to_micros(one.archived_at) >= before:
        return False
    await register.erase(work, one, None)
    with suppress(StaleVersion):
        await work.commit()
        return True
    return False
