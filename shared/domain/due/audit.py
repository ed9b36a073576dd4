"""Whether the rows of what is due follow from their aggregates; what has passed is told, or history."""

from collections.abc import Sequence
from typing import Any

from shared.base.clock import now_micros, to_micros
from shared.contracts.language import Aggregate
from shared.contracts.stored import codec_of, construct
from shared.domain.due import calendar
from shared.domain.due.declaring import Due
from shared.domain.kernel import Kernel
from shared.domain.register import Register

PAGE = 1000


async def wrong_rows(kernel: Kernel, registers: Sequence[Register[Any]]) -> tuple[int, list[str]]:
    """How many aggregates were looked at, and a line for each row that is missing, superfluous or of another instant."""
    await calendar.look(kernel.store, kernel.settings, kernel.mirrors)
    count, wrong = 0, list[str]()
    for register in registers:
        for due in register.dues:
            after = ""
            while page := await _page(kernel, register, due, after):
                wrong += [
                    f"{due.kind} {row[0]}: {fault}"
                    for row in page
                    if (fault := _fault(kernel, register, due, row))
                ]
                count, after = count + len(page), page[-1][0]
    return count, wrong


async def _page(kernel: Kernel, register: Register[Any], due: Due, after: str) -> list[tuple[Any, ...]]:
    """Aggregates with their rows, as of one moment."""
    return await kernel.store.fetch(
        "SELECT a.id, a.version, a.document, d.due_at, d.stands, d.fired_for, d.fired_version"
        f" FROM {register.mirror.name} a LEFT JOIN due d ON d.aggregate_id = a.id AND d.kind = ?"
        f" WHERE a.id > ? ORDER BY a.id LIMIT {PAGE}",
        (due.kind, after),
    )


def _fault(kernel: Kernel, register: Register[Any], due: Due, row: tuple[Any, ...]) -> str:
    _, version, document, due_at, stands, fired_for, fired_version = row
    if due.is_foreign or fired_version == version:  # what time told is no update
        return ""
    shape: type[Aggregate] = register.shape
    almanac = calendar.almanac_of(kernel.store, kernel.settings.zone)
    instant = due.instant(construct(shape, codec_of(shape).read(document)), almanac)
    waits = bool(stands) and due_at != fired_for
    if instant is None:
        return "something waits that is not due" if waits else ""
    if to_micros(instant) <= now_micros() or (stands and due_at == to_micros(instant)):
        return ""
    return "the row is of another instant" if waits else "no row waits"
