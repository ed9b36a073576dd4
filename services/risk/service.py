"""The risk service: its tables, routes and what it listens to."""

from pathlib import Path

from services.risk.quantification.group import QUANTIFICATION
from services.risk.reactions import REACTIONS
from services.risk.risks.group import RISKS
from services.risk.tables import KNOWN_PERSON, Model
from shared.messaging.consumer import reacting
from shared.runtime.common import attached
from shared.runtime.service import Service

SERVICE = Service(
    name="risk",
    title="Risk",
    metadata=Model.metadata,
    migrations=Path(__file__).parent / "migrations",
    groups=(RISKS, QUANTIFICATION, attached("risk", Model, KNOWN_PERSON)),
    consumers=(reacting("risk", REACTIONS),),
)
