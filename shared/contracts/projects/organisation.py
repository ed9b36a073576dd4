"""What the instance is: the organisation that uses it, what holds in it unless something says otherwise, and who may see
and do what in its parts."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from shared.base.money import Money
from shared.contracts.language import (
    Aggregate,
    Day,
    FieldName,
    Id,
    Key,
    Line,
    Reasoned,
    Shape,
    TimeFact,
    aggregate,
    fact,
)
from shared.contracts.members import (
    at_creation,
    code,
    filterable,
    label,
    names,
    not_given,
    sortable_as_written,
    stored,
)


class Profile(StrEnum):
    """What the organisation does with projects."""

    END_USER = "end_user"
    SERVICE_COMPANY = "service_company"
    PUBLISHER = "publisher"


class FourEyes(StrEnum):
    REQUIRED = "required"
    RELAXED = "relaxed"


class MandateMode(StrEnum):
    BY_METHOD = "by_method"
    ALWAYS = "always"
    OPTIONAL = "optional"


class Switch(StrEnum):
    ON = "on"
    OFF = "off"


Language = Annotated[str, Field(pattern="^[a-z]{2,3}$", examples=["fr"]), code]
Term = Annotated[str, Field(pattern=r"^[a-z_]+(\.[a-z_]+){0,2}$", examples=["project"]), code]
Place = Annotated[str, Field(pattern=r"^[a-z]+(\.[a-z_]+){1,2}$", examples=["projects.project.phase"]), code]


Kind = Annotated[str, Field(pattern=r"^[a-z]+\.[a-z_]+$", examples=["projects.project"]), code]
State = Annotated[str, Field(pattern="^[a-z][a-z_]{0,39}$", examples=["approved"]), code]


class Word(Shape):
    """What something is called in this organisation."""

    term: Term
    """What is named: an aggregate, such as `project`, several of them, such as `projects`, or a member of one, such as
    `project.sponsor_id`."""
    label: Line
    """Its name here, in every language."""


class Default(Shape):
    """What a new aggregate gets where the request that creates it leaves a member out."""

    member: Place
    """A member that a request gives: service, aggregate and member, such as `projects.project.phase`."""
    value: Line
    """The value, as the text that a form would hold: an id, a day as 2026-06-01, `yes` or `no`, an amount as
    `1000.00 CHF`."""


class Limit(Shape):
    """Up to which amount something is decided without a higher body, or how long something may stand in a state."""

    name: Annotated[str, Field(pattern="^[a-z][a-z0-9_]{0,59}$", examples=["approve_request"]), code]
    """What is decided: `approve_project` by its planned cost, `approve_budget_line` by its amount, `approve_request` by its
    likely cost. `approve_change`, `sign_contract` and `sign_mandate` have an effect once there are such aggregates. Or
    the state in which something stands: `request_submitted`, and so of each open state of a request."""
    amount: Money | None = None
    """Up to this, not below zero: of a decision."""
    days: Annotated[int | None, Field(ge=1, le=3_660, strict=True)] = None
    """After so many days it is overdue: of a state."""


class Retention(Shape):
    """How long something is kept."""

    kind: Annotated[Kind, Field(examples=["resources.person"])]
    """Service and aggregate, such as `resources.person`: one that can be erased, as what persons are and say."""
    months: Annotated[int, Field(ge=1, le=1200, strict=True)]
    """So many months after it was archived it is erased, within an hour."""


@aggregate("projects", "organisations", needs="decide")
class Organisation(Aggregate):
    """The organisation that uses the instance: there is one.

    It changes words, defaults, limits and what is asked for, never a shape. Until it is created, what stands here as
    default holds.
    """

    name: Annotated[Line, label]
    """By which people know it."""
    profile: Profile
    """Whether it uses what projects make, makes it for customers, or publishes it. It says what the organisation is, and changes
    nothing else yet."""
    default_method_id: Annotated[Id | None, names("method")] = None
    """The method that is applied to a project where the request names none."""
    calendar_id: Annotated[Id | None, names("calendar"), stored] = None
    """The calendar by which working days are counted where nothing names another; null: Monday to Friday."""
    fiscal_calendar_id: Annotated[Id | None, names("fiscal_calendar"), not_given] = None
    """The calendar of fiscal years; null until there are some: the fiscal year is then the calendar year."""
    languages: Annotated[list[Language], Field(min_length=1, max_length=20)] = ["en"]
    """The languages in use, the first one preferred, by their codes in ISO 639. Pages and mails offer those that Portolan
    speaks; who asks for none of them reads the first. English alone says nothing: then all that Portolan speaks are
    offered."""
    words: Annotated[list[Word], Field(max_length=300)] = []
    """What is called otherwise here: on pages, in forms and in tables that are taken from them, for everybody."""
    defaults: Annotated[list[Default], Field(max_length=300)] = []
    """What a new aggregate gets where the request that creates it leaves a member out, and with what forms begin. A put by
    external key gets none of them, since it says everything."""
    four_eyes: FourEyes = FourEyes.REQUIRED
    """Whether a decision needs another person than the one who made or submitted it."""
    mandates: MandateMode = MandateMode.BY_METHOD
    """Whether a project starts from a signed mandate only: as its method says, always, or where somebody wants one."""
    limits: Annotated[list[Limit], Field(max_length=100)] = []
    """Up to which amounts somebody decides in a part of the organisation. Above, and where the amount is missing or of another
    currency, only who decides in the whole of it does (403 `above_limit`)."""
    retention: Annotated[list[Retention], Field(max_length=300)] = []
    """How long what is archived is kept before it is erased in every version. What is not named is kept until somebody erases
    it; what is about no person is kept for ever."""
    public_procurement: Switch = Switch.OFF
    """Whether the rules of public procurement hold: standstill, two openers, multi-year credits. It has no effect until there
    are tenders and credits."""


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


class FieldType(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    MONEY = "money"
    DAY = "day"
    CHOICE = "choice"
    PERSON = "person"
    YES_NO = "yes_no"


class FieldState(StrEnum):
    DRAFT = "draft"
    ACTIVE = "active"
    RETIRED = "retired"


class FieldLabel(Shape):
    """What people read in one language."""

    language: Language
    """Its code in ISO 639."""
    text: Line
    """The name of the field in it."""


@aggregate("projects", "field-definitions", needs="decide", scope=())
class FieldDefinition(Aggregate):
    """A field that the organisation adds to the aggregates of one kind: they have it in their member `custom`.

    While it is active, it can be given, filtered by and asked for. Once retired, values that stand stay; none is added.
    """

    aggregate: Annotated[Kind, sortable_as_written, at_creation]
    """What has the field: service and aggregate, such as `projects.project`."""
    name: Annotated[FieldName, Field(examples=["data_class"]), code, label, sortable_as_written, at_creation]
    """Its name in `custom`; of the definitions of one aggregate that are not archived it is unique."""
    label: Annotated[list[FieldLabel], Field(min_length=1, max_length=20)]
    """What people read, in each language."""
    type: Annotated[FieldType, filterable, at_creation]
    """What its values are. A day is written 2026-06-01, a person is their id, an amount has its currency."""
    unit: Annotated[Line | None, Field(examples=["users"])] = None
    """What a number counts."""
    choices: Annotated[list[Line], Field(max_length=200)] = []
    """The values of a choice. While the field is active, none is taken away."""
    required_when: State | None = None
    """When a request must leave a value there: `always`, or in this state of the aggregate; null: never."""
    sensitive: Annotated[bool, at_creation] = False
    """Whether its values stay out of events and lists: only the answer to a single aggregate has them."""
    state: Annotated[FieldState, filterable, not_given] = FieldState.DRAFT
    """Whether it can be given; moves change it."""


@fact(FieldDefinition, "activated")
class FieldDefinitionActivated(Reasoned):
    """The field can be given from now on."""


@fact(FieldDefinition, "retired")
class FieldDefinitionRetired(Reasoned):
    """No value is added any more; those that stand stay."""


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
    UNIT = "unit"


class MembershipState(StrEnum):
    PROPOSED = "proposed"
    GRANTED = "granted"
    REVOKED = "revoked"
    EXPIRED = "expired"


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
    """The portfolio, programme, project or unit of the organisation that the role is for."""
    starts_on: Day | None = None
    """The first day on which it counts; null: from the grant on."""
    ends_on: Day | None = None
    """The last day on which it counts; null: until it is revoked."""
    state: Annotated[MembershipState, filterable, not_given] = MembershipState.PROPOSED
    """Whether it counts; moves change it, and the end of its last day."""


@fact(Membership, "granted")
class MembershipGranted(Reasoned):
    """Somebody who decides there granted the role."""


@fact(Membership, "revoked")
class MembershipRevoked(Reasoned):
    """The role counts no more."""


@fact(Membership, "started")
class MembershipStarted(TimeFact):
    """Its first day came: it counts from now on."""


@fact(Membership, "expired")
class MembershipExpired(TimeFact):
    """Its last day is over: it counts no more."""
