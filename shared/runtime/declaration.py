"""What the parts of a service may not say of each other. It is refused when the service is declared."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from sqlalchemy import MetaData

from shared.contracts.language import CATALOGUE, Aggregate, entry_of
from shared.domain.copies import COPY_INFO, Known
from shared.domain.register import Register
from shared.http.routes import Routes
from shared.messaging.consumer import Consumer
from shared.store.columns import Mirror


class DeclaredService(Protocol):
    """The parts of a service that are held against each other."""

    @property
    def name(self) -> str: ...
    @property
    def metadata(self) -> MetaData: ...
    @property
    def consumers(self) -> Sequence[Consumer]: ...
    @property
    def routes(self) -> Sequence[Routes]: ...
    @property
    def registers(self) -> Sequence[Register[Any]]: ...
    @property
    def mirrors(self) -> Mapping[type[Aggregate], Mirror]: ...


def check_service(service: DeclaredService) -> None:
    """TypeError where something would never be filled, reached or checked; the sentence says what to write."""
    for fault in _faults(service):
        raise TypeError(f"the service {service.name}: {fault}")


def _faults(service: DeclaredService) -> Iterator[str]:
    yield from _of_copies(service)
    yield from _of_routes(service)
    for register in service.registers:
        yield from _of_references(register)


def _of_copies(service: DeclaredService) -> Iterator[str]:
    filled = {c.name for consumer in service.consumers for c in consumer.copies if isinstance(c, Known)}
    for name, table in service.metadata.tables.items():
        if (copy := table.info.get(COPY_INFO)) is None:
            continue
        if copy.service == service.name:
            yield f"{name} would be a copy of its own {entry_of(copy.shape).noun}: read the aggregate itself"
        if name not in filled:
            yield f"{name} is a copy that no consumer fills: list it in REACTIONS"


def _of_routes(service: DeclaredService) -> Iterator[str]:
    for routes in service.routes:
        if routes.service != service.name:
            yield f'Routes("{routes.service}", "{routes.tag}") are of another service'
        if not routes.pages:
            for path in {one.path for one in routes.declared if not one.path.startswith("/v1/")}:
                yield f"{path} should begin with /v1/"
    places = Counter((one.operation.method, one.path) for routes in service.routes for one in routes.declared)
    for (method, path), times in places.items():
        if times > 1:
            yield f"{method} {path} is declared {times} times"
    for register in service.registers:
        if ("GET", f"/v1/{entry_of(register.shape).collection}") not in places:
            yield f"the routes of {register.shape.__name__} are in no group: list them beside its register"
    for shape in {shape for routes in service.routes for shape in routes.registered}:
        if shape not in service.mirrors:
            yield f"the register of {shape.__name__} is in no group: list it beside its routes"


def _of_references(register: Register[Any]) -> Iterator[str]:
    entry = entry_of(register.shape)
    if register.is_read_only:
        return
    unchecked = entry.members.unchecked
    services = {other.name: other.service for other in CATALOGUE.values()}
    within = {
        ".".join(path): mark.aggregate
        for path, mark in entry.references_within.items()
        if mark.checked and path not in register.within and path[0] not in register.judges
    }
    for member, kind in (entry.members.references | within).items():
        if member in register.names or member in unchecked or kind not in services:  # or it is to come
            continue
        if services.get(kind) == entry.service:
            yield f"{register.shape.__name__}.{member} names a {kind}, whose table is in another base"
        else:
            yield (
                f"{register.shape.__name__}.{member} names a {kind.replace('_', ' ')}, of which it keeps no copy:"
                f" declare a `Known` in tables.py and list it in REACTIONS, or write"
                f' names("{kind}", checked=False)'
            )
