"""What is declared beside members: what follows from it, and what makes no sense."""

from collections.abc import Iterator
from typing import Annotated

import pytest

from shared.base.ids import new_id
from shared.base.money import Money
from shared.contracts.catalogue import CATALOGUE, EVENT_TYPES, entries
from shared.contracts.language import (
    Aggregate,
    Erasable,
    Fact,
    Id,
    Line,
    Prose,
    Visibility,
    aggregate,
    entry_of,
    fact,
)
from shared.contracts.members import (
    at_creation,
    code,
    filterable,
    label,
    named_by,
    names,
    not_given,
    optional_at_creation,
    personal,
    searched,
    sortable,
    stored,
)
from shared.contracts.projects.structure import Project
from shared.contracts.resources.people import Person
from tests.support.rules import catalogue


@pytest.fixture(autouse=True)
def _declared_for_this_test_only() -> Iterator[None]:
    before = dict(CATALOGUE), dict(EVENT_TYPES)
    yield
    for expected, remaining in zip((CATALOGUE, EVENT_TYPES), before, strict=True):
        expected.clear()
        expected.update(remaining)  # type: ignore[arg-type]


class Ticket(Aggregate):
    """A ticket."""

    number: Annotated[Line, code, sortable, searched, optional_at_creation]
    title: Annotated[Line, label, sortable, searched]
    text: Prose = ""
    project_id: Annotated[Id, names("project"), filterable, at_creation]
    price: Annotated[Money | None, stored] = None
    is_open: Annotated[bool, filterable, not_given] = True


def test_columns_filters_sorts_and_requests_follow_from_the_marks() -> None:
    aggregate("projects", "tickets", key="project_id")(Ticket)
    members = entry_of(Ticket).members
    assert [(m.name, m.kind) for m in members.columns] == [
        ("number", "code"), ("title", "text"), ("project_id", "id"), ("price", "money"), ("is_open", "boolean"),
    ]  # fmt: skip
    assert members.filters == {
        "number": "code", "title": "text", "project_id": "id", "is_open": "boolean",
    }  # fmt: skip
    assert members.sorts == members.searched == ("number", "title")
    assert members.label == "title"
    assert members.references == {"project_id": "project"}
    assert members.created == ("title", "text", "project_id", "price")
    assert members.optional == ("number",)
    assert members.revised == ("title", "text", "price")
    assert members.fixed == ("project_id",)


def test_what_is_personal_is_replaced_at_an_erasure_and_the_external_key_with_it() -> None:
    assert Person.PERSONAL["name"] == "Erased person"
    assert Person.PERSONAL["external_ref"] is None
    assert Person.PERSONAL.keys() == {"external_ref", "custom", *entry_of(Person).members.personal}


class TwoLabels(Aggregate):
    one: Annotated[Line, label]
    other: Annotated[Line, label]


class SearchedMoney(Aggregate):
    price: Annotated[Money, searched]


class SortedList(Aggregate):
    lines: Annotated[list[Line], sortable]


class NamedByText(Aggregate):
    project: Annotated[Line, names("project")]


class GivenTwice(Aggregate):
    name: Annotated[Line, at_creation, not_given]


class NamedByNothing(Aggregate):
    unit_id: Annotated[Id | None, named_by("org_unit")] = None


class NamedAndRequired(Aggregate):
    unit_id: Annotated[Id, names("org_unit"), named_by("org_unit")]


class MarkedByAText(Aggregate):
    name: Annotated[Line, "label"]


class NamesNothing(Aggregate):
    owner_id: Annotated[Id | None, names] = None


class DeclaresItsVersion(Aggregate):
    version: int = 3


class PersonalAndKept(Aggregate):
    name: Annotated[Line, personal()]


@pytest.mark.parametrize(
    "shape",
    [
        TwoLabels,
        SearchedMoney,
        SortedList,
        NamedByText,
        GivenTwice,
        NamedByNothing,
        NamedAndRequired,
        PersonalAndKept,
        MarkedByAText,
        NamesNothing,
        DeclaresItsVersion,
    ],
)
def test_a_declaration_that_makes_no_sense_is_refused(shape: type[Aggregate]) -> None:
    with pytest.raises(TypeError, match=shape.__name__):
        aggregate("projects", "nonsense")(shape)
    assert shape not in CATALOGUE


def test_a_key_or_a_scope_that_is_no_member_is_refused() -> None:
    for answer in ({"key": "programme_id"}, {"scope": ("unit_id",)}):
        with pytest.raises(TypeError, match="has no member"):
            aggregate("projects", "tickets", **answer)(Ticket)  # type: ignore[arg-type]


def test_an_aggregate_is_declared_once_by_name_by_collection_and_by_component() -> None:
    second = type("Project", (Aggregate,), {})
    with pytest.raises(TypeError, match="an aggregate project already"):
        aggregate("projects", "other-projects")(second)
    with pytest.raises(TypeError, match="a component Project is there already"):
        aggregate("finance", "projects")(second)
    with pytest.raises(TypeError, match="a collection projects already"):
        aggregate("projects", "projects")(Ticket)


class Plain(Aggregate):
    name: Line


@pytest.mark.parametrize(
    ("collection", "visibility", "advice"),
    [
        ("plain things", "open", "Plain: a collection is a plural in small letters"),
        ("plains", "secret", "Plain: the class 'secret' is none of open, people, restricted"),
        ("plains", "people", "Plain is of the class people: subclass Erasable"),
    ],
)
def test_a_collection_or_a_class_that_cannot_be_is_refused(
    collection: str, visibility: Visibility, advice: str
) -> None:
    with pytest.raises(TypeError, match=advice):
        aggregate("projects", collection, visibility=visibility)(Plain)


def test_a_fact_has_a_name_that_an_event_type_can_hold() -> None:
    with pytest.raises(TypeError, match="past participle in small letters"):
        fact(Project, "Close it")(type("Closed", (Fact,), {}))


def test_a_fact_is_declared_once() -> None:
    with pytest.raises(TypeError, match="has a fact approved already"):
        fact(Project, "approved")(type("Again", (Fact,), {}))
    with pytest.raises(TypeError, match="has a fact created already"):
        fact(Project, "created")(type("Again", (Fact,), {}))


def test_a_name_may_be_given_where_the_class_cannot_have_it() -> None:
    aggregate("projects", "errors", name="error")(type("ErrorReport", (Aggregate,), {}))
    assert "portolan.projects.error.created.v1" in EVENT_TYPES


def test_an_aggregate_lies_in_its_project_else_in_what_it_names_first() -> None:
    scopes = {entry.name: entry.scope for entry in entries()}
    assert scopes["risk"] == ("project_id",)
    assert scopes["contract"] == scopes["assessment"] == ("project_id", "programme_id")
    assert scopes["project"] == scopes["portfolio"] == scopes["org_unit"] == ("id",)
    assert scopes["vendor"] == scopes["person"] == ()


def test_the_scope_of_one_is_the_first_member_that_is_given() -> None:
    entry = entry_of(Project)
    id, programme = new_id(), new_id()
    assert entry.scope_of(Project.model_construct(id=id)) == ("project", id)
    contract = next(entry for entry in entries() if entry.name == "contract")
    values = contract.shape.model_construct(project_id=None, programme_id=programme)
    assert contract.scope_of(values) == ("programme", programme)
    assert contract.scope_of(contract.shape.model_construct(project_id=None, programme_id=None)) is None


def test_a_scope_is_of_the_kind_that_its_member_names() -> None:
    class Desk(Aggregate):
        unit_id: Annotated[Id | None, names("org_unit")] = None

    entry = aggregate("resources", "desks")(Desk)
    id = new_id()
    assert entry_of(entry).scope_of(Desk.model_construct(unit_id=id)) == ("org_unit", id)


def test_every_reference_names_a_kind_of_aggregate_that_stands_or_is_to_come() -> None:
    by_key = {entry.name for entry in entries()} | {name.partition(".")[2] for name in catalogue()}
    named = {kind for entry in entries() for kind in entry.members.references.values()}
    assert named - by_key == set()


def test_every_id_beside_the_own_says_what_it_names() -> None:
    silent = [
        f"{entry.name}.{member.name}"
        for entry in entries()
        for member in entry.members
        if member.kind == "id" and member.names is None
    ]
    assert sorted(silent) == ["membership.scope_id", "scoring.subject_id"], (
        "the member before it says what it names"
    )


def test_only_what_can_be_erased_is_personal() -> None:
    assert all(issubclass(e.shape, Erasable) for e in entries() if e.members.personal)
