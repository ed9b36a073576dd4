"""The resources service: its tables, routes and what it listens to."""

from pathlib import Path

from services.resources.allocation import api as allocation
from services.resources.person import api as person
from services.resources.reactions import REACTIONS
from services.resources.tables import Model
from shared.messaging.inbox import reacting
from shared.runtime.service import Service

SERVICE = Service(
    name="resources",
    title="Resources",
    metadata=Model.metadata,
    migrations=Path(__file__).parent / "migrations",
    routes=(person.routes, allocation.routes),
    registers=(person.PERSONS, allocation.ALLOCATIONS),
    consumers=(reacting("resources", REACTIONS),),
)
