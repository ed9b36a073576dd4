"""The projects service: its tables, routes and what it listens to."""

from pathlib import Path

from services.projects.control.group import CONTROL
from services.projects.intake.group import INTAKE
from services.projects.mandate.group import MANDATE
from services.projects.methods.group import METHODS
from services.projects.methods.method.shipped import ship
from services.projects.organisation.group import ORGANISATION
from services.projects.quality.group import QUALITY
from services.projects.reactions import REACTIONS
from services.projects.strategy.group import STRATEGY
from services.projects.structure.group import STRUCTURE
from services.projects.tables import KNOWN_PERSON, Model
from shared.domain.organisation import IN_REGISTER
from shared.messaging.consumer import reacting
from shared.runtime.common import attached
from shared.runtime.service import Service

SERVICE = Service(
    name="projects",
    title="Projects",
    metadata=Model.metadata,
    migrations=Path(__file__).parent / "migrations",
    groups=(
        ORGANISATION,
        INTAKE,
        STRATEGY,
        MANDATE,
        METHODS,
        STRUCTURE,
        CONTROL,
        QUALITY,
        attached("projects", Model, KNOWN_PERSON),
    ),
    consumers=(reacting("projects", REACTIONS),),
    organisation=IN_REGISTER,
    begins=ship,
)
