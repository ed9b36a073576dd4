"""What holds of the organisation: what it names is part of the published language, nothing is said twice, and it stays."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from shared.base.errors import Conflict, Fault, Invalid
from shared.base.texts import Text
from shared.contracts.catalogue import CATALOGUE, entry_called
from shared.contracts.limits import DAYS_IN_STATE, NAMES
from shared.contracts.projects.organisation import Limit, Organisation
from shared.contracts.projects.structure import Calendar
from shared.contracts.words import plural
from shared.domain.default_values import fault_of, may_have_default
from shared.domain.keeping import may_be_erased


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
        faults += _faults_of_limit(limit, f"/limits/{i}")
    if faults:
        raise Invalid("the organisation makes no sense", *faults, code="bad_organisation")


def _faults_of_limit(limit: Limit, pointer: str) -> Iterator[Fault]:
    """A decision is limited by an amount, and a state by days."""
    names = {*NAMES, *DAYS_IN_STATE}
    if limit.name not in names:
        text = Text("one of {names}", names=", ".join(sorted(names)))
        yield Fault("unknown_limit", text, pointer=f"{pointer}/name")
        return
    needed, other = ("days", "amount") if limit.name in DAYS_IN_STATE else ("amount", "days")
    if getattr(limit, needed) is None:
        yield Fault("required", "this limit needs it", pointer=f"{pointer}/{needed}")
    if getattr(limit, other) is not None:
        yield Fault("not_of_this_limit", "this limit has none", pointer=f"{pointer}/{other}")
    if limit.amount is not None and limit.amount.minor < 0:
        yield Fault("negative", "not below zero", pointer=f"{pointer}/amount")


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
    from babel.localedata import exists  # half a megabyte that nothing else of the service needs

    for i, language in enumerate(organisation.languages):
        if not exists(language):
            yield Fault(
                "unknown_language",
                Text("no language has the code {language}", language=language),
                pointer=f"/languages/{i}",
            )
    for i, word in enumerate(organisation.words):
        if not _is_called(word.term):
            yield Fault(
                "unknown_term", Text("nothing is called {term}", term=word.term), pointer=f"/words/{i}/term"
            )
    for i, default in enumerate(organisation.defaults):
        kind, _, member = default.member.rpartition(".")
        entry, pointer = entry_called(kind), f"/defaults/{i}/member"
        if entry is None or member not in (*entry.members.created, *entry.members.optional):
            text = Text("no request gives {member}", member=default.member)
            yield Fault("unknown_member", text, pointer=pointer)
        elif not may_have_default(entry, member):
            text = Text("{member} can have no default value", member=default.member)
            yield Fault("not_defaultable", text, pointer=pointer)
        elif fault := fault_of(entry, member, default.value):
            yield replace(fault, code="bad_default", pointer=f"/defaults/{i}/value")
    for i, one in enumerate(organisation.retention):
        entry, pointer = entry_called(one.kind), f"/retention/{i}/kind"
        if entry is None:
            yield Fault("unknown_kind", Text("there is no {kind}", kind=one.kind), pointer=pointer)
        elif not may_be_erased(entry):
            text = Text("each {kind} is kept for ever, with its history", kind=one.kind)
            yield Fault("kept_for_ever", text, pointer=pointer)


def _is_called(term: str) -> bool:
    """Whether pages call something by this term: one aggregate, several, or a member."""
    kind, _, member = term.partition(".")
    entries = [entry for entry in CATALOGUE.values() if kind == entry.name]
    if member:
        return any(member in entry.shape.model_fields for entry in entries)
    return bool(entries) or any(kind == plural(entry.name) for entry in CATALOGUE.values())


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
