"""How long a request may stand in a state before it is told as overdue, once for each time that it stands there.

The organisation says after how many days, in its `limits`; where it says nothing, `DAYS_IN_STATE` holds.
"""

from datetime import datetime, timedelta

from shared.base.clock import now
from shared.contracts.language import Fact
from shared.contracts.limits import DAYS_IN_STATE
from shared.contracts.projects.intake import Request, RequestOverdue, RequestState
from shared.contracts.projects.organisation import Organisation
from shared.domain.due.declaring import Due
from shared.domain.due.rows import set_due
from shared.domain.organisation import organisation_now
from shared.domain.work import Work

OVERDUE = Due(RequestOverdue)


def days_allowed(organisation: Organisation | None, request: Request) -> int | None:
    """None: without end."""
    return _days_in(organisation, request.state)


def _days_in(organisation: Organisation | None, state: RequestState) -> int | None:
    name = f"request_{state.value}"
    limits = () if organisation is None else organisation.limits
    return next((one.days for one in limits if one.name == name), DAYS_IN_STATE.get(name))


async def follow(work: Work, request: Request, before: Request | None) -> None:
    """A state begins, or the request comes back from the archive."""
    was_archived = before is not None and before.archived_at is not None
    if request.archived_at is None and (was_archived or before is None or before.state is not request.state):
        _set(work, request, days_allowed(await organisation_now(work.store), request))


async def follow_limits(work: Work, organisation: Organisation, before: Organisation | None) -> None:
    """Other limits count for the requests that there are, too: for those that stand in a state whose limit is another now."""
    for state in RequestState:
        days = _days_in(organisation, state)
        if days != _days_in(before, state):
            for request in await work.select(Request, "state = ?", (state.value,)):
                _set(work, request, days)


async def follow_history(work: Work, request: Request, fact: Fact) -> None:
    """Of a version that another instance wrote: what has passed, or was told there, is not told here."""
    if not isinstance(fact, RequestOverdue):
        days = days_allowed(await organisation_now(work.store), request)
        due_at = None if request.archived_at is not None else _due_at(request, days)
        set_due(work.part, OVERDUE, request, due_at if due_at is not None and due_at > now() else None)


def _set(work: Work, request: Request, days: int | None) -> None:
    """What a state of the past was overdue at is history, and not told."""
    due_at = _due_at(request, days)
    is_history = due_at is not None and work.effective_at is not None and due_at <= now()
    set_due(work.part, OVERDUE, request, None if is_history else due_at)


def _due_at(request: Request, days: int | None) -> datetime | None:
    return None if days is None else (request.state_since or request.created_at) + timedelta(days=days)
