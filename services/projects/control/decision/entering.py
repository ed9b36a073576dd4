"""How what is decided in Portolan enters the log by itself, in the commit that decides it."""

from uuid import UUID

from services.projects.control.decision.api import DECISIONS
from shared.base.ids import derived_id
from shared.base.texts import ENGLISH, in_language
from shared.contracts.language import Aggregate, type_name
from shared.contracts.projects.control import DecisionLevel, LoggedDecision, Origin
from shared.domain.organisation import organisation_now
from shared.domain.register import make
from shared.domain.work import Work

LONGEST_TITLE = 300


async def enter(
    work: Work,
    of: Aggregate,
    *,
    project_id: UUID | None,
    level: DecisionLevel,
    title: str,
    text: str,
    rationale: str = "",
    alternatives: str = "",
) -> LoggedDecision:
    """The entry of a decision on `of`, taken now by whoever asks. Of one version of it there is one entry.

    Sentences of Portolan in it are in the first language of the organisation: the log is one for all its readers."""
    organisation = await organisation_now(work.store)
    language = organisation.languages[0] if organisation is not None and organisation.languages else ENGLISH
    person = await work.person()
    return await make(
        work,
        DECISIONS,
        derived_id(f"decision {of.version}", str(of.id)),
        project_id=project_id,
        level=level,
        title=in_language(title, language)[:LONGEST_TITLE],
        text=in_language(text, language),
        decided_on=work.effective_on,
        decided_by=[] if person is None else [person],
        rationale=rationale,
        alternatives=alternatives,
        origin=Origin(kind=type_name(type(of)), id=of.id),
    )
