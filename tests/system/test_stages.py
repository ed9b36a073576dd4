"""What is still possible on a project at which stage, asked over REST of all four services: the table, typed again."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.access.conftest import Office
from tests.conftest import Portolan
from tests.support.given import (
    ALLOCATIONS,
    ASSESSMENTS,
    CONTRACTS,
    COSTS,
    FORECASTS,
    LINES,
    PACKAGES,
    PERSONS,
    PLANNED,
    PROJECTS,
    RISKS,
    Arranger,
    Thing,
    chf,
)

MOVES = {
    "proposed": (),
    "initiating": (),
    "approved": ("approve",),
    "active": ("approve", "activate"),
    "on_hold": ("approve", "activate", "put-on-hold"),
    "closing": ("approve", "activate", "start-closing"),
    "closed": ("approve", "activate", "start-closing", "close"),
    "discontinued": ("approve", "activate", "discontinue"),
    "archived": ("approve", "activate"),
}
PERIOD = {"starts_on": "2026-03-01", "ends_on": "2027-09-30"}


class Site(Arranger):
    """A project with one of everything on it, brought to a stage; who tries is `client`."""

    def __init__(self, portolan: Portolan, stage: str) -> None:
        super().__init__(portolan)
        self.stage = stage
        self.things: dict[str, str] = {}

    async def build(self) -> "Site":
        project = await self.place("project", PROJECTS, name="ERP", planned_cost=chf("900.00"), **PLANNED)
        await self.portolan.settled()
        person = await self.place("person", PERSONS, name="Ada")
        of = {"project_id": project}
        await self.place("package", PACKAGES, **of, wbs="1", name="Build")
        await self.place("risk", RISKS, **of, title="Late")
        await self.place("left risk", RISKS, **of, title="Left open")
        await self.place("rating", RATINGS, **of, rated_on="2026-03-01", rating=3)
        line = {"fiscal_year": 2026, "nature": "opex", "amount": chf("5.00")}
        await self.place("line", LINES, **of, **line)
        await self.place("forecast", FORECASTS, **of, forecast_on="2026-03-01", at_completion=chf("9.00"))
        await self.place("contract", CONTRACTS, **of, number="C-1", title="Licences")
        await self.place("booking", BOOKINGS, **of, person_id=person, percent=10, **PERIOD)
        if self.stage == "initiating":
            await self.initiate(project)
            for name in ("cost", "other cost"):
                await self.place(name, COSTS, **of, posted_on="2026-03-31", amount=chf("20.00"))
        for verb in MOVES[self.stage]:
            assert (await self.act(PROJECTS, "project", verb)).status_code == 200
            await self.portolan.settled()
            if verb == "approve":
                for name in ("cost", "other cost"):
                    await self.place(name, COSTS, **of, posted_on="2026-03-31", amount=chf("20.00"))
        if self.stage == "archived":
            assert (await self.archive(PROJECTS, "project")).status_code == 204
        await self.portolan.settled()
        return self

    async def initiate(self, project: str) -> None:
        """By an initiation mandate that sponsor and manager sign."""
        office = Office(self.portolan)
        logins = {"sponsor": "sara", "manager": "max"}
        persons = {role: await office.person(login.title(), login) for role, login in logins.items()}
        await self.portolan.settled()
        roles = [{"role_code": role, "person_id": id} for role, id in persons.items()]
        for role in roles:
            await self.make("projects/v1/project-roles", project_id=project, starts_on="2026-01-01", **role)
        mandate = await self.make(
            "projects/v1/mandates", project_id=project, kind="initiation", title="ERP", budget=chf("900.00"),
            signatories=[{"role": role, "person_id": id} for role, id in persons.items()],
        )  # fmt: skip
        path = f"/projects/v1/mandates/{mandate['id']}"
        answer = await self.client.post(f"{path}/submit", json={}, headers={"If-Match": '"1"'})
        for login in logins.values():
            read, tag = {"content_hash": answer.json()["content_hash"]}, answer.headers["etag"]
            by = office.caller(login, "manager")
            answer = await by.post(f"{path}/sign", json=read, headers={"If-Match": tag})
            assert answer.status_code == 200, answer.text
        await self.portolan.settled()

    async def place(self, name: str, collection: str, /, **members: Any) -> str:
        self.things[name] = str((await self.make(collection, **members))["id"])
        return self.things[name]

    def id_of(self, thing: Thing) -> str:
        """Of what was placed under a name."""
        return self.things[str(thing)]

    def on(self, **members: Any) -> dict[str, Any]:
        return {"project_id": self.things["project"], **members}


BOOKINGS, RATINGS = ALLOCATIONS, ASSESSMENTS
LINE = {"fiscal_year": 2027, "nature": "opex", "amount": chf("5.00")}
COST = {"posted_on": "2026-03-31", "amount": chf("7.00")}

ALWAYS, RUNNING, BEFORE_CLOSING = (
    "200 200 200 200 200 200 200 200 409", "200 200 200 200 200 200 409 409 409",
    "200 200 200 200 200 409 409 409 409",
)  # fmt: skip
"""By stage, as a director meets them: proposed initiating approved active on_hold closing closed discontinued archived."""

Try = Callable[[Site], Awaitable[httpx.Response]]

TABLE: dict[str, tuple[str, Try]] = {
    "plan the project": (RUNNING, lambda s: s.revise(PROJECTS, "project", planned_cost=chf("901.00"))),
    "plan its dates": (RUNNING, lambda s: s.revise(PROJECTS, "project", planned_finish_on="2027-01-31")),
    "correct the project": (ALWAYS, lambda s: s.revise(PROJECTS, "project", name="ERP 2")),
    "begin a package": (BEFORE_CLOSING, lambda s: s.create(PACKAGES, **s.on(wbs="2", name="Test"))),
    "plan a package": (RUNNING, lambda s: s.revise(PACKAGES, "package", name="Build it")),
    "report progress": (RUNNING, lambda s: s.act(PACKAGES, "package", "report-progress", percent_complete=50)),
    "archive a package": (ALWAYS, lambda s: s.archive(PACKAGES, "package")),
    "identify a risk": (BEFORE_CLOSING, lambda s: s.create(RISKS, **s.on(title="New"))),
    "revise a risk": (RUNNING, lambda s: s.revise(RISKS, "risk", title="Later")),
    "assess a risk": (RUNNING, lambda s: s.act(RISKS, "risk", "assess", probability=2, impact=2)),
    "see a risk occur": (RUNNING, lambda s: s.act(RISKS, "risk", "occur")),
    "close a risk": (ALWAYS, lambda s: s.act(RISKS, "left risk", "close")),
    "archive a risk": (ALWAYS, lambda s: s.archive(RISKS, "risk")),
    "rate the project": (ALWAYS, lambda s: s.create(RATINGS, **s.on(rated_on="2026-04-01", rating=2))),
    "revise a rating": (ALWAYS, lambda s: s.revise(RATINGS, "rating", rating=4)),
    "add a budget line": (RUNNING, lambda s: s.create(LINES, **s.on(**LINE))),
    "revise a budget line": (RUNNING, lambda s: s.revise(LINES, "line", amount=chf("6.00"))),
    "submit a budget line": (RUNNING, lambda s: s.act(LINES, "line", "submit")),
    "archive a budget line": (ALWAYS, lambda s: s.archive(LINES, "line")),
    "forecast": (RUNNING, lambda s: s.create(FORECASTS, **s.on(forecast_on="2026-04-01", at_completion=chf("8.00")))),
    "revise a forecast": (RUNNING, lambda s: s.revise(FORECASTS, "forecast", at_completion=chf("8.50"))),
    "archive a forecast": (ALWAYS, lambda s: s.archive(FORECASTS, "forecast")),
    "post a cost": ("409 200 200 200 200 200 409 409 409", lambda s: s.create(COSTS, **s.on(**COST))),
    "reverse a cost": ("409 200 200 200 200 200 200 200 409", lambda s: s.create(
        COSTS, **s.on(posted_on="2026-04-30", amount=chf("-1.00"), reverses_id=s.things.get("cost", str(uuid4()))))),
    "annotate a cost": ("- 200 200 200 200 200 200 200 409", lambda s: s.revise(COSTS, "other cost", document="INV-7")),
    "archive a cost": ("- 200 200 200 200 200 200 200 409", lambda s: s.archive(COSTS, "other cost")),
    "restore a cost": ("- 200 200 200 200 200 200 200 409", lambda s: s.restore(COSTS, "other cost")),
    "sign a contract": (BEFORE_CLOSING, lambda s: s.create(CONTRACTS, **s.on(number="C-2", title="More"))),
    "correct a contract": (ALWAYS, lambda s: s.revise(CONTRACTS, "contract", status="fulfilled")),
    "book somebody": (BEFORE_CLOSING, lambda s: s.create(
        BOOKINGS, **s.on(person_id=s.things["person"], percent=5, **PERIOD))),
    "change a booking": (RUNNING, lambda s: s.revise(BOOKINGS, "booking", percent=12)),
}  # fmt: skip


@pytest.mark.parametrize("stage", MOVES)
async def test_every_act_at_every_stage(portolan: Portolan, stage: str) -> None:
    site = await Site(portolan, stage).build()
    column = list(MOVES).index(stage)
    wrong = {}
    for name, (row, attempt) in TABLE.items():
        expected = row.split()[column]
        if expected == "-":
            continue
        answer = await attempt(site)
        if (answer.status_code // 100 == 2) != (expected == "200"):
            wrong[name] = (answer.status_code, answer.text[:200])
        elif expected == "409":
            assert answer.status_code == 409, (name, answer.text)
            content = answer.json()["code"]
            assert content in (
                "project_ended",
                "project_closing",
                "no_budget",
                "archived",
                "released",
                "not_archived",
            ), name
    assert wrong == {}


async def test_who_does_not_decide_corrects_nothing_of_a_closed_project(portolan: Portolan) -> None:
    site = await Site(portolan, "closed").build()
    site.client = portolan("manager")
    refused = await site.revise(PROJECTS, "project", name="ERP 2")
    assert (refused.status_code, refused.json()["code"]) == (403, "correction_needs_decide")
    assert refused.json()["errors"][0]["pointer"] == "/stage"
    refused = await site.archive(PACKAGES, "package")
    assert (refused.status_code, refused.json()["code"]) == (403, "correction_needs_decide")
    assert (await site.revise(PROJECTS, "project", planned_cost=chf("1.00"))).status_code == 409


@pytest.mark.parametrize(("stage", "status"), [("closed", 201), ("discontinued", 201), ("archived", 409)])
async def test_an_import_brings_history_in_until_the_project_is_archived(
    portolan: Portolan, stage: str, status: int
) -> None:
    site = await Site(portolan, stage).build()
    site.client = portolan("service")
    bodies: dict[str, dict[str, Any]] = {
        PACKAGES: {"wbs": "7", "name": "As it was"},
        RISKS: {"title": "As it was"},
        LINES: LINE,
        FORECASTS: {"forecast_on": "2026-02-01", "at_completion": chf("8.00")},
        CONTRACTS: {"number": "C-7", "title": "As it was"},
        COSTS: COST,
    }
    for collection, body in bodies.items():
        answer = await site.create(collection, **site.on(**body))
        assert answer.status_code == status, (collection, answer.text)


async def test_what_a_project_cost_comes_in_with_its_risks_and_progress_where_it_is_brought_in_closed(
    everywhere: Portolan,
) -> None:
    """Nobody looked at its budget while it ran: there was none here."""
    importer = Arranger(everywhere, "service")
    project = await importer.make(PROJECTS, name="Archive", stage="closed", **PLANNED)
    await everywhere.settled()
    for amount in ("20.00", "22.50"):
        await importer.make(COSTS, project_id=project["id"], posted_on="2026-02-02", amount=chf(amount))
    await everywhere.settled()
    sheet = (await everywhere().get(f"/reporting/v1/projects/{project['id']}")).json()
    assert sheet["cost"]["actual"]["amount"] == "42.50"
    package = await importer.make(PACKAGES, project_id=project["id"], wbs="1", name="Shelves")
    risk = await importer.make(RISKS, project_id=project["id"], title="Damp")
    assert (await importer.act(PACKAGES, package, "report-progress", percent_complete=100)).status_code == 200
    assert (await importer.act(RISKS, risk, "assess", probability=2, impact=4)).status_code == 200
    director = Arranger(everywhere)
    assert (await director.act(RISKS, risk["id"], "assess", probability=3, impact=4)).status_code == 409
    late = await director.create(COSTS, project_id=project["id"], posted_on="2026-02-03", amount=chf("1.00"))
    assert (late.status_code, late.json()["code"]) == (409, "project_ended")


async def test_what_stands_on_an_archived_project_comes_back_with_it(portolan: Portolan) -> None:
    site = await Site(portolan, "archived").build()
    assert (await site.create(RISKS, **site.on(title="New"))).json()["code"] == "project_ended"
    assert (await site.restore(PROJECTS, "project")).status_code == 200
    await portolan.settled()
    assert (await site.create(RISKS, **site.on(title="New"))).status_code == 201
    assert (await site.create(COSTS, **site.on(**COST))).status_code == 201


async def moves_of(site: Site, *things: tuple[str, str]) -> list[list[str]]:
    answers = [
        (
            await site.client.get(f"/{collection}/{site.things[thing]}", params={"expand": "allowed_moves"})
        ).json()
        for collection, thing in things
    ]
    return [answer["allowed_moves"] for answer in answers]


@pytest.mark.parametrize(
    ("stage", "role", "risk", "line", "booking"),
    [
        ("active", "director", ["assess", "occur", "close"], ["submit"], ["commit", "release"]),
        ("closing", "director", ["assess", "occur", "close"], ["submit"], ["release"]),
        ("closed", "director", ["close"], [], []),
        ("active", "viewer", [], [], []),
        ("archived", "director", [], [], []),
    ],
)
async def test_the_moves_that_are_offered_are_those_that_the_stage_allows(
    portolan: Portolan, stage: str, role: str, risk: list[str], line: list[str], booking: list[str]
) -> None:
    site = await Site(portolan, stage).build()
    site.client = portolan(role)
    reported = await moves_of(site, (RISKS, "left risk"), (LINES, "line"), (BOOKINGS, "booking"))
    assert reported == [risk, line, booking]
    listed = (await site.client.get(f"/{RISKS}", params={"expand": "allowed_moves"})).json()["items"]
    assert [one["allowed_moves"] for one in listed] == [risk, risk]
