"""The reporting service: folded from every other service's events, and only read."""

from collections.abc import Sequence
from pathlib import Path

from services.reporting.asof import CONSUMER
from services.reporting.dashboards.group import DASHBOARDS
from services.reporting.directory import projection as directory
from services.reporting.directory import tables as directory_tables
from services.reporting.directory.api import DIRECTORY
from services.reporting.figures import measures
from services.reporting.figures import projection as figures
from services.reporting.figures import tables as figures_tables
from services.reporting.figures.sources import RELEVANT, TAKEN_BACK
from services.reporting.history import projection as history
from services.reporting.history import tables as history_tables
from services.reporting.imports import tables as imports_tables
from services.reporting.imports.api import CONSUMER as IMPORTS_CONSUMER
from services.reporting.imports.api import IMPORTS
from services.reporting.mail import queue as mail
from services.reporting.mail import tables as mail_tables
from services.reporting.mail.api import MAIL
from services.reporting.mail.sending import Sender
from services.reporting.selections.group import SELECTIONS
from services.reporting.tables import Model
from services.reporting.totals import projection as totals
from services.reporting.totals import tables as totals_tables
from services.reporting.web import SITE, refused
from services.reporting.web import tables as web_tables
from shared.contracts.language import Visibility
from shared.contracts.projects.organisation import Membership, Organisation
from shared.domain.access.tree import NODE_SHAPES
from shared.domain.copies import ACCESS, OF_LOGINS, access_by_event_type
from shared.domain.organisation import note_change
from shared.domain.work import Work
from shared.messaging.bus import Record
from shared.messaging.consumer import Consumer
from shared.runtime.service import Background, Group, Service

__all__ = [
    "SERVICE",
    "directory_tables",
    "figures_tables",
    "history_tables",
    "imports_tables",
    "mail_tables",
    "totals_tables",
    "web_tables",
]

FOLDED = (*RELEVANT, measures.PERFORMANCE)
"""Of what the version before is asked for."""


async def fold(work: Work, records: Sequence[Record]) -> None:
    """One batch into history, current state, figures and the sums of portfolios, in one commit."""
    await keep_access(work, records)
    fences = await totals.begin(work, records)
    versions = await history.fold(work, records)
    directory.stage(work, records)
    current = await history.current_versions(
        work, (v.aggregate_id for v in versions if v.aggregate_type in FOLDED), TAKEN_BACK
    )
    rewritten = await figures.fold(work, versions, measures.fold(work, records, current), current)
    await totals.fold(work, versions, rewritten, fences)


NODES_AND_MEMBERSHIPS = access_by_event_type((*NODE_SHAPES, Membership, Organisation))
TOPICS_OF_LOGINS: tuple[Visibility, ...] = ("restricted_people",)
LOGINS = Consumer(
    "reporting.logins",
    ("resources",),
    copies=tuple(copy for copy in ACCESS if copy.shape in OF_LOGINS),
    classes=TOPICS_OF_LOGINS,
)
"""Apart from the projection: what it keeps is no part of any history."""


async def keep_access(work: Work, records: Sequence[Record]) -> None:
    """Who may see what, in the commit that makes it seen."""
    for record in records:
        if copy := NODES_AND_MEMBERSHIPS.get(record.event.type):
            await copy.remember(work, record.state(copy.shape))
            if copy.shape is Organisation:
                note_change(work)


SERVICE = Service(
    name="reporting",
    title="Reporting",
    metadata=Model.metadata,
    migrations=Path(__file__).parent / "migrations",
    groups=(DASHBOARDS, SELECTIONS, IMPORTS, MAIL, DIRECTORY, Group(routes=SITE)),
    consumers=(
        Consumer(CONSUMER, ("projects", "resources", "finance", "risk"), fold=fold),
        LOGINS,
        mail.consumer(),
        IMPORTS_CONSUMER,
    ),
    refused=refused,
    organisation="SELECT state FROM current_state WHERE aggregate_type = 'organisation'",
    searched=("project_text", "directory"),
    expiring=(
        "login_code",
        "browser_session",
        "mail",
        "mail_notice",
        "mail_login",
        "home",
        "table_import",
        "import_record",
        "import_entry",
    ),
    background=(Background("the sender of mails", lambda kernel: Sender(kernel).run()),),
)
