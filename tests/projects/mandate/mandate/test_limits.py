"""Above the limit of the portfolio a mandate is signed by a resolution, or a granted paper on it."""

from typing import Any

import pytest

from tests.conftest import Portolan
from tests.projects.control.conftest import Steering
from tests.projects.mandate.conftest import MANDATES
from tests.support.given import PORTFOLIOS, PROJECTS, chf

APPROVALS, PAPERS = "projects/v1/approvals", "projects/v1/decision-papers"
COMMITTEE = "Steering committee"


@pytest.fixture
async def limited(portolan: Portolan) -> Steering:
    """From 50,000.00 francs on the committee decides."""
    steering = Steering(portolan)
    await steering.begin()
    limits = [{"amount": chf("50000.00"), "decided_by": COMMITTEE}]
    portfolio = await steering.make(PORTFOLIOS, name="Infrastructure", limits=limits)
    await steering.revise(PROJECTS, steering.erp, portfolio_id=portfolio["id"])
    await steering.lead()
    return steering


async def resolved(steering: Steering, mandate: dict[str, Any]) -> None:
    """Otto grants a paper on it that somebody else wrote."""
    paper = await steering.make(
        PAPERS, project_id=steering.erp["id"], subject={"kind": "mandate", "id": mandate["id"]}, title="New ERP",
        question="Do we pay for it?", options=[{"name": "Yes"}, {"name": "No"}], recommendation="Yes",
        approvers={"need": 1, "of": [steering.persons["otto"]]},
    )  # fmt: skip
    await steering.move(PAPERS, paper, "circulate")
    [approval] = (await steering.read(f"/{APPROVALS}", paper_id=paper["id"]))["items"]
    assert (await steering.by("otto", APPROVALS, approval, "grant")).status_code == 200


@pytest.mark.rule("projects.portfolio.1")
async def test_a_mandate_at_the_limit_is_signed_by_its_signatories_alone(limited: Steering) -> None:
    assert (await limited.signed(budget=chf("50000.00")))["state"] == "signed"


@pytest.mark.rule("projects.portfolio.1")
async def test_the_last_signature_above_the_limit_is_refused_naming_whose_resolution_is_needed(
    limited: Steering,
) -> None:
    mandate = await limited.in_review(budget=chf("50000.00"), change_budget=chf("0.01"))
    assert (await limited.sign(mandate, "sara")).status_code == 200
    refused = await limited.sign(mandate, "max")
    assert (refused.status_code, refused.json()["code"]) == (409, "resolution_needed")
    assert (refused.json()["decided_by"], refused.json()["limit"]) == (COMMITTEE, chf("50000.00"))
    assert len((await limited.stands(mandate))["signatures"]) == 1
    await resolved(limited, mandate)
    assert (await limited.sign(mandate, "max")).json()["state"] == "signed"


@pytest.mark.rule("projects.portfolio.1")
async def test_what_has_become_dearer_than_its_paper_needs_another_one(limited: Steering) -> None:
    mandate = await limited.in_review(budget=chf("60000.00"))
    await resolved(limited, mandate)
    await limited.revise(MANDATES, mandate, budget=chf("60000.01"))
    await limited.sign(mandate, "max")
    assert (await limited.sign(mandate, "sara")).json()["code"] == "resolution_needed"


@pytest.mark.rule("projects.portfolio.1")
async def test_the_next_edition_needs_one_only_where_it_costs_more(limited: Steering) -> None:
    mandate = await limited.in_review(budget=chf("60000.00"))
    await resolved(limited, mandate)
    for who in ("sara", "max"):
        assert (await limited.sign(mandate, who)).status_code == 200
    edition = (await limited.act(MANDATES, mandate["id"], "editions")).json()
    await limited.move(MANDATES, edition, "submit")
    await limited.sign(edition, "sara")
    await limited.revise(MANDATES, edition["id"], budget=chf("60000.01"))
    await limited.sign(edition, "sara")
    assert (await limited.sign(edition, "max")).json()["code"] == "resolution_needed"
    await limited.revise(MANDATES, edition["id"], budget=chf("60000.00"))
    await limited.sign(edition, "sara")
    assert (await limited.sign(edition, "max")).json()["state"] == "signed"
