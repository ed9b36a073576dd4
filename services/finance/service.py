"""The finance service: its tables, routes and what it listens to (its own costs among it)."""

from pathlib import Path

from services.finance.appraisal.group import APPRAISAL
from services.finance.budget.group import BUDGET
from services.finance.calendar.group import CALENDAR
from services.finance.control.group import CONTROL
from services.finance.control.performance import reactions as measuring
from services.finance.reactions import REACTIONS
from services.finance.tables import KNOWN_PERSON, Model
from services.finance.vendors.group import VENDORS
from shared.messaging.consumer import reacting
from shared.runtime.common import attached
from shared.runtime.service import Service

SERVICE = Service(
    name="finance",
    title="Finance",
    metadata=Model.metadata,
    migrations=Path(__file__).parent / "migrations",
    groups=(CALENDAR, BUDGET, APPRAISAL, CONTROL, VENDORS, attached("finance", Model, KNOWN_PERSON)),
    consumers=(
        reacting("finance", REACTIONS),
        reacting(
            "finance",
            measuring.REACTIONS,
            name="performance",
            measures=True,
            settle=measuring.settle,
        ),
    ),
)
