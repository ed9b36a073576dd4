"""Plans of projects as a caller puts and schedules them."""

from typing import Any

import httpx

from tests.conftest import Portolan
from tests.support.given import House
from tests.support.trials import ended

Body = dict[str, Any]
DAY = 480
MONDAY = "2026-06-01"


def network(tasks: str, **more: Body) -> Body:
    """`"A2 B5:A C9:A"`: activities with their days and their predecessors; each is known by an external key, too."""
    activities, links = [], []
    for task in tasks.split():
        name, _, before = task.partition(":")
        row: Body = {"key": name[0], "name": name[0], "external_ref": {"source": "tool", "id": name[0]}}
        row |= {"duration_minutes": int(name[1:]) * DAY} if name[1:] != "0" else {"milestone": True}
        activities.append(row | more.get(name[0], {}))
        links += [{"from_key": one, "to_key": name[0]} for one in before]
    return {"activities": activities, "dependencies": links}


class Planner(House):
    """Who puts plans and schedules them."""

    def __init__(self, portolan: Portolan, role: str = "director") -> None:
        super().__init__(portolan, role)
        self.source = 0

    async def started(self, **members: Any) -> str:
        """A project whose work begins on a Monday."""
        return str((await self.project(planned_start_on=MONDAY, **members))["id"])

    async def read_plan(self, project: str) -> httpx.Response:
        answer = await self.client.get(f"/projects/v1/projects/{project}/plan")
        assert answer.status_code == 200, answer.text
        return answer

    async def send(self, project: str, body: Body, tag: str | None = None, query: str = "") -> httpx.Response:
        headers = {"If-Match": tag or (await self.read_plan(project)).headers["etag"]}
        return await self.client.put(
            f"/projects/v1/projects/{project}/plan{query}", json=body, headers=headers
        )

    async def put_plan(self, project: str, body: Body) -> dict[str, str]:
        """The ids of the rows, by their keys."""
        for row in body["activities"]:  # external keys are unique in the instance
            if "external_ref" in row:
                row["external_ref"] = {"source": "tool", "id": f"{project}/{row['key']}"}
        answer = await self.send(project, body)
        assert answer.status_code == 200, answer.text
        return {one["key"]: one["id"] for one in answer.json()["keys"]}

    async def ask_run(self, project: str, **order: Any) -> httpx.Response:
        body = {"data_date": MONDAY} | order
        return await self.client.post(f"/projects/v1/projects/{project}/schedule", json=body)

    async def run(self, project: str, **order: Any) -> Body:
        """The result of a run that succeeds."""
        answer = await self.ask_run(project, **order)
        assert answer.status_code == 202, answer.text
        one = await ended(self.client, answer.headers["location"])
        assert one["state"] == "succeeded", one
        return dict((await self.client.get(one["result"])).json())

    async def schedule(self, project: str, **order: Any) -> Body:
        """The schedule that a run keeps."""
        return await self.shown("schedules", (await self.run(project, **order))["schedule_id"])

    async def rows(self, schedule: Body | str, what: str) -> list[Body]:
        """`dates`, `movements` or `critical-path` of a schedule: all pages."""
        rows: list[Body] = []
        query: dict[str, str] = {"limit": "3"}
        while True:
            answer = await self.client.get(
                f"/projects/v1/schedules/{self.id_of(schedule)}/{what}", params=query
            )
            assert answer.status_code == 200, answer.text
            rows += answer.json()["items"]
            if "next" not in answer.json():
                return rows
            query["cursor"] = answer.json()["next"]

    async def finishes(self, schedule: Body | str, ids: dict[str, str]) -> dict[str, str]:
        """Key -> the last day of each activity."""
        keys = {id: key for key, id in ids.items()}
        return {keys[row["activity_id"]]: row["finish_on"] for row in await self.rows(schedule, "dates")}
