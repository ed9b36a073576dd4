"""What the parts of a service may not say of each other: each is refused with a sentence when it is declared."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import MetaData

from services.embedded import SERVICES
from services.projects.service import SERVICE as PROJECTS
from services.risk.reactions import REACTIONS
from services.risk.service import SERVICE as RISK
from shared.contracts.finance.calendar import RateCard
from shared.contracts.language import CATALOGUE, entry_of
from shared.contracts.resources.people import Person
from shared.contracts.risk.risks import Risk
from shared.domain.copies import Known
from shared.domain.register import Register
from shared.http.call import Answer, Call
from shared.http.routes import Routes
from shared.messaging.consumer import reacting
from shared.runtime.service import Group, Service


async def nothing(*arguments: Any) -> None:
    """A reaction that does nothing."""


def _with(routes: Routes, *registers: Register[Any]) -> Service:
    return replace(RISK, groups=(*RISK.groups, Group(routes=(routes,), registers=registers)))


def _route(path: str, service: str = "risk") -> Routes:
    routes = Routes(service, "Risks")

    @routes.get(path, schema={"type": "object"})
    async def worst(call: Call) -> Answer:
        """The worst risk."""
        raise AssertionError("never called")

    return routes


def _without_registers() -> Service:
    return replace(RISK, groups=tuple(replace(group, registers=()) for group in RISK.groups))


def _without_routes() -> Service:
    return replace(RISK, groups=tuple(replace(group, routes=()) for group in RISK.groups))


def _without_copy() -> Service:
    return replace(
        RISK, consumers=(reacting("risk", [one for one in REACTIONS if not isinstance(one, Known)]),)
    )


def _of_its_own() -> Service:
    metadata = MetaData()
    PROJECTS.metadata.tables["known_person"].to_metadata(metadata)
    return replace(PROJECTS, name="resources", metadata=metadata)


@pytest.mark.parametrize(
    ("declare", "advice"),
    [
        (_without_copy, "known_project is a copy that no consumer fills: list it in REACTIONS"),
        (_of_its_own, "known_person would be a copy of its own person"),
        (lambda: _with(_route("/v1/risks/worst", "projects")), "of another service"),
        (lambda: _with(_route("/risks/worst")), "/risks/worst should begin with /v1/"),
        (lambda: _with(_route("/v1/risks")), "GET /v1/risks is declared 2 times"),
        (_without_routes, "the routes of Register are in no group"),
        (_without_registers, "is in no group: list it beside its routes"),
    ],
)
def test_a_service_whose_parts_do_not_fit_is_refused(declare: Callable[[], Service], advice: str) -> None:
    with pytest.raises(TypeError, match=f"the service .*{advice}"):
        declare()


def test_a_reference_to_what_the_service_keeps_no_copy_of_is_refused_or_says_that_it_takes_any_id() -> None:
    [risks] = [register for register in RISK.registers if register.shape is Risk]
    strange = replace(risks)
    strange.__dict__["names"] = {m: table for m, table in risks.names.items() if m != "owner_id"}
    group = replace(RISK.groups[0], registers=(strange,), routes=risks_routes())
    with pytest.raises(
        TypeError, match=r"Risk\.owner_id names a person, of which it keeps no copy: declare a `Known`"
    ):
        replace(RISK, groups=(group,))
    assert entry_of(Person).members.unchecked == {"vendor_id"}


def risks_routes() -> tuple[Routes, ...]:
    return tuple(routes for routes in RISK.routes if routes.registered == [Risk])


def test_every_reference_within_a_service_is_checked_by_its_register() -> None:
    """By the register, by the check of the aggregate, or by the act of its project."""
    for service in SERVICES:
        for register in service.registers:
            own = {e.name for e in CATALOGUE.values() if e.service == service.name}
            references = entry_of(register.shape).members.references
            apart = {*register.judges, "" if register.acts is None else register.acts.pointer[1:]}
            inside = {member for member, kind in references.items() if kind in own}
            if not register.is_read_only:
                assert inside - apart <= register.own.keys(), register.name


def test_a_consumer_that_would_never_receive_what_it_reacts_to_is_refused() -> None:
    event_type = entry_of(RateCard).event_type("revised")
    with pytest.raises(TypeError, match="would never receive rate cards, which are restricted"):
        replace(RISK.consumers[0], reactions={event_type: nothing})
    replace(
        RISK.consumers[0],
        reactions={event_type: nothing},
        classes=("open", "people", "restricted", "restricted_people"),
    )
