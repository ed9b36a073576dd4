"""The signature of an endpoint is the declaration of its route; what cannot hold is refused when it is declared."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

import pytest
from pydantic import Field

from services.reporting.dashboards.load.api import LoadQuery
from shared.base.errors import Malformed
from shared.contracts.language import DAY_BOUNDS, Day, Shape
from shared.contracts.risk.risks import Rating, Risk
from shared.http.call import Answer, Call
from shared.http.operation import Method
from shared.http.path import Id
from shared.http.query import Limit, Query, parameters_of, reader_of
from shared.http.routes import Routes, operation_id
from shared.http.signature import WrongRoute


class Figure(Shape):
    """One figure."""

    value: int


class FigureQuery(Query):
    """As of which day, of which projects."""

    as_of: Day | None = Field(default=None, description="The day.")
    project_id: tuple[Id, ...] = Field(default=(), description="Only these projects.")
    limit: Limit = None


def test_path_body_answer_and_texts_follow_from_the_signature() -> None:
    routes = Routes("risk", "Risks")

    @routes.post("/v1/risks/{id}/assess", needs_match=True)
    async def assess(call: Call, id: Id, body: Rating) -> Risk:
        """Assess: rate a risk. From identified to assessed,
        in one step."""
        raise NotImplementedError

    [declared] = routes.declared
    assert (declared.id, declared.summary) == ("risks_assess", "Assess: rate a risk")
    assert declared.description == "From identified to assessed, in one step."
    assert (declared.operation.body, declared.shape, declared.signature.ids) == (Rating, Risk, ("id",))
    assert (declared.operation.scope, declared.operation.status) == ("risk.write", 200)


def test_a_query_declares_its_parameters_and_an_answer_its_shape() -> None:
    routes = Routes("reporting", "Figures", names_service=True)

    @routes.get("/v1/figures")
    async def figures(call: Call, query: FigureQuery) -> Answer[Figure]:
        """Figures."""
        raise NotImplementedError

    [declared] = routes.declared
    assert (declared.id, declared.shape, declared.description) == ("reporting_figures", Figure, "Figures")
    assert [(p.name, p.schema, p.many) for p in declared.operation.parameters] == [
        ("as_of", {"type": "string", "format": "date", **DAY_BOUNDS}, False),
        ("project_id", {"type": "string", "format": "uuid"}, True),
        ("limit", {"type": "integer", "minimum": 1, "maximum": 200}, False),
    ]


def test_an_endpoint_that_answers_nothing_answers_204_and_every_id_is_checked() -> None:
    routes = Routes("risk", "Risks")

    @routes.post("/v1/risks/{risk_id}/owners/{owner_id}/remind")
    async def remind(call: Call, risk_id: Id, owner_id: Id) -> None:
        """Remind."""

    [declared] = routes.declared
    assert (declared.operation.status, declared.signature.ids) == (204, ("risk_id", "owner_id"))


@pytest.mark.parametrize(
    ("method", "path", "id"),
    [
        ("POST", "/v1/work-packages/{id}/report-progress", "work_packages_report_progress"),
        ("GET", "/v1/projects/{project_id}/earned-value", "projects_earned_value"),
        ("GET", "/v1/projects/{id}", "projects_get"),
        ("POST", "/v1/revocations", "revocations_create"),
        ("DELETE", "/v1/lessons/{id}", "lessons_archive"),
        ("GET", "/openapi.json", "openapi"),
    ],
)
def test_an_operation_id_follows_from_path_and_verb(method: Method, path: str, id: str) -> None:
    assert operation_id(method, path) == id


async def _no_annotation(call: Call, id) -> Risk:  # type: ignore[no-untyped-def]
    """Nothing."""


async def _unchecked_id(call: Call, id: str) -> Risk:
    """Nothing."""
    raise NotImplementedError


async def _stranger(call: Call, id: Id, reason: str) -> Risk:
    """Nothing."""
    raise NotImplementedError


async def _no_path(call: Call) -> Risk:
    """Nothing."""
    raise NotImplementedError


async def _no_text(call: Call, id: Id) -> Risk:
    raise NotImplementedError


async def _no_answer(call: Call, id: Id):  # type: ignore[no-untyped-def]
    """Nothing."""


async def _unknown_answer(call: Call, id: Id) -> Answer:
    """Nothing."""
    raise NotImplementedError


async def _no_aggregate(call: Call, id: Id) -> Figure:
    """Nothing."""
    raise NotImplementedError


async def _no_model(call: Call, id: Id, body: dict[str, Any]) -> Risk:
    """Nothing."""
    raise NotImplementedError


async def _no_query(call: Call, id: Id, query: Figure) -> Risk:
    """Nothing."""
    raise NotImplementedError


async def _no_call(id: Id) -> Risk:
    """Nothing."""
    raise NotImplementedError


@pytest.mark.parametrize(
    ("endpoint", "sentence"),
    [
        (_no_annotation, "`id` has no annotation"),
        (_unchecked_id, "write `id: Id`"),
        (_stranger, "`reason` does not stand in /v1/risks/{id}/assess"),
        (_no_path, "`{id}` of /v1/risks/{id}/assess is not a parameter"),
        (_no_text, "write a docstring"),
        (_no_answer, "say what it answers"),
        (_unknown_answer, "say what it answers"),
        (_no_aggregate, "which is no aggregate"),
        (_no_model, "`body` is not a model"),
        (_no_query, "`query` is not a `Query`"),
        (_no_call, "the first parameter is `call: Call`"),
    ],
)
def test_a_declaration_that_cannot_hold_is_refused_with_its_place(
    endpoint: Callable[..., Awaitable[Any]], sentence: str
) -> None:
    with pytest.raises(WrongRoute) as refused:
        Routes("risk", "Risks").post("/v1/risks/{id}/assess")(endpoint)
    assert sentence in str(refused.value)
    assert f"test_signature.{endpoint.__name__}" in str(refused.value)


def test_an_option_that_routes_do_not_have_is_refused() -> None:
    async def close(call: Call, id: Id) -> Risk:
        """Close."""
        raise NotImplementedError

    with pytest.raises(WrongRoute, match="a route has no option summary"):
        Routes("risk", "Risks").post("/v1/risks/{id}/close", summary="Close")(close)  # type: ignore[call-arg]


def test_a_parameter_of_a_query_says_what_it_means_and_can_be_left_out() -> None:
    class Silent(Query):
        day: Day | None = None

    class Needed(Query):
        day: Day = Field(description="The day.")

    for query, sentence in ((Silent, "say what it means"), (Needed, "give it a default")):
        with pytest.raises(TypeError, match=sentence):
            parameters_of(query)


def test_a_query_is_read_as_its_types_say() -> None:
    read = reader_of(FigureQuery)
    one = "01978f2e-7c4a-7d3b-9a41-5f0c6e1b2a3d"
    query = read({"as_of": ["2026-06-01"], "project_id": [one], "limit": ["7"]})
    assert (query.as_of, query.project_id, query.limit) == (date(2026, 6, 1), (one,), 7)
    assert read({}) is read({})
    assert reader_of(LoadQuery)({"from": ["2026-06"]}).first == date(2026, 6, 1)
    assert hash(query) == hash(read({"as_of": ["2026-06-01"], "project_id": [one], "limit": ["7"]}))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("as_of", "2026-6-1"),
        ("as_of", "1780000000"),
        ("project_id", "01978F2E-7C4A-7D3B-9A41-5F0C6E1B2A3D"),
        ("limit", "1_0"),
        ("limit", " 1"),
        ("limit", "٣"),
        ("limit", "0"),
        ("limit", "201"),
    ],
)
def test_a_value_of_another_kind_is_refused_with_its_parameter(name: str, value: str) -> None:
    with pytest.raises(Malformed) as refused:
        reader_of(FigureQuery)({name: [value]})
    assert [fault.parameter for fault in refused.value.faults] == [name]
    assert value not in str(refused.value)
