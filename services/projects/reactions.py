"""What the projects service keeps of what others tell: persons that may be named, units, studies, and what names two nodes;
and what follows from them: requests are funded or not, and forecasts raise exceptions."""

from services.projects.control import reactions as control
from services.projects.intake.request import funding
from services.projects.tables import KNOWN_CASE, KNOWN_PERSON, KNOWN_UNIT, NAMINGS
from shared.domain.copies import Copy
from shared.messaging.reactions import On
from shared.runtime.common import erased_with_author

REACTIONS: tuple[Copy | On, ...] = (
    KNOWN_PERSON,
    KNOWN_UNIT,
    KNOWN_CASE,
    *NAMINGS,
    erased_with_author("projects"),
    *funding.REACTIONS,
    *control.REACTIONS,
)
