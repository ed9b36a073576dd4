"""What the projects service keeps of what others tell: the persons that may be named as owners, sponsors and managers."""

from services.projects.tables import KNOWN_PERSON, KNOWN_UNIT
from shared.runtime.common import erased_with_author

REACTIONS = (KNOWN_PERSON, KNOWN_UNIT, erased_with_author("projects"))
