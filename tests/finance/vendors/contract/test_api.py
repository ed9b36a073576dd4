"""Vendors and contracts over REST, and what only an import may bring in."""

from tests.support.given import Desk, chf

CONTRACTS = "finance/v1/contracts"
BACKWARDS = {"number": "C-1", "title": "Hosting", "starts_on": "2012-06-01", "ends_on": "2011-06-01"}


async def test_a_contract_is_made_with_a_vendor(desk_everywhere: Desk) -> None:
    desk = desk_everywhere
    vendor = await desk.make("finance/v1/vendors", name="Nordwind AG", country="CH")
    project = await desk.project()
    created = await desk.make(
        CONTRACTS,
        vendor_id=vendor["id"],
        project_id=project["id"],
        number="C-1",
        title="Build",
        value=chf("9.00"),
    )
    read_plan = (await desk.read(f"/{CONTRACTS}?vendor_id={vendor['id']}&q=build"))["items"]
    assert [one["id"] for one in read_plan] == [created["id"]]


async def test_a_contract_that_ends_before_it_starts_is_refused_by_hand_and_taken_from_an_import(
    desk: Desk,
) -> None:
    refused = await desk.client.post(f"/{CONTRACTS}", json=BACKWARDS)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/ends_on")
    taken = await desk.portolan("service").put(f"/{CONTRACTS}/by-ref/itdb/1", json=BACKWARDS)
    assert taken.status_code == 201
    assert (taken.json()["starts_on"], taken.json()["ends_on"]) == ("2012-06-01", "2011-06-01")


async def test_a_contract_of_a_vendor_that_is_not_there_is_refused(desk: Desk) -> None:
    body = {"number": "C-1", "title": "Build", "vendor_id": "01978f2e-7c4a-7d3b-9a41-5f0c6e1b2a3d"}
    refused = await desk.client.post(f"/{CONTRACTS}", json=body)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/vendor_id")


async def test_a_member_reads_money_and_does_not_write_it(desk: Desk) -> None:
    member = desk.portolan("member")
    assert (await member.get("/finance/v1/vendors")).status_code == 200
    assert (await member.post("/finance/v1/vendors", json={"name": "Nordwind AG"})).status_code == 403


async def test_the_newest_forecast_is_the_first_when_sorted_by_its_day(desk: Desk) -> None:
    project = await desk.project()
    for day, amount in (("2026-06-30", "2.00"), ("2026-09-30", "3.00"), ("2026-03-31", "1.00")):
        await desk.make(
            "finance/v1/forecasts", project_id=project["id"], forecast_on=day, at_completion=chf(amount)
        )
    newest = (await desk.read(f"/finance/v1/forecasts?project_id={project['id']}&sort=-forecast_on&limit=1"))[
        "items"
    ]
    assert newest[0]["at_completion"] == chf("3.00")
    body = {"project_id": project["id"], "forecast_on": "2026-09-30", "at_completion": chf("-1.00")}
    assert (await desk.client.post("/finance/v1/forecasts", json=body)).status_code == 422
