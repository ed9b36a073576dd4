"""Baselines over REST: frozen as they are proposed, the first one free, and what holds once one is approved."""

from hashlib import sha256
from typing import Any

import pytest

from shared.base.canonical import canonical
from tests.conftest import Portolan
from tests.support.given import PACKAGES, PROJECTS, Desk, chf

BASELINES, MILESTONES = "projects/v1/baselines", "projects/v1/milestones"
DATES = {"planned_start_on": "2026-01-05", "planned_finish_on": "2026-01-14"}
UNKNOWN = "01978f2e-7c4a-7d3b-9a41-5f0c6e1b2a3d"


class Plan(Desk):
    """A project with two work packages of 600 and 400 francs, and a milestone on 1 March 2031."""

    async def begin(self) -> "Plan":
        self.erp = await self.project()
        self.build = await self.package(self.erp, "1", "600.00", **DATES)
        self.test = await self.package(self.erp, "2", "400.00", **DATES)
        self.live = await self.make(
            MILESTONES, project_id=self.erp["id"], name="Go-live", planned_on="2031-03-01"
        )
        return self

    async def propose(self, **members: Any) -> dict[str, Any]:
        return await self.make(BASELINES, **({"project_id": self.erp["id"], "name": "First"} | members))

    async def approved(self, **members: Any) -> dict[str, Any]:
        return await self.move(BASELINES, await self.propose(**members), "approve")


@pytest.fixture
async def plan(portolan: Portolan) -> Plan:
    return await Plan(portolan, "projects").begin()


@pytest.fixture
async def plan_everywhere(everywhere: Portolan) -> Plan:
    return await Plan(everywhere, "projects").begin()


@pytest.mark.rule("projects.baseline.1")
async def test_a_baseline_is_frozen_as_it_is_proposed_and_stays_so(plan_everywhere: Plan) -> None:
    plan = plan_everywhere
    proposed = await plan.propose()
    assert (proposed["state"], proposed["packages"], proposed["budget"]) == ("proposed", 2, chf("1000.00"))
    where = plan.url(BASELINES, proposed["id"])
    content = await plan.client.get(f"{where}/content")
    assert sha256(content.content).hexdigest() == proposed["content_hash"]
    assert canonical(content.json()) == content.content
    assert [(one["wbs"], one["budget"]) for one in content.json()["costs"]] == [
        ("1", chf("600.00")), ("2", chf("400.00")),
    ]  # fmt: skip
    assert [(one["milestone_id"], one["on"]) for one in content.json()["milestones"]] == [
        (plan.live["id"], "2031-03-01")
    ]
    approved = await plan.move(BASELINES, proposed, "approve")
    assert (approved["state"], approved["content_hash"]) == ("approved", proposed["content_hash"])
    refused = await plan.revise(BASELINES, approved, name="Other")
    assert (refused.status_code, refused.json()["code"]) == (409, "baseline_not_proposed")
    assert (await plan.archive(BASELINES, approved)).json()["code"] == "baseline_counts"
    assert (await plan.client.get(f"{where}/content")).content == content.content


@pytest.mark.rule("projects.baseline.1")
async def test_nobody_approves_what_they_proposed(plan: Plan) -> None:
    proposed = await plan.propose()
    alone = {
        "If-Match": f'"{proposed["version"]}"',
        "Authorization": f"Bearer {plan.portolan.token('director')}",
    }
    url = plan.url(BASELINES, proposed["id"], "approve")
    refused = await plan.portolan.anonymous().post(url, json={}, headers=alone)
    assert (refused.status_code, refused.json()["code"]) == (403, "four_eyes")


@pytest.mark.rule("projects.baseline.1")
async def test_the_first_is_free_and_a_later_one_names_approved_changes(plan: Plan) -> None:
    refused = await plan.create(BASELINES, project_id=plan.erp["id"], name="First", change_ids=[UNKNOWN])
    assert (refused.status_code, refused.json()["code"]) == (409, "change_not_approved")
    waiting = await plan.propose(name="Proposed beside the first")
    await plan.approved()
    refused = await plan.create(BASELINES, project_id=plan.erp["id"], name="Second")
    assert (refused.status_code, refused.json()["code"]) == (409, "change_needed")
    assert refused.json()["errors"][0]["pointer"] == "/change_ids"
    late = await plan.act(BASELINES, waiting, "approve")
    assert (late.status_code, late.json()["code"]) == (409, "change_needed")


async def test_a_rejected_one_holds_nothing_fast(plan: Plan) -> None:
    rejected = await plan.move(BASELINES, await plan.propose(), "reject", reason="Too dear.")
    assert rejected["state"] == "rejected"
    assert (await plan.revise(PACKAGES, plan.build, budget=chf("1.00"))).status_code == 200
    assert (await plan.approved())["budget"] == chf("401.00")


async def test_what_has_changed_since_it_was_proposed_is_not_approved(plan: Plan) -> None:
    proposed = await plan.propose()
    await plan.revise(PACKAGES, plan.build, budget=chf("601.00"))
    refused = await plan.act(BASELINES, proposed, "approve")
    assert (refused.status_code, refused.json()["code"]) == (409, "costs_changed")


@pytest.mark.rule("projects.work_package.1")
async def test_with_a_baseline_budgets_stay_and_all_else_moves(plan: Plan) -> None:
    await plan.approved()
    for refused in (
        await plan.revise(PACKAGES, plan.build, budget=chf("601.00")),
        await plan.create(PACKAGES, project_id=plan.erp["id"], wbs="3", name="More", budget=chf("1.00")),
        await plan.archive(PACKAGES, plan.test),
    ):
        assert (refused.status_code, refused.json()["code"]) == (409, "budget_baselined"), refused.text
    assert (await plan.revise(PACKAGES, plan.build, name="Build it")).status_code == 200
    assert (await plan.create(PACKAGES, project_id=plan.erp["id"], wbs="3", name="Unpaid")).status_code == 201
    assert (await plan.progress(plan.test, 50))["percent_complete"] == 50


@pytest.mark.rule("projects.milestone.2")
async def test_with_a_baseline_the_planned_day_stays_and_the_expected_one_moves(plan: Plan) -> None:
    await plan.revise(MILESTONES, plan.live["id"], planned_on="2031-03-08")
    await plan.approved()
    agreed = (await plan.client.get(plan.url(MILESTONES, plan.live["id"]))).json()
    assert (agreed["baseline_on"], agreed["planned_on"]) == ("2031-03-08", "2031-03-08")
    refused = await plan.revise(MILESTONES, agreed, planned_on="2031-03-15")
    assert (refused.status_code, refused.json()["code"]) == (409, "day_baselined")
    expected = await plan.revise(MILESTONES, agreed, forecast_on="2031-03-15")
    assert (expected.status_code, expected.json()["baseline_on"]) == (200, "2031-03-08")


async def test_a_baseline_of_another_project_holds_nothing_here(plan: Plan) -> None:
    await plan.approved()
    other = await plan.make(PROJECTS, name="Other")
    package = await plan.package(other, "1", "5.00")
    assert (await plan.revise(PACKAGES, package, budget=chf("6.00"))).status_code == 200
