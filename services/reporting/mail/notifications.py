"""Who is told what, as data: a line a notification. Adding one is adding a line.

A sentence may name `%(name)s` (the label of the aggregate), `%(node)s` (the label of the portfolio, programme or project in
which it lies), and any member of the state. It is translated with the texts of the pages.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from services.reporting.web.words import N_
from shared.contracts.common import COMMENTS
from shared.contracts.finance.vendors import Contract
from shared.contracts.language import Aggregate, AggregateType, entry_of
from shared.contracts.projects.organisation import Membership
from shared.contracts.projects.structure import Project, WorkPackage
from shared.contracts.resources.planning import Allocation
from shared.contracts.risk.risks import Risk

OF_PROJECT = "project."
"""The beginning of a member that stands in the project of the aggregate, such as `project.manager_id`."""


@dataclass(frozen=True)
class Notification:
    """Facts of an aggregate, the members that name who is told of them, and the sentence."""

    shape: type[Aggregate]
    facts: tuple[str, ...]
    to: tuple[str, ...]
    sentence: str
    changed: str | None = None
    """Only where this member has changed."""
    among: str | None = None
    """Only those of the persons whom this member of the fact names."""
    nameless: str | None = None
    """What a recipient who no longer sees the aggregate is told instead; None: nothing."""

    def __post_init__(self) -> None:
        if unknown := set(self.facts) - set(self.entry.facts):
            raise TypeError(f"a {self.shape.__name__} has no fact {', '.join(sorted(unknown))}")
        if self.among and any(self.among not in self.entry.facts[fact].model_fields for fact in self.facts):
            raise TypeError(f"a fact of {self.shape.__name__} has no member {self.among}")
        for path in self.to:
            shape = Project if path.startswith(OF_PROJECT) else self.shape
            first = path.removeprefix(OF_PROJECT).partition(".")[0]
            if first not in shape.model_fields:
                raise TypeError(f"a {shape.__name__} has no member {first}")

    @property
    def entry(self) -> AggregateType:
        return entry_of(self.shape)

    @property
    def name(self) -> str:
        """The same in every release: queued notices name it."""
        return f"{self.entry.service}.{self.entry.name}.{self.facts[0]}" + (
            f".{self.changed}" if self.changed else ""
        )

    @property
    def event_types(self) -> list[str]:
        return [self.entry.event_type(fact) for fact in self.facts]

    def recipients(self, state: Mapping[str, Any], project: Mapping[str, Any]) -> Iterator[str]:
        """The ids of the persons that the members name."""
        for path in self.to:
            members = project if path.startswith(OF_PROJECT) else state
            yield from _texts_at(members, path.removeprefix(OF_PROJECT).split("."))


def _texts_at(value: Any, path: list[str]) -> Iterator[str]:
    """The texts at a path; of a list, those of each of its items."""
    if isinstance(value, list):
        for item in value:
            yield from _texts_at(item, path)
    elif isinstance(value, Mapping) and path:
        yield from _texts_at(value.get(path[0]), path[1:])
    elif isinstance(value, str) and not path:
        yield value


def tell(
    shape: type[Aggregate],
    facts: str,
    to: str,
    sentence: str,
    changed: str | None = None,
    among: str | None = None,
    nameless: str | None = None,
) -> Notification:
    """A notification; several facts or members have a space between them."""
    return Notification(shape, tuple(facts.split()), tuple(to.split()), sentence, changed, among, nameless)


LEADS = "manager_id sponsor_id"
ASSIGNED = "created revised"

NOTIFICATIONS = (
    tell(Project, ASSIGNED, "manager_id", N_("You manage the project %(name)s."), changed="manager_id"),
    tell(Project, ASSIGNED, "sponsor_id", N_("You are the sponsor of the project %(name)s."), changed="sponsor_id"),
    tell(Project, "approved", LEADS, N_("The project %(name)s was approved.")),
    tell(Project, "activated", LEADS, N_("Work on the project %(name)s began.")),
    tell(Project, "put_on_hold", LEADS, N_("The project %(name)s was put on hold.")),
    tell(Project, "resumed", LEADS, N_("Work on the project %(name)s continues after a hold.")),
    tell(Project, "closing_started", LEADS, N_("The project %(name)s is being closed.")),
    tell(Project, "closed", LEADS, N_("The project %(name)s was closed.")),
    tell(Project, "discontinued", LEADS, N_("The project %(name)s was discontinued.")),
    tell(Project, "update_missing", "manager_id", N_("Nobody has written anything of the project %(name)s for 30 days.")),
    tell(WorkPackage, ASSIGNED, "owner_id", N_("You answer for the work package %(name)s of %(node)s."), changed="owner_id"),
    tell(WorkPackage, "overdue", "owner_id project.manager_id",
         N_("The work package %(name)s of %(node)s was to be completed by %(planned_finish_on)s.")),
    tell(Membership, "granted", "principal.person_id", N_("You are a member of %(node)s.")),
    tell(Membership, "revoked", "principal.person_id", N_("Your membership of %(node)s was revoked."),
         nameless=N_("One of your memberships was revoked.")),
    tell(Allocation, "committed", "person_id",
         N_("You are booked on %(node)s from %(starts_on)s to %(ends_on)s, at %(percent)s%% of your time.")),
    tell(Allocation, "released", "person_id", N_("Your booking on %(node)s was released.")),
    tell(Allocation, "ending", "person_id", N_("Your booking on %(node)s ends on %(ends_on)s.")),
    tell(Contract, "notice_due", "project.manager_id",
         N_("Notice of the contract %(name)s of %(node)s can be given until %(notice_on)s.")),
    *(tell(comment, "mentioned", "mentions", N_("You are mentioned in a comment."), among="person_ids")
      for comment in COMMENTS.values()),
    tell(Risk, ASSIGNED, "owner_id", N_("You are the owner of the risk %(name)s of %(node)s."), changed="owner_id"),
    tell(Risk, "occurred", "owner_id project.manager_id", N_("The risk %(name)s of %(node)s has occurred.")),
)  # fmt: skip

BY_NAME = {one.name: one for one in NOTIFICATIONS}
