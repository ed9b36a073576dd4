"""The resources service: its tables, routes and what it listens to."""

from pathlib import Path

from services.resources.people.group import PEOPLE
from services.resources.people.person.model import PersonRow
from services.resources.people.personal_token.commands import confirm
from services.resources.planning.group import PLANNING
from services.resources.reactions import REACTIONS
from services.resources.tables import Model
from shared.messaging.consumer import reacting
from shared.runtime.common import attached
from shared.runtime.service import Service

SERVICE = Service(
    name="resources",
    title="Resources",
    metadata=Model.metadata,
    migrations=Path(__file__).parent / "migrations",
    groups=(PEOPLE, PLANNING, attached("resources", Model, PersonRow)),
    meets=confirm,
    consumers=(reacting("resources", REACTIONS),),
)
