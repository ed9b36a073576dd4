"""Changes against the tolerances of the mandate that binds, and what follows from those that go beyond them."""

import pytest

from tests.projects.control.conftest import CHANGES, Steering
from tests.projects.mandate.conftest import MANDATES
from tests.support.given import PORTFOLIOS, PROJECTS, chf

APPROVALS, PAPERS = "projects/v1/approvals", "projects/v1/decision-papers"


@pytest.mark.rule("projects.change.1")
async def test_the_third_small_change_that_together_go_beyond_is_not_for_the_manager(
    steering: Steering,
) -> None:
    await steering.bind()
    for number in (1, 2):
        change = await steering.change(f"Small {number}", impact={"time_days": 4})
        assert change["authority"] == "manager"
        assert (await steering.by("max", CHANGES, change, "approve")).status_code == 200
    third = await steering.change("Small 3", impact={"time_days": 4})  # 4 + 4 + 4 > 10
    assert third["authority"] == "sponsor"
    refused = await steering.by("max", CHANGES, third, "approve")
    assert (refused.status_code, refused.json()["code"]) == (403, "beyond_authority")
    assert (await steering.by("sara", CHANGES, third, "approve")).status_code == 200


@pytest.mark.rule("projects.change.1")
async def test_what_waits_goes_over_to_the_sponsor_once_others_have_used_the_tolerance_up(
    steering: Steering,
) -> None:
    await steering.bind()
    first = await steering.change("First", impact={"cost": chf("60.00")})
    second = await steering.change("Second", impact={"cost": chf("60.00")})
    assert (first["authority"], second["authority"]) == ("manager", "manager")
    await steering.by("max", CHANGES, first, "approve")
    second = await steering.read(f"/{CHANGES}/{second['id']}")
    assert second["authority"] == "sponsor"  # 60 + 60 > 100
    assert (await steering.facts("change"))[-1] == "authority_moved"
    refused = await steering.by("max", CHANGES, second, "approve")
    assert (refused.status_code, refused.json()["code"]) == (403, "beyond_authority")


@pytest.mark.rule("projects.change.2")
async def test_an_approved_change_beyond_tolerance_opens_the_next_edition_and_one_within_does_not(
    steering: Steering,
) -> None:
    mandate = await steering.bind()
    small = await steering.change("Small", impact={"cost": chf("50.00"), "time_days": 2})
    await steering.by("max", CHANGES, small, "approve")
    assert len((await steering.read(f"/{MANDATES}"))["items"]) == 1
    large = await steering.change("Large", impact={"cost": chf("200.00"), "time_days": 20})
    await steering.by("sara", CHANGES, large, "approve")
    [edition] = (await steering.read(f"/{MANDATES}", state="draft"))["items"]
    assert (edition["edition"], edition["supersedes_id"]) == (2, mandate["id"])
    assert edition["budget"] == chf("1250.00")  # 1000 + 50 + 200
    assert edition["plan"][-1]["due_on"] == "2027-07-22"  # 30 June + 2 + 20 days
    assert (await steering.stands(mandate))["state"] == "signed"


@pytest.mark.rule("projects.change.1")
async def test_what_is_added_up_begins_anew_with_the_next_edition(steering: Steering) -> None:
    await steering.bind()
    large = await steering.change("Large", impact={"time_days": 20})
    await steering.by("sara", CHANGES, large, "approve")
    small = await steering.change("Small", impact={"time_days": 3})
    assert small["authority"] == "sponsor"
    [edition] = (await steering.read(f"/{MANDATES}", state="draft"))["items"]
    await steering.move(MANDATES, edition, "submit")
    for who in ("sara", "max"):
        assert (await steering.sign(edition, who)).status_code == 200
    assert (await steering.read(f"/{CHANGES}/{small['id']}"))["authority"] == "manager"
    assert (await steering.by("max", CHANGES, small, "approve")).status_code == 200


@pytest.mark.rule("projects.change.2")
async def test_a_conceded_off_specification_moves_no_terms(steering: Steering) -> None:
    await steering.bind()
    impact = {"quality": "beyond", "cost": chf("500.00")}
    defect = await steering.change("Two fields less", kind="off_specification", impact=impact)
    answer = await steering.by("sara", CHANGES, defect, "approve", concede=True)
    assert (answer.status_code, answer.json()["conceded"]) == (200, True)
    assert len((await steering.read(f"/{MANDATES}"))["items"]) == 1


@pytest.mark.rule("projects.change.1")
async def test_a_granted_paper_on_a_change_takes_the_place_of_a_resolution(steering: Steering) -> None:
    limits = [{"amount": chf("300.00"), "decided_by": "Steering committee"}]
    portfolio = await steering.make(PORTFOLIOS, name="Infrastructure", limits=limits)
    await steering.bind()
    await steering.revise(PROJECTS, steering.erp, portfolio_id=portfolio["id"])
    change = await steering.change("Large", impact={"cost": chf("400.00")})
    assert change["authority"] == "resolution"
    assert (await steering.by("sara", CHANGES, change, "approve")).json()["code"] == "resolution_needed"
    paper = await steering.make(
        PAPERS, project_id=steering.erp["id"], subject={"kind": "change", "id": change["id"]}, title="Large",
        question="Do we pay for it?", options=[{"name": "Yes"}, {"name": "No"}], recommendation="Yes",
        approvers={"need": 1, "of": [steering.persons["otto"]]},
    )  # fmt: skip
    await steering.move(PAPERS, paper, "circulate")
    [approval] = (await steering.read(f"/{APPROVALS}"))["items"]
    assert (await steering.by("otto", APPROVALS, approval, "grant")).status_code == 200
    assert (await steering.by("max", CHANGES, change, "approve")).json()["code"] == "beyond_authority"
    approved = await steering.by("sara", CHANGES, change, "approve")
    assert (approved.status_code, approved.json()["state"]) == (200, "approved")


@pytest.mark.rule("projects.change.1")
async def test_a_login_of_nobody_is_not_the_sponsor_whatever_its_role(steering: Steering) -> None:
    await steering.bind()
    stranger = steering.office.caller("nobody", "director")
    for impact, status in (({"cost": chf("200.00")}, 403), ({"cost": chf("2.00")}, 200)):
        change = await steering.change(impact=impact)
        where, match = f"/{CHANGES}/{change['id']}", {"If-Match": f'"{change["version"]}"'}
        offered = (await stranger.get(where, params={"expand": "allowed_moves"})).json()["allowed_moves"]
        assert ("approve" in offered) == (status == 200)
        assert (await stranger.post(f"{where}/approve", json={}, headers=match)).status_code == status
