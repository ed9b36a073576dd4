"""The table that follows from a declaration."""

from typing import Annotated

import pytest
from sqlalchemy import Table
from sqlalchemy.schema import ColumnCollectionConstraint
from sqlmodel import SQLModel

from shared.contracts.language import CATALOGUE, EVENT_TYPES, Aggregate, Id, Line, aggregate
from shared.contracts.members import filterable, names, searched, sortable, sortable_as_written, unique
from shared.store.columns import own_registry
from shared.store.rows import table_of


class Parcel(Aggregate):
    code: Annotated[Line, unique]
    project_id: Annotated[Id | None, names("project"), filterable] = None
    name: Annotated[Line, sortable, searched]
    country: Annotated[Line | None, sortable_as_written] = None
    weight: Annotated[int, filterable] = 0


@pytest.fixture(autouse=True)
def _parcels() -> object:
    before = dict(CATALOGUE), dict(EVENT_TYPES)
    aggregate("projects", "parcels")(Parcel)
    yield
    CATALOGUE.clear()
    EVENT_TYPES.clear()
    CATALOGUE.update(before[0])
    EVENT_TYPES.update(before[1])


def table(**declared: tuple[object, ...]) -> Table:
    class Base(SQLModel, registry=own_registry()):
        """The tables of this test."""

    row = table_of(Parcel, Base, **declared)  # type: ignore[arg-type]
    created: Table = row.__table__  # type: ignore[attr-defined]
    return created


def own(created: Table) -> list[str]:
    names = [column.name for column in created.columns]
    return names[names.index("document") + 1 :]


def test_members_come_first_then_sort_keys_then_the_text_for_search() -> None:
    assert own(table()) == ["code", "project_id", "name", "country", "weight", "name_sort", "search_text"]
    assert [c.name for c in table().columns if c.nullable] == [
        "external_source", "external_id", "project_id", "country",
    ]  # fmt: skip


def test_columns_that_were_added_later_stand_last() -> None:
    assert own(table(added=("country",)))[-1] == "country"


def test_indexes_and_unique_keys_are_those_that_are_declared() -> None:
    created = table(indexes=("project_id", ("weight", "country")), unique_live=("project_id", "name"))
    assert {str(index.name) for index in created.indexes} - {"ix_parcel__updated_at"} == {
        "ix_parcel__project_id", "ix_parcel__weight_country", "uq_parcel__live_project_id_name",
    }  # fmt: skip
    constraints = {
        tuple(c.columns.keys()) for c in created.constraints if isinstance(c, ColumnCollectionConstraint)
    }
    assert constraints == {("id",), ("code",), ("external_source", "external_id")}


def test_an_index_of_no_column_is_refused() -> None:
    with pytest.raises(TypeError, match="no columns colour"):
        table(indexes=("colour",))
