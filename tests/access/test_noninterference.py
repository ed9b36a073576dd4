"""Noninterference: what outsiders are answered does not depend on what is confidential.

One seeded history of what everybody sees is written twice, each time with other confidential things beside it: other
names, amounts, dates, and another number of them. Every answer to outsiders, on every address that can be read, in every
stream and on every page, must be the same once ids, positions and times are masked. Of what is confidential itself the
answers must be those that an id which never was gives.
"""

import asyncio
import random
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from shutil import copytree
from typing import Any

import httpx
import pytest

from shared.base.settings import Settings
from shared.http.running import KernelRoute
from tests.access.conftest import Office
from tests.conftest import Portolan, running_portolan
from tests.reporting.mail.conftest import post_room
from tests.support.mail_server import mail_server

NOWHERE = "01978f2e-7c4a-7d3b-9a41-5f0c6e1b2a3d"
SEED = 20_261_130
MASKS = (
    (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "ID"),
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "TIME"),
    (r"\b[0-9a-f]{32}\b", "TRACE"),
    (r"00-TRACE-[0-9a-f]{16}-0[01]", "TRACEPARENT"),
    (r'"(sequence|previoussequence|position|last|next)": ?"[^"]*"', r'"\1":"POSITION"'),
    (r'"(portolan\.[a-z_.0-9]+)": "\d+"', r'"\1": "POSITION"'),
    (r"id: \d+\n", "id: POSITION\n"),
    (r"data: \d+\n", "data: POSITION\n"),
    (r'(data-[a-z]+|content|value)="\d{1,6}"', r'\1="POSITION"'),
    (r'(name="form" value|data-form)="[0-9a-f]{24}"', r'\1="FORM"'),
    (r"<time[^>]*>[^<]*</time>", "<time>"),
    (r"as it was shown at [^<]*", "as it was shown"),
    (r"cursor=[\w%.~-]+", "cursor=CURSOR"),
    (r"proof=[0-9a-f]{24}", "proof=PROOF"),
    (r"Message-ID: <\w{24}", "Message-ID: <MAIL"),
    (r"Date: [^\n]*", "Date: TIME"),
    (r"\d{1,2} [A-Z][a-z]{2} \d{4}, \d\d:\d\d", "TIME"),
    (r'boundary="=+\d+=+"', "boundary"),
)
"""What differs between two instances with the same history."""


def masked(text: str) -> str:
    for pattern, replacement in MASKS:
        text = re.sub(pattern, replacement, text)
    return text


@dataclass
class World:
    """What was written, by the name under which both worlds know it."""

    visible: dict[str, str] = field(default_factory=dict)
    """Name -> id."""
    hidden: list[str] = field(default_factory=list)


class Writing:
    """Writes one history, and confidential things between its steps."""

    def __init__(self, office: Office, world: World, noise: random.Random) -> None:
        self.office, self.world, self.noise = office, world, noise

    async def see(self, what: str, path: str, **members: Any) -> str:
        created = await self.office.make(path, **members)
        self.world.visible[what] = created["id"]
        return str(created["id"])

    async def hide(self, path: str, **members: Any) -> str:
        created = await self.office.make(path, **members)
        self.world.hidden.append(created["id"])
        return str(created["id"])

    async def fill(self, project: str, number: int, choice: random.Random, person: str, keep: Any) -> None:
        """Things of every service in a project."""
        amount = {"amount": f"{choice.randint(1, 9_999)}.00", "currency": choice.choice(("CHF", "EUR"))}
        day = f"2026-0{choice.randint(1, 9)}-{choice.randint(10, 28)}"
        of = {"project_id": project}
        await keep("/projects/v1/work-packages", **of, wbs="1", name=f"Package {number}", budget=amount)
        await self.office.portolan.settled()
        nature = choice.choice(("capex", "opex"))
        await keep("/finance/v1/budget-lines", **of, fiscal_year=2026, nature=nature, amount=amount)
        await keep(
            "/finance/v1/contracts", **of, number=f"C-{number}", title=f"Contract {number}", value=amount
        )
        await keep("/risk/v1/risks", **of, title=f"Risk {number}", owner_id=person)
        subject = {"kind": "project", "id": project}
        await keep("/projects/v1/documents", subject=subject, title=f"Minutes {number}")
        await keep("/projects/v1/comments", subject=subject, text=f"Agreed {number}")
        await keep("/risk/v1/assessments", **of, rated_on=day, rating=choice.randint(1, 5))
        period = {"starts_on": "2026-11-02", "ends_on": "2027-02-26", "percent": choice.randint(1, 20)}
        await keep("/resources/v1/allocations", **of, person_id=person, **period)

    async def secrets(self, portfolio: str, person: str) -> None:
        """Confidential things: a project alone, or a programme with projects, in a portfolio that is seen."""
        for _ in range(self.noise.randint(1, 2)):
            number = self.noise.randint(100, 999)
            cost = {
                "amount": f"{self.noise.randint(1, 99_999)}.00",
                "currency": self.noise.choice(("CHF", "USD")),
            }
            members: dict[str, Any] = {"name": f"Secret {number}", "code": f"S-{len(self.world.hidden)}",
                                       "planned_cost": cost, "portfolio_id": portfolio, "manager_id": person}  # fmt: skip
            if self.noise.random() < 0.5:
                programme = await self.hide(
                    "/projects/v1/programmes",
                    name=f"Plot {number}",
                    portfolio_id=portfolio,
                    confidential=True,
                )
                project = await self.hide("/projects/v1/projects", **members, programme_id=programme)
            else:
                project = await self.hide("/projects/v1/projects", **members, confidential=True)
            await self.office.portolan.settled()
            await self.fill(project, number, self.noise, person, self.hide)


async def write(office: Office, noise: random.Random) -> World:
    """The history of SEED, with what `noise` says beside it."""
    world, choice = World(), random.Random(SEED)
    writing = Writing(office, world, noise)
    person = await writing.see(
        "person", "/resources/v1/persons", name="Anna Worker", email="worker@example.org"
    )
    portfolio = await writing.see("portfolio", "/projects/v1/portfolios", name="IT")
    await writing.see("vendor", "/finance/v1/vendors", name="Tresa AG")
    for number in range(2):
        await writing.secrets(portfolio, person)
        cost = {"amount": f"{choice.randint(1_000, 9_999)}.00", "currency": "CHF"}
        project = await writing.see(
            f"project {number}",
            "/projects/v1/projects",
            name=f"Open {number}",
            code=f"O-{number}",
            planned_cost=cost,
            portfolio_id=portfolio,
            manager_id=person,
        )
        await office.portolan.settled()

        async def keep(path: str, place: int = number, **members: Any) -> None:
            await writing.see(f"{path.rpartition('/')[2]} {place}", path, **members)

        await writing.fill(project, number, choice, person, keep)
    await writing.secrets(portfolio, person)
    await office.portolan.settled()
    return world


def addresses(portolan: Portolan, world: World) -> dict[str, str]:
    """Every address that can be read, with each thing that is seen: by a name that is the same in both worlds."""
    found_addresses: dict[str, str] = {}
    for one in portolan.running.services.values():
        for route in one.app.router.routes:
            if not isinstance(route, KernelRoute) or "GET" not in route.methods:
                continue
            path = route.path
            if path.endswith(
                (
                    "/stream",
                    "/changes",
                    "/metrics",
                    "/livez",
                    "/readyz",
                    "/version",
                    "/openapi.json",
                    "/heads",
                )
            ):
                continue
            if "by-ref" in path or "{name" in path or "{code}" in path:
                continue
            for name, id in world.visible.items() if "{" in path else (("", ""),):
                filled_path = re.sub(r"\{\w+\}", id, path)
                found_addresses[f"{path} {name}"] = filled_path
                if "{" not in path and "/v1/" in path:
                    found_addresses[f"{path} counted"] = filled_path
                    found_addresses[f"{path} searched"] = f"{filled_path}?q=e&archived=true"
    return found_addresses


async def seen_by(portolan: Portolan, client: httpx.AsyncClient, world: World) -> dict[str, tuple[int, str]]:
    """All that a caller is answered, masked."""
    answers: dict[str, tuple[int, str]] = {}
    for name, path in addresses(portolan, world).items():
        headers = {"Prefer": "return=total-count"} if name.endswith("counted") else {}
        answer = await client.get(path, headers=headers)
        answers[name] = answer.status_code, masked(answer.text)
        if path.startswith("/reporting/v1/") and answer.status_code == 200:
            past = await client.get(path, params={"as_of": "2026-11-29"})
            answers[f"{name} yesterday"] = past.status_code, masked(past.text)
    return answers


async def refuse_to_tell(portolan: Portolan, client: httpx.AsyncClient, world: World) -> None:
    """Of what is hidden each address answers what it answers of an id that never was."""
    for one in portolan.running.services.values():
        for route in one.app.router.routes:
            if isinstance(route, KernelRoute) and "GET" in route.methods and "id}" in route.path:
                unknown = await client.get(re.sub(r"\{\w+\}", NOWHERE, route.path))
                for id in world.hidden:
                    answer = await client.get(re.sub(r"\{\w+\}", id, route.path))
                    assert answer.status_code == unknown.status_code != 200, (route.path, answer.text)
                    assert masked(answer.text) == masked(unknown.text), route.path


async def streamed(portolan: Portolan, token: str, service: str, last: str) -> str:
    """What a stream from the beginning has sent by the time that `last` has come, masked."""
    sent, came = bytearray(), asyncio.Event()

    async def receive() -> Any:
        await asyncio.Event().wait()

    async def send(message: Any) -> None:
        sent.extend(message.get("body", b""))
        if last.encode() in sent:
            came.set()

    path = f"/{service}/v1/events/stream"
    scope = {"type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": b"after=0",
             "headers": [(b"authorization", f"Bearer {token}".encode())]}  # fmt: skip
    stream = asyncio.create_task(portolan.app(scope, receive, send))
    try:
        async with asyncio.timeout(20):
            await came.wait()
    finally:
        stream.cancel()
        await asyncio.wait([stream])
    return masked(sent.decode())


LAST_OF = {
    "projects": "work-packages 1",
    "finance": "contracts 1",
    "risk": "assessments 1",
    "resources": "allocations 1",
}
OUTSIDERS = ("viewer", "manager", "participant")


async def observed(portolan: Portolan, noise: int) -> dict[str, Any]:
    """What outsiders learn of a world with confidential things that follow from `noise`."""
    async with mail_server() as server:
        room = post_room(portolan, server, mail_readers="viewer")
        office = room.office
        world = await write(office, random.Random(noise))
        mails = await room.turn(later_us=10 * 86_400_000_000)
    await office.participant("anna", "viewer", "project", world.visible["project 1"])
    assert [mail.to for mail in mails] == ["worker@example.org"]
    assert mails[0].text().count("You manage the project Open") == 2
    observations: dict[str, Any] = {"mails": masked(mails[0].all_of_it)}
    for role in OUTSIDERS:
        subject = "anna" if role == "participant" else role
        client = office.caller(subject, role)
        observations[role] = await seen_by(portolan, client, world)
        await refuse_to_tell(portolan, client, world)
        for service, last in LAST_OF.items():
            token = portolan.token(role, subject)
            observations[f"{role} {service}"] = await streamed(portolan, token, service, world.visible[last])
        observations[f"{role} pages"] = await pages(portolan, subject, role, world)
    return observations


async def pages(portolan: Portolan, subject: str, role: str, world: World) -> dict[str, tuple[int, str]]:
    """What the pages show to somebody who has logged in."""
    browser = httpx.AsyncClient(
        transport=httpx.ASGITransport(portolan.app),
        base_url="http://127.0.0.1:8000",
        headers={"Accept": "text/html"},
    )
    async with browser:
        link = await portolan.running.login_link(subject, role)
        assert (await browser.get(link)).status_code == 303
        answers: dict[str, tuple[int, str]] = {}
        for name in (
            "",
            "project",
            "project?q=e",
            *(f"project/{n}" for n in world.visible),
            "portfolio/portfolio",
        ):
            kind, _, thing = name.partition("/")
            answer = await browser.get(f"/{kind}/{world.visible[thing]}" if thing else f"/{kind}")
            answers[name] = answer.status_code, masked(answer.text)
        for id in world.hidden:
            for kind in ("project", "portfolio"):
                answer = await browser.get(f"/{kind}/{id}")
                assert answer.status_code == 404, (kind, answer.status_code)
        return answers


@pytest.fixture
async def two(tmp_path: Path, fresh_stores: Path) -> AsyncIterator[tuple[Portolan, Portolan]]:
    for name in "ab":
        copytree(fresh_stores, tmp_path / name)
    async with (
        running_portolan(Settings(data=tmp_path / "a")) as first,
        running_portolan(Settings(data=tmp_path / "b")) as second,
    ):
        yield first, second


async def test_outsiders_are_answered_the_same_whatever_is_confidential(
    two: tuple[Portolan, Portolan],
) -> None:
    first, second = await observed(two[0], 1), await observed(two[1], 7)
    differing = _differences(first, second)
    assert not differing, "\n".join(map(str, differing[:8]))


def _differences(first: dict[str, Any], second: dict[str, Any]) -> list[tuple[str, str, str]]:
    """(where, what the one says, what the other says), from a little before the first sign that differs."""
    differing: list[tuple[str, str, str]] = []
    for who in first:
        ours = first[who] if isinstance(first[who], dict) else {"": (0, first[who])}
        theirs = second[who] if isinstance(second[who], dict) else {"": (0, second[who])}
        assert ours.keys() == theirs.keys()
        for name, (status, text) in ours.items():
            other_status, other = theirs[name]
            if (status, text) != (other_status, other):
                at = next((i for i, (a, b) in enumerate(zip(text, other, strict=False)) if a != b), 0)
                start = max(0, at - 80)
                differing.append(
                    (f"{who} {name} {status}/{other_status}", text[start : at + 80], other[start : at + 80])
                )
    return differing
