"""Envelopes reserve what approved requests are likely to cost, as long as they are approved."""

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from services.finance.budget.commitment import commands
from shared.base.clock import now
from shared.base.ids import new_id
from shared.base.money import Money
from shared.base.settings import Settings
from shared.contracts.projects.intake import Request
from shared.domain.work import Work
from shared.store import StaleVersion
from shared.store.outbox import Origin
from tests.conftest import Portolan, running_portolan
from tests.projects.intake.asking import RANGE, Desk
from tests.support.given import PLANNED, PROJECTS, Story, chf, money

ENVELOPES, COMMITMENTS = "finance/v1/envelopes", "finance/v1/commitments"


class Office(Desk):
    """A desk of requests beside an envelope."""

    async def envelope(self, amount: str, *moves: str, **members: Any) -> dict[str, Any]:
        years = {"kind": "annual", "fiscal_year": 2026}
        envelope = await self.house.make(ENVELOPES, **(years | {"amount": chf(amount)} | members))
        return await Story(self.portolan, "controller").move(ENVELOPES, envelope, *(moves or ("approve",)))

    async def approved(
        self, envelope: dict[str, Any] | None, likely: str = "100000.00", **members: Any
    ) -> str:
        """The address of a request approved with the envelope."""
        path = await self.request("qualified", **(members | _range(likely)))
        body = {} if envelope is None else {"envelope_id": envelope["id"]}
        answer = await self.act(path, "approve", **body)
        assert answer.status_code == 200, answer.text
        await self.portolan.settled()
        return path

    async def funding(self, path: str) -> tuple[str, str]:
        await self.portolan.settled()
        request = await self.read(path)
        return request["state"], request["funding"]

    async def figures(self, envelope: dict[str, Any], **query: str) -> dict[str, str]:
        answer = await self.house.read(f"{ENVELOPES}/{envelope['id']}/figures", **query)
        return {name: value["amount"] for name, value in answer.items() if isinstance(value, dict)}

    async def commitments(self) -> list[dict[str, Any]]:
        return list((await self.house.read(f"{COMMITMENTS}?sort=created_at"))["items"])

    async def thresholds(self, envelope: dict[str, Any]) -> list[int]:
        """The thresholds that were told, the first one first."""
        events = await self.house.read(
            "finance/v1/events", type="portolan.finance.envelope.threshold_crossed.v1"
        )
        return [one["data"]["fact"]["percent"] for one in events["items"] if one["subject"] == envelope["id"]]


def _range(likely: str) -> dict[str, Any]:
    return {member: chf(likely) for member in RANGE}


@pytest.fixture
def office(portolan: Portolan) -> Office:
    return Office(portolan)


@pytest.fixture
def office_everywhere(everywhere: Portolan) -> Office:
    return Office(everywhere)


@pytest.mark.rule("finance.commitment.1")
@pytest.mark.rule("projects.request.4")
async def test_an_approved_request_is_reserved_until_it_is_withdrawn(office_everywhere: Office) -> None:
    office = office_everywhere
    envelope = await office.envelope("250000.00")
    path = await office.approved(envelope)
    assert await office.funding(path) == ("approved", "reserved")
    assert await office.figures(envelope) == {
        "amount": "250000.00",
        "in_parts": "0.00",
        "reserved": "100000.00",
        "approved": "0.00",
        "committed": "0.00",
        "spent": "0.00",
        "available": "150000.00",
    }
    closed = await Story(office.portolan, "controller").act(ENVELOPES, envelope, "close")
    assert (closed.status_code, closed.json()["code"]) == (409, "still_reserved")
    assert (await office.act(path, "defer")).json()["state"] == "deferred"
    assert (await office.figures(envelope))["available"] == "250000.00"
    [commitment] = await office.commitments()
    assert (commitment["state"], commitment["amount"]) == ("released", chf("100000.00"))


@pytest.mark.rule("finance.envelope.2")
@pytest.mark.rule("projects.request.4")
async def test_the_last_franc_goes_once(office_everywhere: Office) -> None:
    office = office_everywhere
    envelope = await office.envelope("200000.00")
    first = await office.approved(envelope, "120000.00")
    second = await office.approved(envelope, "80000.01")
    third = await office.approved(envelope, "80000.00")
    assert await office.funding(first) == ("approved", "reserved")
    assert await office.funding(second) == ("qualified", "refused")
    assert await office.funding(third) == ("approved", "reserved")
    assert (await office.figures(envelope))["available"] == "0.00"
    history = await office.read(f"{second}/history")
    assert history["items"][0]["type"].endswith(".unfunded.v1")
    assert history["items"][0]["fact"]["reason"] == "the envelope has no room for it"


@pytest.mark.rule("projects.request.4")
async def test_converted_the_projects_budget_takes_the_place(office_everywhere: Office) -> None:
    """100,000 reserved; as a project 100,000 approved; 30,000 of them spent leave 70,000."""
    office = office_everywhere
    envelope = await office.envelope("250000.00")
    path = await office.approved(envelope)
    converted = await office.act(path, "convert", "manager")
    assert converted.status_code == 200, converted.text
    figures = await office.figures(envelope)
    assert (figures["reserved"], figures["approved"], figures["available"]) == (
        "0.00",
        "100000.00",
        "150000.00",
    )
    project = converted.json()["became"]["id"]
    await Story(office.portolan).revise(PROJECTS, project, **PLANNED)
    await Story(office.portolan).move(PROJECTS, project, "approve")
    body = {"project_id": project, "posted_on": "2026-03-31", "amount": chf("30000.00")}
    await office.house.make("finance/v1/actual-costs", **body)
    figures = await office.figures(envelope)
    assert (figures["approved"], figures["spent"], figures["available"]) == (
        "70000.00",
        "30000.00",
        "150000.00",
    )
    [commitment] = await office.commitments()
    assert (commitment["state"], commitment["project_id"]) == ("released", project)


@pytest.mark.rule("finance.envelope.3")
async def test_crossing_80_and_100_percent_is_told_once(office: Office) -> None:
    whole = await office.envelope("1000.00")
    part = await office.envelope("500.00", parent_id=whole["id"])
    await office.approved(part, "399.99")
    assert await office.thresholds(part) == []
    path = await office.approved(part, "0.01")
    assert await office.thresholds(part) == [80]
    await office.act(path, "defer")
    await office.approved(part, "100.01")
    assert await office.thresholds(part) == [80, 100]
    assert await office.thresholds(whole) == []


@pytest.mark.rule("finance.envelope.2")
async def test_a_multi_year_envelope_bounds_what_is_promised_of_its_years(office: Office) -> None:
    """Of 900, a year of 300 promises 300; the whole has 600 left, also for requests of its own."""
    years = {"kind": "multi_year", "from_year": 2026, "until_year": 2028, "fiscal_year": None}
    whole = await office.envelope("900.00", **years)
    year = await office.envelope("300.00", parent_id=whole["id"])
    assert await office.funding(await office.approved(year, "300.00")) == ("approved", "reserved")
    assert await office.funding(await office.approved(year, "0.01")) == ("qualified", "refused")
    assert await office.funding(await office.approved(whole, "600.01")) == ("qualified", "refused")
    assert await office.funding(await office.approved(whole, "600.00")) == ("approved", "reserved")
    figures = await office.figures(whole)
    assert (figures["reserved"], figures["available"], figures["in_parts"]) == ("900.00", "0.00", "300.00")


async def test_a_whole_that_gave_all_to_its_parts_promises_nothing(office: Office) -> None:
    whole = await office.envelope("500.00")
    await office.envelope("400.00", parent_id=whole["id"])
    assert await office.funding(await office.approved(whole, "100.01")) == ("qualified", "refused")
    assert await office.funding(await office.approved(whole, "100.00")) == ("approved", "reserved")


@pytest.mark.parametrize(
    ("currency", "moves", "reason"),
    [("EUR", ("approve",), "in another currency"), ("CHF", ("approve", "close"), "not approved, or closed")],
)
async def test_an_envelope_that_cannot_bear_it_says_why(
    office: Office, currency: str, moves: tuple[str, ...], reason: str
) -> None:
    body = {"kind": "annual", "fiscal_year": 2026, "amount": money("900000.00", currency)}
    created = await office.house.make(ENVELOPES, **body)
    envelope = await Story(office.portolan, "controller").move(ENVELOPES, created, *moves)
    path = await office.approved(envelope)
    assert await office.funding(path) == ("qualified", "refused")
    [commitment] = await office.commitments()
    history = await office.house.read(f"{COMMITMENTS}/{commitment['id']}/history")
    assert reason in history["items"][0]["fact"]["reason"]


@pytest.mark.rule("finance.envelope.3")
async def test_a_warning_limit_lets_more_be_promised_and_tells(tmp_path: Path) -> None:
    async with running_portolan(Settings(data=tmp_path, envelope_limit="warning")) as portolan:
        office = Office(portolan)
        envelope = await office.envelope("1000.00")
        assert await office.funding(await office.approved(envelope, "1000.01")) == ("approved", "reserved")
        assert (await office.figures(envelope))["available"] == "-0.01"
        assert await office.thresholds(envelope) == [100]


@pytest.mark.rule("finance.commitment.1")
async def test_of_two_that_take_the_last_franc_in_two_units_one_is_refused(everywhere: Portolan) -> None:
    """Both read that there is room; the update of the second meets none, and it decides again."""
    office = Office(everywhere)
    envelope = await office.envelope("100.00")
    works = [_work(everywhere) for _ in range(2)]
    for work in works:
        await commands.reserve(work, _request(envelope["id"], "60.00"))
    await works[0].commit()
    with pytest.raises(StaleVersion):
        await works[1].commit()
    assert (await office.figures(envelope))["reserved"] == "60.00"


def _work(portolan: Portolan) -> Work:
    """A unit of work of finance, as a reaction has it."""
    kernel = portolan.running.services["finance"].kernel
    origin = Origin(kernel.source, "user", "anna", "tests")
    return Work(kernel.store, kernel.mirrors, origin, settings=kernel.settings)


def _request(envelope_id: str, likely: str) -> Request:
    at = now()
    return Request(
        id=new_id(),
        version=5,
        created_at=at,
        updated_at=at,
        code="REQ-1",
        title="Scan invoices",
        need="Invoices are typed in by hand.",
        cost_likely=Money(**chf(likely)),
        envelope_id=UUID(envelope_id),
    )


async def test_an_event_that_comes_again_reserves_nothing_more(office: Office) -> None:
    """The service was killed after its commit, and before anybody heard of it."""
    envelope = await office.envelope("1000.00")
    request = _request(envelope["id"], "60.00")
    for _ in range(2):
        work = _work(office.portolan)
        await commands.reserve(work, request)
        await work.commit()
    assert (await office.figures(envelope))["reserved"] == "60.00"
    for _ in range(2):
        work = _work(office.portolan)
        await commands.hand_over(work, request, new_id())
        await work.commit()
    figures = await office.figures(envelope)
    assert (figures["reserved"], figures["approved"], figures["available"]) == ("0.00", "60.00", "940.00")
