"""What was agreed keeps its words: who wants others reopens it."""

from collections.abc import Iterable

from shared.base.errors import Conflict, Fault
from shared.contracts.language import Aggregate


def keeps_what_was_agreed(one: Aggregate, before: Aggregate, members: Iterable[str]) -> None:
    """Refuse (409 `agreed_stays`) that one of these members differs."""
    changed = [member for member in members if getattr(one, member) != getattr(before, member)]
    if changed:
        raise Conflict(
            "what was agreed stays as it is: reopen it first",
            *(Fault("agreed", "was agreed", pointer=f"/{member}") for member in changed),
            code="agreed_stays",
        )
