"""Limits of authority: who decides in a part does so up to an amount, who decides in the whole above it too."""

from typing import Any

import pytest

from shared.contracts.catalogue import entry_called
from shared.contracts.limits import LIMITED, Limited
from tests.access.conftest import Office
from tests.conftest import Portolan

ORGANISATIONS = "/projects/v1/organisations"
PLANNED = {"planned_start_on": "2027-01-04", "planned_finish_on": "2027-12-31"}


def chf(amount: str, currency: str = "CHF") -> dict[str, str]:
    return {"amount": amount, "currency": currency}


async def limited(office: Office, **limits: str) -> str:
    """An organisation with these limits; its address."""
    members = [{"name": name, "amount": chf(amount)} for name, amount in limits.items()]
    one = await office.make(ORGANISATIONS, name="Kantonsspital", profile="end_user", limits=members)
    await office.portolan.settled()
    return f"{ORGANISATIONS}/{one['id']}"


async def test_a_project_above_the_limit_is_approved_by_who_decides_in_the_whole_organisation(
    everywhere: Portolan,
) -> None:
    office = Office(everywhere)
    portfolio = await office.make("/projects/v1/portfolios", name="IT")
    head = await office.participant("head", "director", "portfolio", portfolio["id"])
    organisation = await limited(office, approve_project="250000.00")

    async def proposed(name: str, **members: Any) -> str:
        project = await office.project(name, portfolio_id=portfolio["id"], **PLANNED, **members)
        return f"/projects/v1/projects/{project['id']}"

    small = await proposed("Small", planned_cost=chf("250000.00"))
    assert (await office.act(small, "approve", head)).json()["stage"] == "approved"
    large = await proposed("Large", planned_cost=chf("250000.01"))
    for project in (
        large,
        await proposed("Other", planned_cost=chf("1.00", "EUR")),
        await proposed("Unknown"),
    ):
        refused = await office.act(project, "approve", head)
        assert (refused.status_code, refused.json()["code"]) == (403, "above_limit")
        assert refused.json()["limit"] == chf("250000.00")
        answer = await head.get(project, params={"expand": "allowed_moves"})
        assert "approve" not in answer.json()["allowed_moves"]
    colleague = office.caller("colleague", "director")
    assert (await office.act(large, "approve", colleague)).json()["stage"] == "approved"
    await office.patch(organisation, limits=[])
    other = await proposed("No limit", planned_cost=chf("900000.00"))
    assert (await office.act(other, "approve", head)).json()["stage"] == "approved"


async def test_a_budget_line_above_the_limit_is_not_approved_by_a_controller(everywhere: Portolan) -> None:
    office = Office(everywhere)
    project = await office.project("Registry")
    await limited(office, approve_budget_line="1000.00")
    controller = office.caller("controller", "controller")
    for amount, status in (("1000.00", 200), ("1000.01", 403)):
        line = await office.make(
            "/finance/v1/budget-lines",
            project_id=project["id"],
            fiscal_year=2027,
            amount=chf(amount),
            nature="opex",
        )
        path = f"/finance/v1/budget-lines/{line['id']}"
        assert (await office.act(path, "submit")).status_code == 200
        assert (await office.act(path, "approve", controller)).status_code == status
    assert (await office.act(path, "approve", office.caller("colleague", "director"))).status_code == 200


async def test_a_limit_of_a_decision_that_nobody_takes_is_refused(portolan: Portolan) -> None:
    limits = [
        {"name": "approve_unicorn", "amount": chf("1.00")},
        {"name": "approve_request", "amount": chf("1.00")},
    ]
    body = {"name": "Kantonsspital", "profile": "end_user", "limits": limits}
    refused = await portolan().post(ORGANISATIONS, json=body)
    assert refused.status_code == 422
    faults = [(fault["code"], fault["pointer"]) for fault in refused.json()["errors"]]
    assert faults == [("unknown_limit", "/limits/0/name")]


@pytest.mark.parametrize("one", LIMITED, ids=lambda one: one.name)
def test_what_may_be_limited_is_a_move_and_an_amount_of_an_aggregate(one: Limited) -> None:
    entry = entry_called(f"{one.service}.{one.aggregate}")
    assert entry is not None
    assert entry.members.each[one.member].kind == "money"
    assert f"{one.verb}d" in entry.facts
