"""A service as data: its tables, routes, registers and consumers."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import MetaData

from shared.contracts.language import Aggregate
from shared.domain.kernel import Kernel
from shared.domain.operations import OperationKind
from shared.domain.organisation import IN_ALMANAC
from shared.domain.register import Register
from shared.http import answers
from shared.http.auth import Principal
from shared.http.routes import Routes
from shared.http.running import Refused
from shared.http.serving import Serving
from shared.messaging.consumer import Consumer
from shared.runtime.declaration import check_service
from shared.store.columns import Mirror


@dataclass(frozen=True)
class Group:
    """Aggregates (or dashboards) that belong together: their routes, and their registers."""

    routes: Sequence[Routes]
    registers: Sequence[Register[Any]] = ()
    operations: Sequence[OperationKind] = ()
    """The kinds of operations that its routes begin."""


@dataclass(frozen=True)
class Background:
    """A task that runs as long as the service listens; one that returns has nothing to do."""

    name: str
    run: Callable[[Serving], Awaitable[None]]


@dataclass(frozen=True)
class Service:
    """What a service consists of: its tables, its groups of registers with their routes, what it listens to."""

    name: str
    title: str
    metadata: MetaData
    migrations: Path
    groups: Sequence[Group]
    consumers: Sequence[Consumer] = ()
    refused: Refused = answers.refused
    """How a refusal is answered: as a problem document, or to a browser as a page."""
    private: dict[type[Aggregate], Mirror] = field(default_factory=dict)
    searched: Sequence[str] = ()
    """Tables with a `search_text` that are no table of a register: they have an index of `q` as well."""
    meets: "Callable[[Serving, Principal], Awaitable[None]] | None" = None
    """What is done of who comes with a token of an issuer."""
    begins: "Callable[[Kernel], Awaitable[object]] | None" = None
    """What is made of what an instance comes with, whenever a process that serves it starts; nothing where it is there."""
    background: Sequence[Background] = ()
    """What runs while the service listens, beside its consumers."""
    organisation: str = IN_ALMANAC
    """The query of the organisation's document (`shared.domain.organisation`)."""
    expiring: Sequence[str] = ()
    """Tables whose rows are worth nothing after their `expires_at` (microseconds)."""

    def __post_init__(self) -> None:
        check_service(self)

    @property
    def routes(self) -> list[Routes]:
        return [routes for group in self.groups for routes in group.routes]

    @property
    def registers(self) -> list[Register[Any]]:
        return [register for group in self.groups for register in group.registers]

    @property
    def operations(self) -> list[OperationKind]:
        return [kind for group in self.groups for kind in group.operations]

    @property
    def mirrors(self) -> dict[type[Aggregate], Mirror]:
        return {register.shape: register.mirror for register in self.registers} | self.private
