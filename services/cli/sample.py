"""The sample portfolio, loaded into an empty instance through the public API, chapter by chapter."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import httpx

from sample.chapters import chapters
from sample.people import LOGINS, Login
from sample.telling import REVISE, Chapter, Move, Put, Ref, method, person
from services.embedded import Embedded
from services.imports.findings import Finding, Findings
from services.imports.upserts import ImportFailed, Sender, Stage, Upsert
from shared.base.clock import now
from shared.runtime.running import begin

SOURCE = "sample"
WAITED_S = 20.0
SUPERSEDED = "schedule_superseded"
"""Why a run of a plan failed where one that another project caused was first: it is run again."""
MERGE_PATCH = "application/merge-patch+json"
AT_BIRTH = ("stage", "state", "commitment")
"""Members that are given once; later they change by moves alone."""
FILLED_FIRST = (
    "projects/v1/portfolios",
    "projects/v1/projects",
    "resources/v1/persons",
    "finance/v1/vendors",
)
REACTING = ("resources/v1/persons", "finance/v1/vendors", "risk/v1/risks")
"""A collection of each service that consumes events of projects."""


async def load_sample(app: Embedded) -> list[Finding] | None:
    """Load it, and answer what was refused; None where the instance is not empty or has no own issuer."""
    if app.tokens.local is None:
        return None
    for one in app.services.values():
        await begin(one)  # the sample names what Portolan comes with
    token = app.tokens.local.issue("import:sample", "service", app.settings.audience, timedelta(minutes=10))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://portolan",
        headers={"Authorization": f"Bearer {token}"}, timeout=60,
    ) as client:  # fmt: skip
        if not await _is_empty(client):
            return None
        today = now().astimezone(app.settings.zone).date()
        tokens = {
            key: app.tokens.local.issue(one.subject, one.role, app.settings.audience, timedelta(minutes=10))
            for key, one in LOGINS.items()
        }
        findings = await tell(client, chapters(today), today, tokens)
        for login in (one for one in LOGINS.values() if one.language):
            token = app.tokens.local.issue(
                login.subject, login.role, app.settings.audience, timedelta(minutes=10)
            )
            await _choose_language(client, token, login)
        return findings


async def _choose_language(client: httpx.AsyncClient, token: str, login: Login) -> None:
    """As the person of a login chooses it, once the login is known where mails are made."""
    headers = {"Authorization": f"Bearer {token}"}
    async with asyncio.timeout(WAITED_S):
        while True:
            choice = {"cadence": "daily", "language": login.language}
            answer = await client.put("/reporting/v1/me/mail", json=choice, headers=headers)
            if answer.is_success:
                return
            await asyncio.sleep(0.1)


async def _is_empty(client: httpx.AsyncClient) -> bool:
    for collection in FILLED_FIRST:
        answer = await client.get(f"/{collection}?limit=1&archived=true")
        answer.raise_for_status()
        if answer.json()["items"]:
            return False
    return True


async def tell(
    client: httpx.AsyncClient, chapters: list[Chapter], today: date, tokens: Mapping[str, str]
) -> list[Finding]:
    """Each chapter dated to its day; the last one is now. `tokens` are those of persons who act themselves, by their keys."""
    teller = Teller(client, tokens)
    await teller.know_methods()
    for chapter in chapters:
        client.headers.pop("Portolan-Effective-At", None)
        if chapter.days_ago:
            client.headers["Portolan-Effective-At"] = (today - timedelta(days=chapter.days_ago)).isoformat()
        await teller.tell(chapter)
    return teller.findings.items


@dataclass
class Teller:
    """Puts and moves of one sample; remembers how all looks, so that a later put may name what changed."""

    client: httpx.AsyncClient
    tokens: Mapping[str, str]
    findings: Findings = field(default_factory=Findings)
    standing: dict[Ref, dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.sender = Sender(self.client, SOURCE, self.findings)

    async def know_methods(self) -> None:
        """Those that the instance came with, by their titles."""
        answer = await self.client.get("/projects/v1/methods?limit=100")
        self.sender.ids.update((method(one["title"]), one["id"]) for one in answer.json()["items"])

    async def tell(self, chapter: Chapter) -> None:
        for stage in self._stages(chapter):
            await self.sender.send(stage)
        positions = [await self._move(chapter, move) for move in chapter.moves]
        await self._until_told(positions)

    def _stages(self, chapter: Chapter) -> Iterator[Stage]:
        """Batches of one collection, in order; an item that refers to another of the same batch begins the
        next one."""
        batch: list[Upsert] = []
        collection = ""
        for number, put in enumerate(chapter.puts, 1):
            upsert = self._upsert(chapter, number, put)
            within = {(collection, u.key) for u in batch}
            if batch and (put.what.collection != collection or within & set(upsert.parents.values())):
                yield Stage(collection, collection, batch)
                batch = []
            collection = put.what.collection
            batch.append(upsert)
        if batch:
            yield Stage(collection, collection, batch)

    def _upsert(self, chapter: Chapter, number: int, put: Put) -> Upsert:
        before = self.standing.get(put.what, {})
        members = {k: v for k, v in before.items() if k not in AT_BIRTH} | dict(put.body)
        self.standing[put.what] = members
        return Upsert(
            key=put.what.key,
            body={k: self._with_ids(v) for k, v in members.items() if not isinstance(v, Ref)},
            file=chapter.title,
            line=number,
            parents={k: v for k, v in members.items() if isinstance(v, Ref)},
        )

    def _with_ids(self, value: Any) -> Any:
        """What is within a list is there since an earlier chapter: its id stands in its place."""
        match value:
            case Ref():
                return self.sender.ids[value]
            case dict():
                return {name: self._with_ids(one) for name, one in value.items()}
            case list():
                return [self._with_ids(one) for one in value]
            case _:
                return value

    async def _move(self, chapter: Chapter, move: Move) -> str:
        """Make the move on the version that stands, and answer its position."""
        url = f"/{move.what.collection}/{self.sender.ids[move.what]}"
        if move.is_asked:
            url = await self._approval(move)
        elif move.among:
            url = await self._one_among(move)
        standing = await self.client.get(url)
        body = self._with_ids(dict(move.body)) | {name: standing.json()[name] for name in move.reads}
        headers = {"If-Match": standing.headers["ETag"]}
        if move.by:
            headers["Authorization"] = f"Bearer {self.tokens[move.by]}"
        answer = await self._sent(move.verb, url, body, headers)
        if move.by and answer.status_code == 403:  # the login is not known everywhere yet
            await asyncio.sleep(1)
            answer = await self._sent(move.verb, url, body, headers)
        problem = {} if answer.is_success else answer.json()
        while answer.status_code == 202:
            problem = await self._problem_of(answer.headers["Location"])
            if problem.get("code") != SUPERSEDED:
                break
            answer = await self._sent(move.verb, url, body, headers)
        if problem:
            reason = f"{move.verb}: {problem['detail']}"
            self.findings.add(chapter.title, 0, "refused", reason, "not moved", move.what.key)
        position: str = answer.headers.get("Portolan-Position", "")
        return position

    async def _approval(self, move: Move) -> str:
        """What the paper asks of the person by whom the move is made."""
        query = {"paper_id": self.sender.ids[move.what], "approver_id": self.sender.ids[person(move.by)]}
        answer = await self.client.get("/projects/v1/approvals", params=query | {"state": "requested"})
        [approval] = answer.json()["items"]
        return f"/projects/v1/approvals/{approval['id']}"

    async def _one_among(self, move: Move) -> str:
        """The one that the project has by itself; it may be on its way."""
        query = {"project_id": self.sender.ids[move.what], "limit": "100"}
        async with asyncio.timeout(WAITED_S):
            while True:
                answer = await self.client.get(f"/{move.among}", params=query)
                for one in answer.json()["items"]:
                    if move.having.items() <= one.items():
                        return f"/{move.among}/{one['id']}"
                await asyncio.sleep(0.1)

    async def _problem_of(self, operation: str) -> dict[str, Any]:
        """Why an operation failed, once it has ended; nothing where it succeeded."""
        async with asyncio.timeout(WAITED_S):
            while (one := (await self.client.get(operation)).json())["state"] in ("queued", "running"):  # noqa: ASYNC110 a worker computes it
                await asyncio.sleep(0.05)
        return dict(one.get("problem") or {})

    async def _sent(
        self, verb: str, url: str, body: dict[str, Any], headers: dict[str, str]
    ) -> httpx.Response:
        if verb == REVISE:
            return await self.client.patch(url, json=body, headers=headers | {"Content-Type": MERGE_PATCH})
        return await self.client.post(f"{url}/{verb}", json=body, headers=headers)

    async def _until_told(self, positions: list[str]) -> None:
        """Wait until the services that react to these moves took them in: the next chapter builds on them."""
        for position in filter(None, positions):
            for collection in REACTING:
                answer = await self.client.get(f"/{collection}?limit=1", headers={"Portolan-After": position})
                if answer.is_error:
                    raise ImportFailed(
                        f"{collection}: {answer.status_code} while waiting for the events to be applied"
                    )
