"""Department activity: by unit and month, the past by units as they were."""

from typing import Any

import pytest

from tests.conftest import Portolan

MARCH = "2026-03"
"""22 days from Monday to Friday; at 40 hours a week 176 hours."""


class House:
    """What the tests arrange with, each put dated to its day."""

    def __init__(self, portolan: Portolan) -> None:
        self.portolan = portolan
        self.client = portolan("service")

    async def put(self, collection: str, key: str, day: str, **members: Any) -> str:
        answer = await self.client.put(
            f"/{collection}/by-ref/test/{key}", json=members, headers={"Portolan-Effective-At": day}
        )
        assert answer.status_code in (200, 201), answer.text
        return str(answer.json()["id"])

    async def unit(self, key: str, day: str = "2026-01-05", **members: Any) -> str:
        return await self.put("resources/v1/org-units", key, day, **{"name": key, **members})

    async def person(self, key: str, day: str = "2026-01-05", **members: Any) -> str:
        body = {"name": key, "weekly_hours": 40, **members}
        return await self.put("resources/v1/persons", key, day, **body)

    async def book(self, person: str, percent: int, first: str, last: str, commitment: str = "hard") -> None:
        project = await self.put("projects/v1/projects", "erp", "2026-01-05", name="ERP")
        await self.portolan.settled()
        await self.put(
            "resources/v1/allocations", f"{person}-{first}", "2026-01-06", person_id=person, project_id=project,
            percent=percent, commitment=commitment, starts_on=first, ends_on=last,
        )  # fmt: skip

    async def shown(self, **query: str) -> dict[str | None, dict[str, Any]]:
        """Unit -> the month of March."""
        await self.portolan.settled()
        query = {"from": MARCH, "months": "1"} | query
        answer = await self.client.get("/reporting/v1/department-activity", params=query)
        assert answer.status_code == 200, answer.text
        return {item["unit"] and item["unit"]["name"]: item["months"][0] for item in answer.json()["items"]}

    async def load_hours(self) -> float:
        answer = await self.client.get("/reporting/v1/load", params={"from": MARCH, "months": "1"})
        return sum(float(item["months"][0]["hours"]) for item in answer.json()["items"])


@pytest.fixture
def house(everywhere: Portolan) -> House:
    return House(everywhere)


def hours(month: dict[str, Any], part: str = "own") -> tuple[float, ...]:
    """Capacity, hard and soft."""
    return tuple(month[part][f"{kind}_hours"] for kind in ("capacity", "hard", "soft"))


@pytest.mark.rule("resources.org_unit.1")
async def test_who_changes_the_unit_within_a_month_counts_in_both_day_by_day(house: House) -> None:
    old, new = await house.unit("Old"), await house.unit("New")
    ada = await house.person("Ada", unit_id=old)
    await house.book(ada, 50, "2026-03-01", "2026-03-31")
    await house.person("Ada", "2026-03-16", unit_id=new)
    shown = await house.shown()
    assert (hours(shown["Old"]), hours(shown["New"])) == ((80.0, 40.0, 0.0), (96.0, 48.0, 0.0))
    assert sum(hours(month)[1] for month in shown.values()) == await house.load_hours() == 88.0
    before = await house.shown(as_of="2026-03-15")
    assert (hours(before["Old"]), hours(before["New"])) == ((176.0, 88.0, 0.0), (0.0, 0.0, 0.0))


async def test_a_unit_that_comes_to_stand_elsewhere_counts_there_from_that_day(house: House) -> None:
    left, right = await house.unit("Left"), await house.unit("Right")
    team = await house.unit("Team", parent_id=left)
    await house.person("Ada", unit_id=team)
    await house.unit("Team", "2026-03-16", parent_id=right)
    shown = await house.shown()
    assert [hours(shown[name], "with_below")[0] for name in ("Left", "Right", "Team")] == [80.0, 96.0, 176.0]
    assert [hours(shown[name])[0] for name in ("Left", "Right", "Team")] == [0.0, 0.0, 176.0]


async def test_units_are_shown_with_all_below_them_and_soft_beside_hard(house: House) -> None:
    top = await house.unit("Informatics", code="INF", cost_centre="4100")
    low = await house.unit("Operations", parent_id=top)
    ada, bo = await house.person("Ada", unit_id=top), await house.person("Bo", unit_id=low, weekly_hours=20)
    await house.book(ada, 100, "2026-03-02", "2026-03-06", "soft")
    await house.book(bo, 50, "2026-03-02", "2026-03-06")
    shown = await house.shown()
    assert hours(shown["Informatics"]) == (176.0, 0.0, 40.0)
    assert hours(shown["Informatics"], "with_below") == (264.0, 10.0, 40.0)
    assert shown["Informatics"]["with_below"]["persons"] == 2
    assert hours(shown["Operations"], "with_below") == hours(shown["Operations"]) == (88.0, 10.0, 0.0)


async def test_who_belongs_to_no_unit_counts_last_and_who_is_archived_has_no_capacity(house: House) -> None:
    await house.unit("Empty")
    ada = await house.person("Ada")
    await house.book(ada, 10, "2026-03-02", "2026-03-13")
    gone = await house.client.delete(
        f"/resources/v1/persons/{ada}", headers={"If-Match": "*", "Portolan-Effective-At": "2026-03-16"}
    )
    assert gone.status_code == 204, gone.text
    shown = await house.shown()
    assert list(shown) == ["Empty", None]
    assert hours(shown[None]) == (80.0, 8.0, 0.0)
    assert hours(shown["Empty"]) == (0.0, 0.0, 0.0)
    narrowed = await house.shown(project_id="01978f2e-7c4a-7d3b-9a41-5f0c6e1b2a3d")
    assert hours(narrowed["Empty"]) == (0.0, 0.0, 0.0)
