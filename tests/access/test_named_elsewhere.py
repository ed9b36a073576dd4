"""Nothing becomes confidential while something that others see names it, in whichever service that stands."""

from typing import Any

import pytest

from services.embedded import SERVICES
from services.projects.tables import NAMINGS
from shared.domain.namings import names_several
from tests.access.conftest import Office
from tests.conftest import Portolan

AMOUNT = {"amount": "12.00", "currency": "CHF"}
NAMING: dict[str, dict[str, Any]] = {
    "/finance/v1/contracts": {"number": "1", "title": "Both"},
    "/finance/v1/budget-lines": {"fiscal_year": 2026, "nature": "capex", "amount": AMOUNT},
    "/risk/v1/assessments": {"rated_on": "2026-01-05", "rating": 2},
}
KINDS = {"/finance/v1/contracts": "contract", "/finance/v1/budget-lines": "budget_line",
         "/risk/v1/assessments": "assessment"}  # fmt: skip


class Programme:
    """A programme with a project, and a project outside that something names the programme from."""

    def __init__(self, office: Office) -> None:
        self.office = office

    async def furnish(self, path: str = "/finance/v1/contracts", **above: Any) -> "Programme":
        office = self.office
        self.id = (await office.make("/projects/v1/programmes", name="Merger", **above))["id"]
        self.path = f"/projects/v1/programmes/{self.id}"
        self.inside = (await office.project("Inside", programme_id=self.id))["id"]
        self.outside = (await office.project("Outside"))["id"]
        await office.portolan.settled()
        self.naming = [await self.name_from(path, project) for project in (self.inside, self.outside)]
        return self

    async def name_from(self, path: str, project: str) -> str:
        members = NAMING[path] | {"project_id": project, "programme_id": self.id}
        if "number" in members:
            members["number"] = project[-12:]
        created = await self.office.make(path, **members)
        await self.office.portolan.settled()
        return str(created["id"])


def test_projects_hears_of_every_kind_that_may_name_two_nodes() -> None:
    """A kind that is added here later is listened to, or the service that owns the nodes does not know it."""
    shapes = {r.shape for service in SERVICES if service.name != "projects" for r in service.registers}
    assert {shape for shape in shapes if names_several(shape)} == {copy.shape for copy in NAMINGS}


@pytest.mark.parametrize("path", NAMING)
async def test_it_is_refused_with_the_list_of_what_names_it(everywhere: Portolan, path: str) -> None:
    office = Office(everywhere)
    programme = await Programme(office).furnish(path)
    refused = await office.patch(programme.path, confidential=True)
    problem = refused.json()
    assert (refused.status_code, problem["code"]) == (409, "named_elsewhere")
    assert problem["dependents"] == [{"kind": KINDS[path], "id": programme.naming[1]}]
    assert problem["dependents_count"] == 1
    assert (await everywhere("viewer").get(programme.path)).json()["confidential"] is False
    tag = {"If-Match": '"1"'}
    assert (await office.director.delete(f"{path}/{programme.naming[1]}", headers=tag)).status_code == 204
    await everywhere.settled()
    assert (await office.patch(programme.path, confidential=True)).status_code == 200


async def test_of_all_nodes_that_an_envelope_names_each_counts(everywhere: Portolan) -> None:
    """It lies in the project; the programme and the portfolio are named beside it."""
    office = Office(everywhere)
    outside = (await office.project("Outside"))["id"]
    nodes = [
        (await office.make(f"/projects/v1/{kind}", name="Merger"))["id"]
        for kind in ("programmes", "portfolios")
    ]
    await everywhere.settled()
    above = {"programme_id": nodes[0], "portfolio_id": nodes[1]}
    envelope = await office.make(
        "/finance/v1/envelopes", kind="annual", fiscal_year=2026, amount=AMOUNT, project_id=outside, **above
    )
    await everywhere.settled()
    for kind, node in zip(("programmes", "portfolios"), nodes, strict=True):
        refused = await office.patch(f"/projects/v1/{kind}/{node}", confidential=True)
        assert (refused.status_code, refused.json()["code"]) == (409, "named_elsewhere"), kind
        assert refused.json()["dependents"] == [{"kind": "envelope", "id": envelope["id"]}]
    assert (
        await office.director.delete(f"/finance/v1/envelopes/{envelope['id']}", headers={"If-Match": '"1"'})
    ).is_success
    await everywhere.settled()
    for kind, node in zip(("programmes", "portfolios"), nodes, strict=True):
        assert (await office.patch(f"/projects/v1/{kind}/{node}", confidential=True)).status_code == 200


async def test_what_names_it_no_more_hinders_nothing(everywhere: Portolan) -> None:
    office = Office(everywhere)
    programme = await Programme(office).furnish("/risk/v1/assessments")
    path = f"/risk/v1/assessments/{programme.naming[1]}"
    assert (await office.patch(path, programme_id=None)).status_code == 200
    await everywhere.settled()
    assert (await office.patch(programme.path, confidential=True)).status_code == 200


async def test_the_list_shows_only_what_the_caller_sees(portolan: Portolan) -> None:
    office = Office(portolan)
    programme = await Programme(office).furnish()
    await office.patch(f"/projects/v1/projects/{programme.outside}", confidential=True)
    anna = await office.participant("anna", "director", "programme", programme.id)
    refused = await office.patch(programme.path, anna, confidential=True)
    assert (refused.status_code, refused.json()["code"]) == (409, "named_elsewhere")
    assert programme.naming[1] not in refused.text
    assert "dependents" not in refused.json()


async def test_a_move_below_something_confidential_is_refused_alike(everywhere: Portolan) -> None:
    office = Office(everywhere)
    secret = await office.make("/projects/v1/portfolios", name="Secret", confidential=True)
    programme = await Programme(office).furnish()
    refused = await office.patch(programme.path, portfolio_id=secret["id"])
    assert (refused.status_code, refused.json()["code"]) == (409, "named_elsewhere")
    assert [one["id"] for one in refused.json()["dependents"]] == [programme.naming[1]]
    inside = await office.patch(f"/projects/v1/projects/{programme.outside}", portfolio_id=secret["id"])
    assert inside.status_code == 200, "what lies there too may name it"
    assert (await office.patch(programme.path, portfolio_id=secret["id"])).status_code == 200


async def test_what_names_it_does_not_leave_what_hides_both(everywhere: Portolan) -> None:
    office = Office(everywhere)
    programme = await Programme(office).furnish()
    path = f"/projects/v1/projects/{programme.outside}"
    assert (await office.patch(path, programme_id=programme.id)).status_code == 200
    assert (await office.patch(programme.path, confidential=True)).status_code == 200
    refused = await office.patch(path, programme_id=None)
    assert (refused.status_code, refused.json()["code"]) == (409, "named_elsewhere")
    assert (await office.patch(programme.path, confidential=False)).status_code == 200
    assert (await office.patch(path, programme_id=None)).status_code == 200
