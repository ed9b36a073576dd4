"""What is confidential is not there for others: by no address, in no list, feed or refusal, under no name."""

from contextlib import nullcontext
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from services.finance.budget.budget_line.api import BUDGET_LINES
from shared.base.errors import Invalid
from shared.contracts.finance.budget import BudgetLine, BudgetState
from shared.contracts.language import Decision, Fact, Id, plain
from shared.domain.lifecycle import Lifecycle, Move, Occasion
from shared.domain.register import move
from shared.domain.work import Work
from shared.store.outbox import Origin
from tests.access.conftest import MERGE, Office
from tests.access.test_memberships import ids
from tests.conftest import Portolan

OUTSIDERS = ("viewer", "member", "manager", "controller")


async def filled(office: Office, **members: Any) -> dict[str, str]:
    """A project with something in every service: address -> id."""
    money = {"amount": "12.00", "currency": "CHF"}
    project = await office.project("Merger", **members)
    await office.portolan.settled()
    of = {"project_id": project["id"]}
    person = await office.person("Worker")
    things = {
        f"/projects/v1/projects/{project['id']}": project["id"],
        f"/reporting/v1/projects/{project['id']}": project["id"],
        f"/finance/v1/projects/{project['id']}/earned-value": project["id"],
    }
    for path, body in (
        ("/projects/v1/work-packages", {**of, "wbs": "1", "name": "Due diligence"}),
        ("/finance/v1/budget-lines", {**of, "fiscal_year": 2026, "nature": "capex", "amount": money}),
        ("/finance/v1/contracts", {**of, "number": "C-1", "title": "Advisers"}),
        ("/risk/v1/risks", {**of, "title": "It becomes known"}),
        ("/risk/v1/assessments", {**of, "rated_on": "2026-01-05", "rating": 2}),
        ("/resources/v1/allocations", {**of, "person_id": person, "starts_on": "2026-03-02",
                                       "ends_on": "2026-03-31", "percent": 50, "commitment": "hard"}),
    ):  # fmt: skip
        one = await office.make(path, **body)
        things[f"{path}/{one['id']}"] = one["id"]
    return things


async def test_a_confidential_project_is_nowhere_for_others(everywhere: Portolan) -> None:
    office = Office(everywhere)
    hidden = await filled(office)
    await office.hide("projects", next(iter(hidden.values())))
    for role in OUTSIDERS:
        client = everywhere(role)
        for path, id in hidden.items():
            assert (await client.get(path)).status_code == 404, (role, path)
            if path.count("/") == 4 and "reporting" not in path:
                collection = path.rpartition("/")[0]
                answer = await client.get(collection, headers={"Prefer": "return=total-count"})
                assert id not in answer.text
                assert answer.json().get("total", answer.json().get("total_count")) == len(
                    answer.json()["items"]
                )
        for service in ("projects", "finance", "risk", "resources"):
            events = await client.get(f"/{service}/v1/events")
            assert not [id for id in hidden.values() if id in events.text], (role, service)


@pytest.mark.parametrize(
    ("role", "extent"), [("director", "all"), ("service", "all"), ("manager", "part"), ("viewer", "part")]
)
async def test_a_feed_says_whether_anything_may_ever_be_hidden_from_its_reader(
    portolan: Portolan, role: str, extent: str
) -> None:
    """Also while nothing is confidential: consumers heal gaps from a feed that says `all`, and from no other."""
    for service in ("projects", "resources", "finance", "risk"):
        answer = await portolan(role).get(f"/{service}/v1/events")
        assert answer.headers["Portolan-Sight"] == extent, service


async def test_its_members_and_directors_see_it(portolan: Portolan) -> None:
    office = Office(portolan)
    hidden = await filled(office)
    id = next(iter(hidden.values()))
    anna = await office.participant("anna", "viewer", "project", id)
    await office.hide("projects", id)
    for path in hidden:
        assert (await anna.get(path)).status_code == 200, path
        assert (await office.director.get(path)).status_code == 200, path


async def test_confidential_holds_for_all_below(everywhere: Portolan) -> None:
    office = Office(everywhere)
    top = await office.make("/projects/v1/portfolios", name="Top", confidential=True)
    below = await office.make("/projects/v1/portfolios", name="Below", parent_id=top["id"])
    programme = await office.make("/projects/v1/programmes", name="Programme", portfolio_id=below["id"])
    project = await office.project("Project", programme_id=programme["id"])
    visible = await office.project("Seen")
    viewer = everywhere("viewer")
    assert ids(await viewer.get("/projects/v1/projects")) == {visible["id"]}
    for path in (f"portfolios/{below['id']}", f"programmes/{programme['id']}", f"projects/{project['id']}"):
        assert (await viewer.get(f"/projects/v1/{path}")).status_code == 404, path
    assert ids(await viewer.get("/projects/v1/portfolios")) == set()


async def test_what_is_hidden_cannot_be_named_or_changed(portolan: Portolan) -> None:
    office = Office(portolan)
    hidden = await filled(office, external_ref={"source": "erp", "id": "1"})
    id = next(iter(hidden.values()))
    await office.hide("projects", id)
    manager = portolan("manager")
    unknown = "01978f2e-7c4a-7d3b-9a41-5f0c6e1b2a3d"
    for path, body in (
        ("/projects/v1/work-packages", {"wbs": "2", "name": "X"}),
        ("/risk/v1/risks", {"title": "X"}),
        ("/resources/v1/allocations", {"person_id": await office.person("W"), "starts_on": "2026-03-02",
                                       "ends_on": "2026-03-31", "percent": 10}),
    ):  # fmt: skip
        hits = await manager.post(path, json=body | {"project_id": id})
        misses = await manager.post(path, json=body | {"project_id": unknown})
        assert hits.status_code == misses.status_code >= 400, path
        assert hits.json()["code"] == misses.json()["code"], path
    for path in hidden:
        if path.count("/") == 4 and "reporting" not in path:
            patched = await manager.patch(
                path, json={"external_ref": None}, headers=MERGE | {"If-Match": '"1"'}
            )
            assert patched.status_code in (404, 422), path
            assert (await manager.delete(path, headers={"If-Match": '"1"'})).status_code in (403, 404), path
    put = await manager.put("/projects/v1/projects/by-ref/erp/1", json={"name": "Mine"})
    assert (put.status_code, put.json()["code"]) == (409, "duplicate")
    assert (await manager.get("/projects/v1/projects/by-ref/erp/1")).status_code == 404


async def test_a_refusal_lists_only_what_the_caller_sees(portolan: Portolan) -> None:
    office = Office(portolan)
    portfolio = await office.make("/projects/v1/portfolios", name="IT")
    hidden = await office.project("Hidden", portfolio_id=portfolio["id"], confidential=True)
    path, manager = f"/projects/v1/portfolios/{portfolio['id']}", portolan("manager")
    alone = await manager.delete(path, headers={"If-Match": '"1"'})
    assert (alone.status_code, alone.json()["code"]) == (409, "has_dependents")
    assert hidden["id"] not in alone.text
    visible = await office.project("Seen", portfolio_id=portfolio["id"])
    beside = (await manager.delete(path, headers={"If-Match": '"1"'})).json()
    assert (beside["dependents"], beside["dependents_count"]) == (
        [{"kind": "project", "id": visible["id"]}],
        1,
    )


async def test_only_who_decides_there_makes_it_confidential(portolan: Portolan) -> None:
    office = Office(portolan)
    project = await office.project("Own")
    path = f"/projects/v1/projects/{project['id']}"
    assert (await office.patch(path, portolan("manager"), confidential=True)).status_code == 403
    anna = await office.participant("anna", "director", "project", project["id"])
    assert (await office.patch(path, anna, confidential=True)).status_code == 200
    assert (await anna.get(path)).json()["confidential"] is True
    assert (await office.patch(path, anna, confidential=False)).status_code == 200
    assert (await portolan("viewer").get(path)).status_code == 200


async def test_an_answer_is_not_replayed_to_who_sees_it_no_more(portolan: Portolan) -> None:
    office = Office(portolan)
    manager, key = portolan("manager"), {"Idempotency-Key": "k"}
    things = await manager.post("/projects/v1/projects", json={"name": "Merger"}, headers=key)
    assert (
        await manager.post("/projects/v1/projects", json={"name": "Merger"}, headers=key)
    ).status_code == 201
    await office.hide("projects", things.json()["id"])
    again = await manager.post("/projects/v1/projects", json={"name": "Merger"}, headers=key)
    assert again.status_code == 404, again.text


async def test_what_lies_in_one_project_names_no_other_confidential_thing(portolan: Portolan) -> None:
    office = Office(portolan)
    programme = await office.make("/projects/v1/programmes", name="Secret", confidential=True)
    project = await office.project("Open")
    await portolan.settled()
    body = {"project_id": project["id"], "programme_id": programme["id"], "number": "1", "title": "Both"}
    answer = await office.director.post("/finance/v1/contracts", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "names_confidential")


async def test_a_cost_names_no_contract_of_something_confidential_elsewhere(everywhere: Portolan) -> None:
    """The kind: whatever a member names, the nodes in which it lies are asked for, not only those of the scope."""
    office = Office(everywhere)
    secret = await office.make("/projects/v1/programmes", name="Secret")
    dates = {"planned_start_on": "2026-01-05", "planned_finish_on": "2026-12-18"}
    inside = await office.project("Inside", programme_id=secret["id"], **dates)
    outside = await office.project("Outside", **dates)
    for project in (inside, outside):
        assert (await office.act(f"/projects/v1/projects/{project['id']}", "approve")).status_code == 200
    await everywhere.settled()
    contract = await office.make(
        "/finance/v1/contracts", programme_id=secret["id"], number="1", title="Advisers"
    )
    cost = {"posted_on": "2026-03-02", "amount": {"amount": "12.00", "currency": "CHF"}}
    under_contract = cost | {"contract_id": contract["id"]}
    before = await office.make("/finance/v1/actual-costs", project_id=outside["id"], **under_contract)
    await office.hide("programmes", secret["id"])
    await office.make("/finance/v1/actual-costs", project_id=inside["id"], **under_contract)
    plain_cost = await office.make("/finance/v1/actual-costs", project_id=outside["id"], **cost)
    body = under_contract | {"project_id": outside["id"]}
    headers = {"Idempotency-Key": "k"}
    refused = await office.director.post("/finance/v1/actual-costs", json=body, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (422, "names_confidential")
    assert refused.json()["errors"][0]["pointer"] == "/contract_id"
    path = f"/finance/v1/actual-costs/{plain_cost['id']}"
    assert (await office.patch(path, contract_id=contract["id"])).json()["code"] == "names_confidential"
    noted = await office.patch(f"/finance/v1/actual-costs/{before['id']}", document="R-1")
    assert noted.status_code == 200, "what it has named since then does not hinder a revision"


async def test_a_batch_asks_no_more_while_something_else_is_confidential(
    portolan: Portolan, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Persons, vendors and what lies in the same project are never hidden with something else."""
    office, count = Office(portolan), 0
    project, worker = await office.project("Open"), await office.person("Worker")
    await portolan.settled()
    store = portolan.running.services["risk"].kernel.store
    fetch = store.fetch

    async def counted(text: str, params: Any = ()) -> list[tuple[Any, ...]]:
        nonlocal count
        count += "access_node" in text
        return await fetch(text, params)

    monkeypatch.setattr(store, "fetch", counted)
    items = [{"project_id": project["id"], "title": f"Risk {n}", "owner_id": worker} for n in range(20)]
    counts = []
    for key in ("open", "hidden"):
        count, headers = 0, {"Idempotency-Key": key}
        answer = await office.director.post("/risk/v1/risks/batch", json={"items": items}, headers=headers)
        assert [item["status"] for item in answer.json()["items"]] == [201] * len(items)
        counts.append(count)
        await office.project("Hidden", confidential=True)
        await portolan.settled()
    assert counts[1] - counts[0] < 3, counts


class Programme(Decision):
    """The programme that a budget line goes to."""

    programme_id: Id


def assign(line: BudgetLine, occasion: Occasion) -> Fact:
    assert isinstance(occasion.body, Programme)
    line.programme_id = occasion.body.programme_id
    return plain(BudgetLine, "revised")


async def anything_goes(work: Work, line: BudgetLine) -> None:
    """A line may name both here, a project and a programme."""


async def test_a_move_names_no_confidential_thing_elsewhere_either(portolan: Portolan) -> None:
    office = Office(portolan)
    secret = await office.make("/projects/v1/programmes", name="Secret", confidential=True)
    known_to_all = await office.make("/projects/v1/programmes", name="Open")
    project = await office.project("Open")
    await portolan.settled()
    amount = {"amount": "12.00", "currency": "CHF"}
    body = {"project_id": project["id"], "fiscal_year": 2026, "nature": "capex", "amount": amount}
    line = await office.make("/finance/v1/budget-lines", **body)
    move_to = Move(
        BudgetState.DRAFT, None, type(plain(BudgetLine, "revised")), takes=Programme, effect=assign
    )
    life = Lifecycle("state", {"assign": move_to})
    assignable = replace(BUDGET_LINES, lifecycle=life, acts=None, check=anything_goes)
    kernel = portolan.running.services["finance"].kernel
    for programme, code in ((secret, "names_confidential"), (known_to_all, None)):
        work = Work(kernel.store, kernel.mirrors, Origin(kernel.source, "user", "anna", "tests"), dry=True)
        loaded = await work.load(BudgetLine, UUID(line["id"]))
        with pytest.raises(Invalid) if code else nullcontext() as refused:
            await move(work, assignable, loaded, "assign", Programme(programme_id=programme["id"]))
        assert (refused.value.code if refused else None) == code


async def test_what_names_two_is_seen_by_who_sees_both(portolan: Portolan) -> None:
    """An archived one hinders nothing: it is hidden whole from then on."""
    office = Office(portolan)
    programme = await office.make("/projects/v1/programmes", name="Secret")
    project = await office.project("Open")
    await portolan.settled()
    body = {"project_id": project["id"], "programme_id": programme["id"], "number": "1", "title": "Both"}
    contract = await office.make("/finance/v1/contracts", **body)
    path, viewer = f"/finance/v1/contracts/{contract['id']}", portolan("viewer")
    assert ids(await viewer.get("/finance/v1/contracts")) == {contract["id"]}
    assert (await office.director.delete(path, headers={"If-Match": '"1"'})).status_code == 204
    await portolan.settled()
    await office.hide("programmes", programme["id"])
    assert ids(await viewer.get("/finance/v1/contracts?archived=true")) == set()
    assert (await viewer.get(path)).status_code == 404


@pytest.mark.parametrize("way", ["out to the top", "out to another", "in"])
async def test_only_who_decides_there_moves_something_into_what_is_confidential_or_out_of_it(
    everywhere: Portolan, way: str
) -> None:
    office = Office(everywhere)
    secret = await office.make("/projects/v1/programmes", name="Secret", confidential=True)
    other = await office.make("/projects/v1/programmes", name="Open")
    stands, goes = {"in": (None, secret["id"]), "out to another": (secret["id"], other["id"])}.get(
        way, (secret["id"], None)
    )
    project = await office.project("Merger", programme_id=stands)
    person = await office.person("Anna", "anna")
    for scope in (secret, other):
        await office.member("manager", "programme", scope["id"], person_id=person)
    await everywhere.settled()
    path, anna = f"/projects/v1/projects/{project['id']}", office.caller("anna", "manager")
    refused = await office.patch(path, anna, programme_id=goes)
    assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")
    assert refused.json()["needs"] == "projects.decide"
    await office.member("director", "project", project["id"], person_id=person)
    assert (await office.patch(path, anna, programme_id=goes)).status_code == 200
    visible = ids(await everywhere("viewer").get("/projects/v1/projects"))
    assert visible == (set() if way == "in" else {project["id"]})
