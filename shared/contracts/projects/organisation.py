"""Who may see and do what: memberships."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from shared.contracts.language import Aggregate, Day, Id, Key, Reasoned, Shape, aggregate, fact
from shared.contracts.members import at_creation, filterable, names, not_given


class Holder(Shape):
    """Who is a member: one of the three."""

    person_id: Annotated[Id | None, names("person")] = None
    """A person, under each of their logins."""
    service_account: Annotated[Key | None, Field(examples=["jira-import"])] = None
    """The subject of the tokens of a service account."""
    group: Annotated[Key | None, Field(examples=["it-steering"])] = None
    """A group of the identity provider, as tokens name it."""

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if sum(who is not None for who in (self.person_id, self.service_account, self.group)) != 1:
            raise ValueError("name one: a person, a service account or a group")
        return self


class MemberRole(StrEnum):
    DIRECTOR = "director"
    MANAGER = "manager"
    CONTROLLER = "controller"
    MEMBER = "member"
    VIEWER = "viewer"


class MemberScope(StrEnum):
    PORTFOLIO = "portfolio"
    PROGRAMME = "programme"
    PROJECT = "project"


class MembershipState(StrEnum):
    PROPOSED = "proposed"
    GRANTED = "granted"
    REVOKED = "revoked"


@aggregate("projects", "memberships", scope=("scope_id",))
class Membership(Aggregate):
    """A role that somebody has in a part of the organisation: there, and in everything below it.

    It adds to what their token allows; the role `participant` allows nothing besides.
    """

    principal: Annotated[Holder, at_creation]
    """Who has the role."""
    role: Annotated[MemberRole, filterable, at_creation]
    """What they may do there."""
    scope: Annotated[MemberScope, filterable, at_creation]
    """What kind of thing the role is for."""
    scope_id: Annotated[Id, filterable, at_creation]
    """The portfolio, programme or project that the role is for."""
    starts_on: Day | None = None
    """The first day on which it counts; null: from the grant on."""
    ends_on: Day | None = None
    """The last day on which it counts; null: until it is revoked."""
    state: Annotated[MembershipState, filterable, not_given] = MembershipState.PROPOSED
    """Whether it counts; moves change it."""


@fact(Membership, "granted")
class MembershipGranted(Reasoned):
    """Somebody who decides there granted the role."""


@fact(Membership, "revoked")
class MembershipRevoked(Reasoned):
    """The role counts no more."""
