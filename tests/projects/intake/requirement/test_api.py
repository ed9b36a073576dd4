"""Requirements over REST: they belong to something, keep what was agreed, and go over to the project."""

from tests.projects.intake.asking import Desk, pointers, refusal

REQUIREMENTS = "requirements"


async def test_a_requirement_belongs_to_a_request_or_a_project(desk: Desk) -> None:
    refused = await desk.house.create(REQUIREMENTS, statement="An invoice is read within a minute")
    assert (refusal(refused), pointers(refused)) == ((422, "belongs_to_nothing"), ["/request_id"])


async def test_what_was_agreed_is_reworded_only_once_it_is_reopened(desk: Desk) -> None:
    request = (await desk.ask()).rpartition("/")[2]
    agreed = await desk.house.make(REQUIREMENTS, statement="Within a minute", request_id=request)
    agreed = (await desk.house.act(REQUIREMENTS, agreed, "agree")).json()
    refused = await desk.house.revise(REQUIREMENTS, agreed, statement="Within a day")
    assert (refusal(refused), pointers(refused)) == ((409, "agreed_stays"), ["/statement"])
    assert (await desk.house.revise(REQUIREMENTS, agreed, rationale="Discounts")).status_code == 200
    reopened = (await desk.house.act(REQUIREMENTS, agreed["id"], "reopen")).json()
    reworded = await desk.house.revise(REQUIREMENTS, reopened, statement="Within a day")
    assert reworded.json()["statement"] == "Within a day"


async def test_what_a_request_requires_is_required_of_the_project_that_it_became(
    desk_everywhere: Desk,
) -> None:
    desk = desk_everywhere
    path = await desk.request("approved")
    mine = await desk.house.make(
        REQUIREMENTS, statement="Within a minute", request_id=path.rpartition("/")[2]
    )
    project = (await desk.act(path, "convert", "manager")).json()["became"]["id"]
    listed = await desk.read("/projects/v1/requirements", project_id=project)
    assert [one["id"] for one in listed["items"]] == [mine["id"]]
