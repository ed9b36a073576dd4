"""What holds of the organisation: what it names is part of the published language, nothing is said twice, and it stays."""

from collections.abc import Iterator, Sequence

from shared.base.errors import Conflict, Fault, Invalid
from shared.base.texts import Text
from shared.contracts.catalogue import CATALOGUE
from shared.contracts.language import AggregateType
from shared.contracts.projects.organisation import Organisation
from shared.contracts.projects.structure import Calendar


def makes_sense(organisation: Organisation) -> None:
    """All faults are told at once."""
    faults = [
        *_twice(organisation.languages, "languages", ""),
        *_twice([word.term for word in organisation.words], "words", "/term"),
        *_twice([default.member for default in organisation.defaults], "defaults", "/member"),
        *_twice([limit.name for limit in organisation.limits], "limits", "/name"),
        *_twice([one.kind for one in organisation.retention], "retention", "/kind"),
        *_unknown(organisation),
    ]
    for i, limit in enumerate(organisation.limits):
        if limit.amount.minor < 0:
            faults.append(Fault("negative", "not below zero", pointer=f"/limits/{i}/amount"))
    if faults:
        raise Invalid("the organisation makes no sense", *faults, code="bad_organisation")


def _twice(values: Sequence[str], member: str, part: str) -> Iterator[Fault]:
    before: set[str] = set()
    for i, value in enumerate(values):
        if value in before:
            yield Fault(
                "duplicate", Text("{value} is named before", value=value), pointer=f"/{member}/{i}{part}"
            )
        before.add(value)


def _unknown(organisation: Organisation) -> Iterator[Fault]:
    """What the published language does not have."""
    for i, word in enumerate(organisation.words):
        kind, _, member = word.term.partition(".")
        entries = [entry for entry in CATALOGUE.values() if entry.name == kind]
        if not any(not member or member in entry.shape.model_fields for entry in entries):
            yield Fault(
                "unknown_term", Text("nothing is called {term}", term=word.term), pointer=f"/words/{i}/term"
            )
    for i, default in enumerate(organisation.defaults):
        kind, _, member = default.member.rpartition(".")
        entry = _entry(kind)
        if entry is None or member not in (*entry.members.created, *entry.members.optional):
            yield Fault(
                "unknown_member",
                Text("no request gives {member}", member=default.member),
                pointer=f"/defaults/{i}/member",
            )
    for i, one in enumerate(organisation.retention):
        if _entry(one.kind) is None:
            yield Fault(
                "unknown_kind", Text("there is no {kind}", kind=one.kind), pointer=f"/retention/{i}/kind"
            )


def _entry(name: str) -> AggregateType | None:
    """By service and aggregate, such as `projects.project`."""
    return next((entry for entry in CATALOGUE.values() if f"{entry.service}.{entry.name}" == name), None)


def serves_all(calendar: Calendar) -> None:
    if calendar.project_id is not None:
        raise Invalid(
            "the calendar is of one project",
            Fault("of_a_project", "a calendar of the organisation", pointer="/calendar_id"),
        )


def is_the_only_one(others: Sequence[Organisation]) -> None:
    if others:
        raise Conflict(
            "there is an organisation already, and an instance has one: change that",
            code="organisation_exists",
            organisation_id=str(others[0].id),
        )


def stays(organisation: Organisation) -> None:
    if organisation.archived_at is not None:
        raise Conflict("an instance is never without its organisation", code="organisation_stays")
