"""One history of what everybody sees, written beside confidential things that differ: names, amounts, dates, counts."""

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx

from services.projects.engines.planfiles import write_mspdi
from services.projects.engines.planning.plan import Activity, Plan, days
from shared.contracts import forms
from tests.access.conftest import Office
from tests.support.trials import ended

SEED = 20_261_130
RAW = {"Content-Type": "application/octet-stream"}
SCHEDULES, OPERATIONS = "/projects/v1/schedules", "/projects/v1/operations"
PLAN_FILES = "/projects/v1/plan-files"
MEMBERSHIPS = "/projects/v1/memberships"
IMPORTS = "/reporting/v1/imports"
NEVER_SEEN = ("identities", "personal-tokens", "rate-cards")
"""Collections that outsiders see nothing of."""
DATES = {"planned_start_on": "2026-01-05", "planned_finish_on": "2026-12-18"}


@dataclass(frozen=True)
class Thing:
    """Something that was made: where, with what, and its id."""

    path: str
    id: str
    members: dict[str, Any]


@dataclass
class World:
    """What was written, by the name under which both worlds know it."""

    visible: dict[str, Thing] = field(default_factory=dict)
    hidden: dict[str, Thing] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    """The first of what is seen and of what is hidden, by these names."""

    def of(self, path: str) -> list[tuple[str, str]]:
        """Name and id of what is seen of a collection."""
        return _of(self.visible, path)

    def hidden_of(self, path: str) -> list[str]:
        return [id for _, id in _of(self.hidden, path)]


def _of(things: dict[str, Thing], path: str) -> list[tuple[str, str]]:
    return [(name, thing.id) for name, thing in things.items() if thing.path == path]


def plan(days: int) -> dict[str, Any]:
    """What a trial of a schedule takes."""
    activities = [{"key": "A", "duration_minutes": days * 480}]
    return {"starts_on": "2026-03-02", "activities": activities, "dependencies": []}


async def recorded(client: httpx.AsyncClient, things: list[Thing], file: str = "own.csv") -> str:
    """An import that made these things, ended; its id."""
    about = {"file": file, "source": "erp", "registers": ["projects.project"], "mapping": f"# {file}"}
    answered = await client.post(IMPORTS, json=about)
    assert answered.status_code == 201, answered.text
    path = answered.headers["location"]
    entries = [
        {"collection": thing.path[1:], "id": thing.id, "version": 1, "change": "created"} for thing in things
    ]
    for verb, body in (("add-entries", {"entries": entries}), ("end", {})):
        answer = await client.post(f"{path}/{verb}", json=body)
        assert answer.status_code == 200, answer.text
    return str(answered.json()["id"])


Keep = Callable[..., Awaitable[str]]
"""Makes one thing, given its path and members, and notes it as seen or hidden."""


@dataclass
class Writing:
    """Writes one history, and confidential things between its steps."""

    office: Office
    world: World
    noise: random.Random
    person: str = ""
    portfolio: str = ""
    vendor: str = ""
    model: str = ""
    initiated: str = ""
    """Who sees some of what is confidential, and does not look."""

    async def see(self, what: str, path: str, **members: Any) -> str:
        return await self._make(what, path, self.world.visible, members)

    async def hide(self, path: str, **members: Any) -> str:
        what = f"{path} {len(self.world.hidden_of(path))}"
        return await self._make(what, path, self.world.hidden, members)

    async def _make(self, what: str, path: str, into: dict[str, Thing], members: dict[str, Any]) -> str:
        """Each step is known everywhere before the next one, so that reactions come in one order."""
        into[what] = Thing(path, "", members)
        key = "open" if into is self.world.visible else "hidden"
        ref = {"source": "erp", "id": f"{key}-{len(_of(into, path))}"}
        created = await self.office.make(path, **members, external_ref=ref)
        into[what] = Thing(path, str(created["id"]), members)
        await self.office.portolan.settled()
        return into[what].id

    async def file(self, document: str, service: str, data: bytes) -> None:
        """The document's first version."""
        director, path = self.office.director, f"/{service}/v1/documents/{document}"
        sent = await director.post(f"/{service}/v1/files?name=minutes.txt", content=data, headers=RAW)
        assert sent.status_code == 201, sent.text
        await self.move(path, "add-version", 1, sha256=sent.json()["sha256"])

    async def move(self, path: str, verb: str, version: int, **body: Any) -> None:
        answer = await self.office.director.post(
            f"{path}/{verb}", json=body, headers={"If-Match": f'"{version}"'}
        )
        assert answer.status_code == 200, answer.text

    async def fund(self, unit: str) -> None:
        """A request that is approved with an envelope, where its cost is reserved."""
        cost = {"amount": "100.00", "currency": "CHF"}
        place = {"portfolio_id": self.portfolio}
        envelope = await self.see("envelope", "/finance/v1/envelopes", **place, kind="annual",
                                  fiscal_year=2026, amount=cost)  # fmt: skip
        await self.move(f"/finance/v1/envelopes/{envelope}", "approve", 1)
        costs = dict.fromkeys(("cost_low", "cost_likely", "cost_high"), cost)
        request = await self.see("funded", "/projects/v1/requests", title="Open funded", need="Room", code="R-F",
                                 outcome="More room", unit_id=unit, category="mandatory", **costs, **place)  # fmt: skip
        for version, verb in enumerate(("submit", "screen", "qualify", "approve"), start=1):
            body = {"envelope_id": envelope} if verb == "approve" else {}
            await self.move(f"/projects/v1/requests/{request}", verb, version, **body)
        await self.office.portolan.settled()

    async def member(self, keep: Keep, kind: str, id: str) -> None:
        """A membership, granted."""
        principal = {"person_id": self.initiated}
        membership = await keep(MEMBERSHIPS, principal=principal, role="viewer", scope=kind, scope_id=id)
        await self.move(f"{MEMBERSHIPS}/{membership}", "grant", 1)

    async def fill(self, project: str, number: int, choice: random.Random, keep: Keep, currency: str) -> None:
        """Things of every service in a project."""
        amount = {"amount": f"{choice.randint(1, 9_999)}.00", "currency": choice.choice(("CHF", "EUR"))}
        day = f"2026-0{choice.randint(1, 9)}-{choice.randint(10, 28)}"
        of = {"project_id": project}
        code = number if keep != self.hide else f"{number}-{len(self.world.hidden)}"
        await self.move(f"/projects/v1/projects/{project}", "approve", 1)
        await self.member(keep, "project", project)
        package = await keep(
            "/projects/v1/work-packages", **of, wbs="1", name=f"Package {number}", budget=amount
        )
        await keep("/projects/v1/calendars", **of, name=f"Calendar {number}")
        await keep("/projects/v1/milestones", **of, name=f"Milestone {number}", planned_on=day)
        phase = await keep("/projects/v1/phases", **of, name=f"Phase {number}", planned_start_on=day)
        await keep(
            "/projects/v1/gates", **of, phase_id=phase, name=f"Gate {number}", at="end", level="steering"
        )
        work = [
            await keep("/projects/v1/activities", **of, name=f"{what} {number}", duration_minutes=480)
            for what in ("Design", "Build")
        ]
        await keep("/projects/v1/dependencies", **of, from_id=work[0], to_id=work[1])
        await self.take_over(project, number, keep)
        await self.run(project, keep)
        await keep("/projects/v1/baselines", **of, name=f"Baseline {number}")
        await keep("/projects/v1/objectives", **of, statement=f"Less paper in {number} rooms")
        await keep("/projects/v1/project-roles", **of, role_code="user", person_id=self.person, starts_on=day)
        leaders = (("sponsor", self.person), ("manager", self.initiated))
        signatories = [{"role": role, "person_id": person} for role, person in leaders]
        mandate = await keep("/projects/v1/mandates", **of, kind="execution", title=f"Mandate {number}", budget=amount,
                             code=f"M-{code}", signatories=signatories)  # fmt: skip
        await self.move(f"/projects/v1/mandates/{mandate}", "submit", 1)
        await keep("/projects/v1/actions", **of, title=f"Action {number}", owner_id=self.person)
        await self.deliver(project, number, keep)
        decided = {
            "level": "steering",
            "text": f"Go on with {number}",
            "decided_on": "2026-01-12",
            "decided_by": [self.person],
        }
        await keep("/projects/v1/decisions", **of, **decided, title=f"Decision {number}")
        await keep("/projects/v1/changes", **of, title=f"Change {number}", kind="scope", code=f"C-{code}")
        beyond = {"tolerance": {"score": 8}, "forecast": {"score": 8 + number % 9 + 1}}
        await keep("/projects/v1/exceptions", **of, axis="risk", **beyond)
        asks = {"need": 1, "of": [self.person]}
        paper = await keep("/projects/v1/decision-papers", **of, title=f"Paper {number}", question=f"Go on with {number}?",
                           options=[{"name": "Yes"}, {"name": "No"}], recommendation="Yes", approvers=asks)  # fmt: skip
        await self.move(f"/projects/v1/decision-papers/{paper}", "circulate", 1)
        score = {"criterion": "Value", "value": choice.randint(1, 5)}
        scoring = await keep("/projects/v1/scorings", model_id=self.model, subject="project", subject_id=project,
                             assessor_id=self.person, scores=[score])  # fmt: skip
        await self.move(f"/projects/v1/scorings/{scoring}", "submit", 1)
        nature = choice.choice(("capex", "opex"))
        await keep(
            "/finance/v1/forecasts", **of, forecast_on=day, at_completion=amount | {"currency": currency}
        )
        await keep("/finance/v1/budget-lines", **of, fiscal_year=2026, nature=nature, amount=amount)
        parts = [{"name": "Licences", "likely": amount}]
        await keep("/finance/v1/cost-estimates", **of, lines=parts)
        flows = {
            "cash_flows": [{"year": 2026, "cost": amount}],
            "options": [{"name": "Do", "preferred": True}],
        }
        study = await keep("/finance/v1/business-cases", **of, rate_pct=5, **flows)
        await self.move(f"/finance/v1/business-cases/{study}", "review", 1)
        decider = self.office.caller("colleague", "director")
        approved = await self.office.act(f"/finance/v1/business-cases/{study}", "approve", decider)
        assert approved.status_code == 200, approved.text
        await keep("/finance/v1/envelopes", **of, kind="annual", fiscal_year=2026, amount=amount)
        contract = await keep("/finance/v1/contracts", **of, number=f"C-{number}", title=f"Contract {number}",
                              value=amount, vendor_id=self.vendor)  # fmt: skip
        await keep("/finance/v1/actual-costs", **of, posted_on=day, nature=nature, amount=amount | {"currency": currency},
                   contract_id=contract, work_package_id=package)  # fmt: skip
        risk = await keep("/risk/v1/risks", **of, title=f"Risk {number}", owner_id=self.person)
        rated = {"probability": choice.randint(1, 5), "impact": choice.randint(1, 5)}
        await self.move(f"/risk/v1/risks/{risk}", "assess", 1, **rated)
        await keep("/risk/v1/assessments", **of, rated_on=day, rating=choice.randint(1, 5))
        period = {"starts_on": "2026-11-02", "ends_on": "2027-02-26", "percent": choice.randint(1, 9)}
        allocation = await keep("/resources/v1/allocations", **of, person_id=self.person, **period)
        for service, kind, id in (
            ("projects", "project", project),
            ("resources", "allocation", allocation),
            ("finance", "contract", contract),
            ("risk", "risk", risk),
        ):
            subject = {"kind": kind, "id": id}
            document = await keep(f"/{service}/v1/documents", subject=subject, title=f"Minutes {number}")
            content = f"Minutes of {choice.randint(10**8, 10**9 - 1)}".encode()
            await self.file(document, service, content)
            self.world.files.setdefault("hidden" if keep == self.hide else "visible", content)
            comment = await keep(f"/{service}/v1/comments", subject=subject, text=f"Agreed {number}",
                                 mentions=[self.person])  # fmt: skip
            await keep(f"/{service}/v1/comments", subject=subject, text=f"Yes {number}", reply_to_id=comment)

    async def deliver(self, project: str, number: int, keep: Keep) -> None:
        """What is submitted as a file, and accepted with a reservation; a requirement traces to it."""
        of = {"project_id": project}
        deliverable = await keep("/projects/v1/deliverables", **of, name=f"Deliverable {number}")
        statement = f"Rooms for {number}"
        await keep("/projects/v1/requirements", **of, statement=statement, deliverable_ids=[deliverable])
        path, director = f"/projects/v1/deliverables/{deliverable}", self.office.director
        content = f"Delivery {number}".encode()
        sent = await director.post("/projects/v1/files?name=delivery.txt", content=content, headers=RAW)
        assert sent.status_code == 201, sent.text
        await self.move(path, "submit", 1, document={"sha256": sent.json()["sha256"]})
        await self.move(path, "review", 2)
        await self.move(f"/projects/v1/projects/{project}", "activate", 2)
        defect = {"text": f"Slow in {number}", "class": "minor", "due_on": "2026-06-30"}
        verdict = {"verdict": "accepted_with_reservations", "reservations": [defect]}
        await keep("/projects/v1/acceptances", **of, **verdict, deliverable_id=deliverable,
                   accepted_by_id=self.person, accepted_on="2026-05-04")  # fmt: skip

    async def take_over(self, project: str, number: int, keep: Keep) -> None:
        """A plan file, which adds an activity of its own."""
        director, activity = self.office.director, Activity("1", f"Survey {number}", days(5))
        content = write_mspdi(Plan(f"p{number}", datetime(2026, 3, 2, 8), (activity,)))
        sent = await director.post("/projects/v1/files?name=plan.xml", content=content, headers=RAW)
        assert sent.status_code == 201, sent.text
        file = {"sha256": sent.json()["sha256"], "filename": f"Plan {number}.xml"}
        plan_file = await director.post(f"/projects/v1/projects/{project}/plan-files", json=file)
        assert plan_file.status_code == 201, plan_file.text
        into = self.world.hidden if keep == self.hide else self.world.visible
        into[f"{PLAN_FILES} {len(_of(into, PLAN_FILES))}"] = Thing(PLAN_FILES, plan_file.json()["id"], {})
        await self.office.portolan.settled()

    async def run(self, project: str, keep: Keep) -> None:
        """A run of the project's schedule, and what it keeps."""
        director = self.office.director
        answer = await director.post(
            f"/projects/v1/projects/{project}/schedule", json={"data_date": "2026-03-02"}
        )
        assert answer.status_code == 202, answer.text
        one = await ended(director, answer.headers["location"])
        assert one["state"] == "succeeded", one
        id = (await director.get(one["result"])).json()["schedule_id"]
        into = self.world.hidden if keep == self.hide else self.world.visible
        number = len(_of(into, SCHEDULES))
        into[f"{SCHEDULES} {number}"] = Thing(SCHEDULES, id, {})
        into[f"{OPERATIONS} {number}"] = Thing(OPERATIONS, answer.json()["id"], {})
        await self.office.portolan.settled()

    async def secrets(self) -> None:
        """Confidential things: a project alone, one below a confidential programme or portfolio, or one that was seen."""
        for _ in range(self.noise.randint(1, 2)):
            number = self.noise.randint(100, 999)
            cost = {
                "amount": f"{self.noise.randint(1, 99_999)}.00",
                "currency": self.noise.choice(("CHF", "USD")),
            }
            members: dict[str, Any] = {"name": f"Secret {number}", "code": f"S-{len(self.world.hidden)}", **DATES,
                                       "planned_cost": cost, "portfolio_id": self.portfolio,
                                       "manager_id": self.person}  # fmt: skip
            asks = {
                "title": f"Secret {number}",
                "need": f"Plot {number}",
                "code": f"R-{len(self.world.hidden)}",
            }
            match self.noise.choice(("alone", "programme", "portfolio")):
                case "programme":
                    above = {"portfolio_id": self.portfolio, "confidential": True}
                    programme = await self.hide("/projects/v1/programmes", name=f"Plot {number}", **above)
                    members["programme_id"] = programme
                    await self.hide("/projects/v1/requests", **asks, programme_id=programme)
                case "portfolio":
                    above = {"parent_id": self.portfolio, "confidential": True}
                    members["portfolio_id"] = await self.hide(
                        "/projects/v1/portfolios", name=f"Plot {number}", **above
                    )
                    await self.hide("/projects/v1/requests", **asks, portfolio_id=members["portfolio_id"])
                case _:
                    members["confidential"] = True
            project = await self.hide("/projects/v1/projects", **members)
            rate = {
                "grade": f"Grade {number}.{len(self.world.hidden)}",
                "amount": cost,
                "valid_from": "2026-01-05",
            }
            await self.hide("/finance/v1/rate-cards", vendor_id=self.vendor, **rate)
            await self.fill(project, number, self.noise, self.hide, cost["currency"])
        answer = await self.office.director.post(f"{SCHEDULES}/trial", json=plan(self.noise.randint(1, 9)))
        assert answer.status_code == 202, answer.text
        id = answer.json()["id"]
        self.world.hidden[f"{OPERATIONS} {id}"] = Thing(OPERATIONS, id, {})
        things = list(self.world.hidden.values())[-3:-1]
        id = await recorded(self.office.director, things, file=f"secret {self.noise.randint(1, 9)}.csv")
        self.world.hidden[f"{IMPORTS} {id}"] = Thing(IMPORTS, id, {})


async def write(office: Office, noise: random.Random) -> World:
    """The history of SEED, with what `noise` says beside it."""
    world, choice = World(), random.Random(SEED)
    writing = Writing(office, world, noise)
    unit = await writing.see("unit", "/resources/v1/org-units", name="Networks")
    writing.person = await writing.see("person", "/resources/v1/persons", name="Anna Worker",
                                       email="worker@example.org", unit_id=unit)  # fmt: skip
    writing.initiated = await writing.see("initiated", "/resources/v1/persons", name="Ida Initiated")
    writing.portfolio = await writing.see("portfolio", "/projects/v1/portfolios", name="IT")
    await writing.see("method", "/projects/v1/methods", name=[{"language": "en", "text": "Plain"}])
    writing.model = await writing.see("model", "/projects/v1/scoring-models", name="Value",
                                      criteria=[{"name": "Value", "weight": 1}])  # fmt: skip
    colleague = office.caller("colleague", "director")
    active = await office.act(f"/projects/v1/scoring-models/{writing.model}", "activate", colleague)
    assert active.status_code == 200, active.text
    above = {"portfolio_id": writing.portfolio}
    programme = await writing.see("programme", "/projects/v1/programmes", name="Renewal", **above)
    writing.vendor = await writing.see("vendor", "/finance/v1/vendors", name="Tresa AG")
    await writing.see("objective", "/projects/v1/strategic-objectives", title="Growth", from_year=2026,
                      until_year=2028)  # fmt: skip
    await writing.see("request", "/projects/v1/requests", title="Open", need="Room", code="R-O",
                      portfolio_id=writing.portfolio)  # fmt: skip
    await writing.see("requirement", "/projects/v1/requirements", statement="Room for all",
                      request_id=world.visible["request"].id)  # fmt: skip
    await writing.see(
        "orientation", "/projects/v1/orientations", kind="strategic", title="Fewer", statement="Less"
    )
    await writing.fund(unit)
    await writing.see("role", "/resources/v1/roles", name="Engineer")
    await writing.see("organisation", "/projects/v1/organisations", name="Office", profile="end_user")
    await writing.see("field", "/projects/v1/field-definitions", aggregate="projects.project", name="region",
                      label=[{"language": "en", "text": "Region"}], type="text")  # fmt: skip
    for number in range(2):
        await writing.secrets()
        cost = {"amount": f"{choice.randint(1_000, 9_999)}.00", "currency": "CHF"}
        members = {"name": f"Open {number}", "code": f"O-{number}", "planned_cost": cost, "programme_id": programme}  # fmt: skip
        members |= {"portfolio_id": writing.portfolio, "manager_id": writing.person, **DATES}
        project = await writing.see(f"project {number}", "/projects/v1/projects", **members)
        counts: dict[str, int] = {}

        async def keep(
            path: str, place: int = number, counts: dict[str, int] = counts, **members: Any
        ) -> str:
            counts[path] = counts.get(path, 0) + 1
            return await writing.see(f"{path} {place}.{counts[path]}", path, **members)

        await writing.fill(project, number, choice, keep, "CHF")
    ranking = await writing.see("ranking", "/projects/v1/rankings", name="2027", model_id=writing.model,
                                portfolio_id=writing.portfolio)  # fmt: skip
    published = await office.act(f"/projects/v1/rankings/{ranking}", "publish", colleague)
    assert published.status_code == 200, published.text
    await became_confidential(writing)
    await writing.secrets()
    await office.portolan.settled()
    await note_what_reactions_made(office, world)
    return world


async def note_what_reactions_made(office: Office, world: World) -> None:
    """Budgets, registers and the like, which nobody makes by a request; and what the instance has of its own."""
    projects = dict(world.of("/projects/v1/projects"))
    for entry in forms.index():
        if world.of(entry.path) or entry.collection in NEVER_SEEN:
            continue
        items = (await office.director.get(f"{entry.path}?limit=200")).json()["items"]
        for item in items:
            name = next((n for n, id in projects.items() if id == item.get("project_id")), None)
            if name is not None:
                world.visible[f"{entry.path} of {name}"] = Thing(entry.path, item["id"], {})
            elif item.get("project_id") is None:
                world.visible[entry.path] = Thing(entry.path, item["id"], {})
            else:
                world.hidden[f"{entry.path} {item['id']}"] = Thing(entry.path, item["id"], {})


async def became_confidential(writing: Writing) -> None:
    """What everybody saw until it became confidential: what it is since then differs."""
    office = writing.office
    project = await writing.hide(
        "/projects/v1/projects", name="Seen before", portfolio_id=writing.portfolio, **DATES
    )
    await office.portolan.settled()
    risk = await writing.hide("/risk/v1/risks", project_id=project, title="Seen risk")
    await office.hide("projects", project)
    name = f"Secret {writing.noise.randint(100, 999)}"
    await office.patch(f"/projects/v1/projects/{project}", name=name)
    for _ in range(writing.noise.randint(1, 3)):
        await office.patch(f"/risk/v1/risks/{risk}", title=f"{name} {writing.noise.randint(1, 9)}")
