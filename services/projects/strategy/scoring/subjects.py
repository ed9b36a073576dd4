"""What is scored and ranked: requests and projects."""

from uuid import UUID

from shared.base.errors import Conflict, Fault, Invalid, NotFound
from shared.contracts.language import Aggregate, entry_of
from shared.contracts.projects.strategy import SubjectKind
from shared.domain.dependents import still_there_in
from shared.domain.work import Work


def shapes(work: Work) -> dict[SubjectKind, type[Aggregate]]:
    """Kind -> its shape, of those that the service has."""
    by_name = {entry_of(shape).name: shape for shape in work.mirrors}
    return {kind: by_name[kind.value] for kind in SubjectKind if kind.value in by_name}


async def subject_named(work: Work, kind: SubjectKind, id: UUID, pointer: str) -> Aggregate:
    """The request or project; 422 where there is none that the caller sees, 409 where it is archived."""
    shape = shapes(work).get(kind)
    try:
        if shape is None:
            raise NotFound("there is no such resource")
        subject = await work.load(shape, id)
    except NotFound:
        raise Invalid(
            "a reference names nothing",
            Fault("not_found", "there is none with this id", pointer=pointer),
        ) from None
    if subject.archived_at is not None:
        raise Conflict(
            "what is archived takes nothing new",
            Fault("archived", "is archived", pointer=pointer),
            code="archived",
        )
    still_there_in(work, work.mirrors[shape].name, subject.id)
    return subject
