"""Moves that are no steps of a lifecycle: they change members, such as the progress of a package, and no declared state."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal

from shared.contracts.language import Shape
from shared.domain.work import Work


@dataclass(frozen=True)
class OtherMove:
    """What `POST …/{id}/<verb>` does beside the lifecycle; an item of a batch does the same."""

    takes: type[Shape]
    """The body of the request."""
    make: Callable[[Work, Any, Any], Awaitable[Any]]
    """Decides about the aggregate with the body, saves it, and returns it as saved."""
    needs: Literal["write", "decide", "contribute"]
    description: str
    """For the document."""
    parts_by: str = ""
    """The member by which parts name what they are in, where the move is for what has no parts: what has some shows theirs."""

    def summary(self) -> str:
        """One sentence for the document."""
        return self.description
