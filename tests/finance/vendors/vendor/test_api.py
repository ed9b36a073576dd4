"""Vendors over REST: one with contracts is not archived, and an archived one gets no new ones."""

from tests.support.given import Desk

VENDORS, CONTRACTS = "finance/v1/vendors", "finance/v1/contracts"


async def test_a_vendor_with_contracts_is_not_archived(desk_everywhere: Desk) -> None:
    desk = desk_everywhere
    project = await desk.project()
    vendor = await desk.make(VENDORS, name="Tresa")
    members = {"number": "A-1", "title": "Zones", "project_id": project["id"], "vendor_id": vendor["id"]}
    contract = await desk.make(CONTRACTS, **members)
    match = {"If-Match": '"1"'}
    refused = await desk.client.delete(f"/{VENDORS}/{vendor['id']}", headers=match)
    assert (refused.status_code, refused.json()["code"]) == (409, "has_dependents")
    assert refused.json()["dependents"] == [{"kind": "contract", "id": contract["id"]}]
    for path in (f"{CONTRACTS}/{contract['id']}", f"{VENDORS}/{vendor['id']}"):
        assert (await desk.client.delete(f"/{path}", headers=match)).status_code == 204
    late = await desk.client.post(f"/{CONTRACTS}", json=members | {"number": "A-2"})
    assert (late.status_code, late.json()["errors"][0]["pointer"]) == (409, "/vendor_id")
    back = await desk.act(CONTRACTS, contract | {"version": 2}, "restore")
    assert (back.status_code, back.json()["code"]) == (409, "archived")


async def test_what_is_for_an_archived_programme_is_refused(desk: Desk) -> None:
    programme = await desk.make("projects/v1/programmes", name="Digital")
    await desk.portolan.settled()
    amount = {"amount": "5.00", "currency": "CHF"}
    line = {"programme_id": programme["id"], "fiscal_year": 2026, "nature": "opex", "amount": amount}
    await desk.make("finance/v1/budget-lines", **line)
    gone = await desk.client.delete(f"/projects/v1/programmes/{programme['id']}", headers={"If-Match": '"1"'})
    assert gone.status_code == 204
    await desk.portolan.settled()
    rating = {"programme_id": programme["id"], "rated_on": "2026-03-01", "rating": 3}
    for path, body in (
        ("finance/v1/budget-lines", line),
        (CONTRACTS, {"programme_id": programme["id"], "number": "A-1", "title": "Zones"}),
        ("risk/v1/assessments", rating),
    ):
        refused = await desk.client.post(f"/{path}", json=body)
        assert (refused.status_code, refused.json()["code"]) == (409, "archived"), path
