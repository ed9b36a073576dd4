"""Persons inside and outside with their skills, the roles they work in, and the units that they belong to."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from shared.contracts.language import (
    Aggregate,
    Email,
    Erasable,
    Fact,
    Id,
    Instant,
    Key,
    Line,
    Prose,
    Reasoned,
    Shape,
    aggregate,
    fact,
)
from shared.contracts.members import (
    at_creation,
    filterable,
    label,
    named_by,
    names,
    personal,
    searched,
    sortable,
)


class Employment(StrEnum):
    INTERNAL = "internal"
    EXTERNAL = "external"


class Skill(Shape):
    """A skill with its level from 1 (knows of it) to 5 (teaches it)."""

    name: Line
    """What the person is able to do."""
    level: Annotated[int, Field(ge=1, le=5, strict=True)]
    """From 1 (knows of it) to 5 (teaches it)."""


@aggregate("resources", "org-units", scope=("id",))
class OrgUnit(Aggregate):
    """A part of the organisation: a department, a division, a team.

    Persons belong to it, and what they work is reported by it. A day of the past shows the units as they were then.
    """

    name: Annotated[Line, label, sortable, searched]
    """By which people know it."""
    code: Annotated[Line | None, sortable, searched] = None
    """The sign that the organisation uses for it, unique among those that are not archived."""
    parent_id: Annotated[Id | None, names("org_unit"), filterable] = None
    """The unit above it; null at the top."""
    head_id: Annotated[Id | None, names("person"), filterable] = None
    """The person who leads it."""
    cost_centre: Annotated[Line | None, filterable] = None
    """The cost centre that bears its costs, as accounting writes it."""


@aggregate("resources", "roles")
class Role(Aggregate):
    """What somebody works as: software architect, tester, project manager.

    Needs, capacity and rates are told by roles, so that a plan can be made before anybody is named.
    """

    name: Annotated[Line, label, sortable, searched]
    """By which people know it."""
    family: Annotated[Line | None, sortable, searched] = None
    """The group of related roles that it belongs to, such as engineering or management."""
    description: Prose = ""
    """What somebody in this role answers for, and is able to do."""


@aggregate("resources", "persons", visibility="people", scope=())
class Person(Erasable):
    """Somebody who works on projects. The name stands here and in no other service's events.

    For an erased person, the employment and the weekly hours stay, because the load of past months is
    computed from them.
    """

    name: Annotated[Line, label, sortable, searched, personal("Erased person")]
    """The full name."""
    email: Annotated[Email | None, searched, personal()] = None
    """The address for mail."""
    employment: Annotated[Employment, sortable] = Employment.INTERNAL
    """Employed by the organisation, or by a supplier."""
    vendor_id: Annotated[Id | None, names("vendor", checked=False), filterable, personal()] = None
    """The supplier of an external person."""
    role: Annotated[Line | None, filterable, personal()] = None
    """What the person usually works as."""
    unit_id: Annotated[Id | None, names("org_unit"), named_by("org_unit"), filterable, personal()] = None
    """The unit of the organisation that the person belongs to; a request may give its name as `org_unit`."""
    location: Annotated[Line | None, filterable, personal()] = None
    """Where the person works."""
    weekly_hours: Annotated[float, Field(ge=0, le=168, allow_inf_nan=False)] = 40
    """Hours of work a week; allocations are per cent of them."""
    skills: Annotated[list[Skill], Field(max_length=100), personal([])] = []
    """What the person is able to do, and how well."""


@fact(Person, "erased")
class PersonErased(Reasoned):
    """A person was erased: the personal members of every version are redacted, earlier ones included. The
    reason stays: name nobody in it."""

    erases = True


@aggregate("resources", "identities", visibility="restricted_people")
class Identity(Erasable):
    """A login of a person: a subject of one issuer of tokens.

    Memberships of the person count under each of their logins. Other services keep a hash of it only.
    """

    person_id: Annotated[Id, names("person"), filterable, at_creation]
    """Whose login it is."""
    issuer: Annotated[Key, filterable, at_creation, personal("erased")]
    """Who issues the tokens, as their `iss` says."""
    subject: Annotated[Key, filterable, at_creation, personal("erased")]
    """Whom the tokens are issued to, as their `sub` says."""


@aggregate("resources", "personal-tokens", visibility="restricted_people", read_only=True)
class PersonalToken(Erasable):
    """A personal access token: with it a program acts as a person, with the rights that the person has, or fewer.

    The token itself is shown once, when it is made. What is kept, and what every service knows, is its hash.
    """

    name: Annotated[Line, label, sortable, personal("Erased token")]
    """What its owner calls it."""
    issuer: Annotated[Key, filterable, personal("erased")]
    """Who issued the tokens with which its owner logs in."""
    subject: Annotated[Key, filterable, personal("erased")]
    """Its owner, as the `sub` of those tokens says."""
    token_hash: Annotated[Key, personal("erased")]
    """The SHA-256 of the token, by which services recognise it."""
    roles: Annotated[list[Key], Field(max_length=20)] = []
    """The roles of its owner, as their issuer said last."""
    groups: Annotated[list[Key], Field(max_length=500), personal([])] = []
    """The groups of its owner, as their issuer said last."""
    scope: Line | None = None
    """What it is narrowed to, such as `projects.read risk`; null: to nothing, it allows what its owner may."""
    expires_at: Instant
    """From when on it counts no more."""
    confirmed_at: Instant
    """When its owner was last seen with a token of their issuer."""
    revoked_at: Instant | None = None
    """When it was revoked; null while it counts."""


@fact(PersonalToken, "confirmed")
class PersonalTokenConfirmed(Fact):
    """Its owner was seen with a token of their issuer, which says what they may do now."""


@fact(PersonalToken, "revoked")
class PersonalTokenRevoked(Fact):
    """It counts no more."""


@fact(PersonalToken, "erased")
class PersonalTokenErased(Reasoned):
    """Its owner was erased, and it with them."""

    erases = True


@fact(Identity, "erased")
class IdentityErased(Reasoned):
    """The person was erased, and this login with them."""

    erases = True
