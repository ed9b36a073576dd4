"""J1: a need becomes a mandate: drafted in a unit, returned once, adapted, qualified, scored, ranked, decided, reserved, converted.

One above the limit is decided by a paper. Conversion makes the project and the draft of its initiation mandate.
"""

from typing import Any

import httpx

from tests.access.conftest import Office
from tests.conftest import Portolan
from tests.projects.mandate.circulating import Round

MODELS, SCORINGS, RANKINGS = (f"/projects/v1/{name}" for name in ("scoring-models", "scorings", "rankings"))
ENVELOPES, COMMITMENTS = "/finance/v1/envelopes", "/finance/v1/commitments"
SCORES = {"first": (5, 2), "travel": (2, 3), "archive": (2, 3)}
"""Value and risk, of the three requests that are scored."""
REQUESTS, OBJECTIVES = "/projects/v1/requests", "/projects/v1/strategic-objectives"
NEED = "Invoices are typed in by hand; each takes 6 minutes."
OUTCOME = "An invoice is booked within a day of its arrival."
STATES = (
    "draft",
    "submitted",
    "screening",
    "returned",
    "qualified",
    "approved",
    "deferred",
    "rejected",
    "converted",
)


def chf(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "CHF"}


class People:
    """Those of the journey, and what they do."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.director = office.caller("dora", "director")
        self.second = office.caller("dirk", "director")
        self.anna = self.manager = self.director
        self.assessor = ""

    async def arrive(self, unit: str, portfolio: str) -> None:
        """Anna belongs to a unit, and the manager to a portfolio: they have no other rights."""
        self.anna = await self.office.participant("anna", "member", "unit", unit)
        self.manager = await self.office.participant("piet", "manager", "portfolio", portfolio)
        self.assessor = await self.office.person("Olga")
        await self.office.portolan.settled()

    async def ask(self, **members: Any) -> str:
        answer = await self.anna.post(REQUESTS, json=members)
        assert answer.status_code == 201, answer.text
        return f"{REQUESTS}/{answer.json()['id']}"

    async def act(self, path: str, verb: str, by: httpx.AsyncClient, **body: Any) -> httpx.Response:
        tag = (await self.director.get(path)).headers["ETag"]
        return await by.post(f"{path}/{verb}", json=body, headers={"If-Match": tag})

    async def moved(self, path: str, by: httpx.AsyncClient, *verbs: str, **body: Any) -> dict[str, Any]:
        for verb in verbs:
            answer = await self.act(path, verb, by, **body)
            assert answer.status_code == 200, (verb, answer.text)
        return dict(answer.json())

    async def patched(self, path: str, by: httpx.AsyncClient, **members: Any) -> httpx.Response:
        headers = {
            "If-Match": (await self.director.get(path)).headers["ETag"],
            "Content-Type": "application/merge-patch+json",
        }
        return await by.patch(path, json=members, headers=headers)


async def scored(
    people: People, method: str, subjects: dict[str, str], portfolio: str, **members: Any
) -> str:
    """The address of a ranking of these requests, each scored under a model of its own."""
    office = people.office
    model = await office.make(MODELS, name=f"By {method}", method=method, **members)
    await people.moved(f"{MODELS}/{model['id']}", people.second, "activate")
    for name, values in SCORES.items():
        scores = [
            {"criterion": criterion, "value": value}
            for criterion, value in zip(("Value", "Risk"), values, strict=True)
        ]
        scoring = await office.make(
            SCORINGS, model_id=model["id"], subject="request", subject_id=subjects[name],
            assessor_id=people.assessor, scores=scores,
        )  # fmt: skip
        await people.moved(f"{SCORINGS}/{scoring['id']}", people.director, "submit")
    scope = {"portfolio_id": portfolio, "model_id": model["id"], "subjects": [*subjects.values()]}
    return f"{RANKINGS}/{(await office.make(RANKINGS, name=f'2027 by {method}', **scope))['id']}"


def order(ranking: dict[str, Any], subjects: dict[str, str]) -> list[tuple[str, float, int, int]]:
    """Name, figure, position and how many others are level with it."""
    names = {id: name for name, id in subjects.items()}
    return sorted(
        (names[one["subject_id"]], one["score"], one["position"], one["ties"]) for one in ranking["positions"]
    )


async def paper_on(portolan: Portolan, request: str) -> tuple[Round, str]:
    """A paper on a request, circulated to three of whom two are needed."""
    table = Round(portolan)
    table.project = "none"
    await table.gather("ada", "ben", "cleo")
    await table.gather("author", role="manager")
    about = {
        "project_id": None,
        "request_id": request,
        "title": "A new ERP?",
        "question": "Do we replace it?",
    }
    return table, await table.circulated(2, ("ada", "ben", "cleo"), **about)


async def test_a_need_becomes_a_mandate(portolan: Portolan) -> None:
    office = Office(portolan)
    people = People(office)
    unit = (await office.make("/resources/v1/org-units", name="Accounts"))["id"]
    limits = [{"amount": chf("500000.00"), "decided_by": "Steering committee"}]
    portfolio = (await office.make("/projects/v1/portfolios", name="IT", limits=limits))["id"]
    years = {"from_year": 2026, "until_year": 2028}
    paper, growth = [
        (await office.make(OBJECTIVES, title=title, **years))["id"] for title in ("Paper is gone", "Growth")
    ]
    for id in (paper, growth):
        await people.moved(f"{OBJECTIVES}/{id}", people.second, "adopt")
    await portolan.settled()
    await people.arrive(unit, portfolio)

    # drafted by a member of the unit; without an outcome it is refused
    first = await people.ask(title="Scan invoices", need=NEED, unit_id=unit)
    refused = await people.act(first, "submit", people.anna)
    assert (refused.status_code, refused.json()["code"]) == (422, "request_incomplete")
    assert (await people.patched(first, people.anna, outcome=OUTCOME)).status_code == 200
    await people.moved(first, people.anna, "submit")

    # the portfolio office takes it over, returns it once, and adapts it: the words of the requester stay
    assert (await people.patched(first, people.director, portfolio_id=portfolio)).status_code == 200
    await portolan.settled()
    await people.moved(first, people.manager, "screen")
    await people.moved(first, people.manager, "return", reason="How long does it take today?")
    more = "Invoices are typed in by hand; each takes 6 minutes, 40,000 a year."
    assert (await people.patched(first, people.anna, need=more)).status_code == 200
    await people.moved(first, people.anna, "submit")
    await people.moved(first, people.manager, "screen")
    # 40,000 invoices of 6 minutes: 240,000 minutes are 4,000 hours
    adapted = "Only invoices of vendors; 4,000 hours a year are saved at most."
    costs = {"cost_low": chf("150000.00"), "cost_likely": chf("180000.00"), "cost_high": chf("260000.00")}
    serves = [
        {"objective_id": paper, "contribution": "extreme"},
        {"objective_id": growth, "contribution": "low"},
    ]
    assert (
        await people.patched(first, people.manager, adapted=adapted, objectives=serves, **costs)
    ).status_code == 200
    refused = await people.patched(first, people.manager, need="Something else")
    assert (refused.status_code, refused.json()["code"]) == (409, "submitted_stays")
    qualified = await people.moved(first, people.manager, "qualify")
    assert (qualified["need"], qualified["adapted"]) == (more, adapted)

    # three more, one of them above the limit of the portfolio
    others = []
    for title, likely in (
        ("Travel app", "90000.00"),
        ("Second archive", "60000.00"),
        ("New ERP", "500000.01"),
    ):
        path = await people.ask(
            title=title, need=NEED, outcome=OUTCOME, unit_id=unit, category="mandatory",
            cost_low=chf("1.00"), cost_likely=chf(likely), cost_high=chf("900000.00"),
        )  # fmt: skip
        await people.moved(path, people.anna, "submit")
        assert (await people.patched(path, people.director, portfolio_id=portfolio)).status_code == 200
        await people.moved(path, people.manager, "screen", "qualify")
        others.append(path)
    travel, archive, erp = others

    # scored under a weighted model: value counts 3, risk 1. First 3x5 + 2 = 17, the others 3x2 + 3 = 9 each: they are level
    subjects = {"first": first, "travel": travel, "archive": archive}
    subjects = {name: path.rpartition("/")[2] for name, path in subjects.items()}
    weights = [{"name": "Value", "weight": 3}, {"name": "Risk", "weight": 1}]
    ranking = await scored(people, "weighted", subjects, portfolio, criteria=weights)
    published = await people.moved(ranking, people.second, "publish")
    assert order(published, subjects) == [("archive", 9, 2, 1), ("first", 17, 1, 0), ("travel", 9, 2, 1)]
    # first 5v + 2, the others 2v + 3: level at a weight of 1/3 for value, which is 3 less 8/9 of it
    assert published["sensitivity"]["first_change_pct"] == -88.89
    assert published["sensitivity"]["smallest_change_pct"] == -88.89
    assert (await people.director.get(f"{ranking}/verify")).json()["intact"] is True
    # under AHP: value counts 3 times as much as risk, so 3/4 and 1/4. First 3.75 + 0.5 = 4.25, the others 1.5 + 0.75 = 2.25
    judged = [{"criterion": "Value", "over": "Risk", "times": 3}]
    names = [{"name": "Value"}, {"name": "Risk"}]
    by_ahp = await scored(people, "ahp", subjects, portfolio, criteria=names, comparisons=judged)
    proposed = (await people.director.get(by_ahp)).json()
    level = [("archive", 2.25, 2, 1), ("first", 4.25, 1, 0), ("travel", 2.25, 2, 1)]
    assert order(proposed, subjects) == level
    weighing = (await people.director.get(f"{MODELS}/{proposed['model_id']}/weights")).json()
    shares = [(one["criterion"], one["share_pct"]) for one in weighing["weights"]]
    assert shares == [("Value", 75.0), ("Risk", 25.0)]

    # who asks does not decide; the director does, up to the limit, and the cost is reserved: 200,000 - 180,000 = 20,000
    members = {"portfolio_id": portfolio, "kind": "annual", "fiscal_year": 2026, "amount": chf("200000.00")}
    envelope = (await office.make(ENVELOPES, **members))["id"]
    await people.moved(f"{ENVELOPES}/{envelope}", people.second, "approve")
    await portolan.settled()
    assert (await people.act(first, "approve", people.anna)).status_code == 403
    approved = await people.moved(
        first, people.director, "approve", reason="It pays for itself within a year.", envelope_id=envelope
    )
    assert approved["funding"] == "asked"
    await portolan.settled()
    assert (await people.director.get(first)).json()["funding"] == "reserved"
    [commitment] = (await people.director.get(COMMITMENTS)).json()["items"]
    assert (commitment["state"], commitment["amount"]) == ("reserved", chf("180000.00"))
    figures = (await people.director.get(f"{ENVELOPES}/{envelope}/figures")).json()
    assert (figures["reserved"], figures["available"]) == (chf("180000.00"), chf("20000.00"))
    await people.moved(travel, people.director, "defer", reason="After the scanner.")
    await people.moved(archive, people.director, "reject", reason="One archive is enough.")
    refused = await people.act(erp, "approve", people.director)
    assert (refused.status_code, refused.json()["code"]) == (409, "resolution_needed")
    assert refused.json()["decided_by"] == "Steering committee"
    # a paper on it, granted by two of three, is that resolution
    table, paper = await paper_on(portolan, erp.rpartition("/")[2])
    await table.answered(paper, "ada", "grant")
    assert (await people.act(erp, "approve", people.director)).status_code == 409, "one of two"
    granted = await table.answered(paper, "cleo", "grant")
    assert (granted["state"], granted["covers"]) == ("approved", chf("500000.01"))
    await people.moved(erp, people.director, "approve", reason="As decided.")

    # requirements are agreed, and go over to the project that is made
    requirement = await office.make(
        "/projects/v1/requirements", statement="An invoice is read within a minute", priority="must",
        request_id=first.rpartition("/")[2],
    )  # fmt: skip
    await people.moved(f"/projects/v1/requirements/{requirement['id']}", people.director, "agree")
    converted = await people.moved(first, people.manager, "convert", into="project")
    project = (await people.director.get(f"/projects/v1/projects/{converted['became']['id']}")).json()
    assert (project["stage"], project["name"]) == ("proposed", "Scan invoices")
    assert project["planned_cost"] == chf("180000.00"), "the likely cost"
    assert project["objectives"] == serves
    mandate = (await people.director.get(f"/projects/v1/mandates/{converted['became']['mandate_id']}")).json()
    assert (mandate["kind"], mandate["state"], mandate["edition"]) == ("initiation", "draft", 1)
    assert (mandate["project_id"], mandate["scope_in"]) == (project["id"], adapted)
    of_project = {"project_id": project["id"]}
    [handed_over] = (await people.director.get("/projects/v1/requirements", params=of_project)).json()[
        "items"
    ]
    assert (handed_over["id"], handed_over["state"]) == (requirement["id"], "agreed")

    # of four requests one is converted, one deferred, one rejected, and one approved
    items = (await people.director.get(REQUESTS)).json()["items"]
    counts = {state: sum(one["state"] == state for one in items) for state in STATES}
    assert {state: n for state, n in counts.items() if n} == {
        "approved": 1,
        "deferred": 1,
        "rejected": 1,
        "converted": 1,
    }
    # all four were submitted, screened and qualified; two of four approved, one of those two converted
    await portolan.settled()
    pipeline = (await people.director.get("/reporting/v1/pipeline")).json()
    assert [(one["state"], one["requests"], one["share_pct"]) for one in pipeline["funnel"]] == [
        ("submitted", 4, None), ("screening", 4, 100.0), ("qualified", 4, 100.0), ("approved", 2, 50.0),
        ("converted", 1, 50.0),
    ]  # fmt: skip
    assert pipeline["ended"] == {"rejected": 1, "withdrawn": 0, "converted": 1}
    [after] = (await people.director.get(COMMITMENTS)).json()["items"]
    assert (after["state"], after["project_id"]) == ("released", project["id"]), "its budget takes the place"
    # the requester reads all of it to the end
    assert (await people.anna.get(first)).json()["state"] == "converted"
