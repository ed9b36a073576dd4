"""What only the document of a service needs is made when the document is asked for."""

from dataclasses import replace

import pytest

from services.risk.service import SERVICE
from shared.http import running
from shared.http.collection import register_routes
from shared.http.operation import Deferred
from shared.http.routes import Routes
from shared.runtime.app import create_app


class Asked(Exception):
    """Something of the document was made."""


def _refuse(*_: object) -> None:
    raise Asked


def test_an_application_is_made_without_its_document(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "documented", _refuse)
    app = create_app(SERVICE)
    with pytest.raises(Asked):
        app.openapi()


def test_pages_and_answers_of_batches_are_made_once_and_with_the_document() -> None:
    app = create_app(SERVICE)
    deferred = [one for part in app.parts for one in part.declared if isinstance(one.answer, Deferred)]
    names = {one.shape.__name__ for one in deferred}
    assert {"RiskPage", "RiskBatchAnswer"} <= names
    assert all(one.shape is one.shape for one in deferred)
    assert names <= app.openapi()["components"]["schemas"].keys()


def test_what_a_request_may_hold_is_made_by_the_first_that_asks() -> None:
    register = replace(next(one for one in SERVICE.registers if not one.is_read_only))
    routes = Routes("risk", "Risks")
    register_routes(routes, register)
    assert vars(register).keys().isdisjoint({"create", "revise"})
    creating = next(one for one in routes.declared if one.operation.status == 201)
    assert creating.operation.body is register.create
