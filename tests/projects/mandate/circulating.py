"""Persons with logins of their own who write papers and decide them."""

from collections.abc import Sequence
from typing import Any

import httpx

from tests.access.conftest import Office
from tests.conftest import Portolan

PAPERS, APPROVALS = "/projects/v1/decision-papers", "/projects/v1/approvals"
DECISIONS, ACTIONS = "/projects/v1/decisions", "/projects/v1/actions"
OPTIONS = [{"name": "Buy"}, {"name": "Build"}]
AUTHOR = "author"
"""Who writes and circulates the papers, if nobody else is named."""


class Round:
    """A project on which papers are decided, and the persons who do it, by the subjects of their logins."""

    def __init__(self, portolan: Portolan) -> None:
        self.portolan = portolan
        self.office = Office(portolan)
        self.people: dict[str, httpx.AsyncClient] = {}
        self.ids: dict[str, str] = {}
        self.project = ""

    async def gather(self, *subjects: str, role: str = "member") -> None:
        """Somebody who writes, and others who are asked; all known to the projects service."""
        if not self.project:
            self.project = str((await self.office.project("ERP"))["id"])
            await self._arrive(AUTHOR, "manager")
        for subject in subjects:
            await self._arrive(subject, role)
        await self.portolan.settled()

    async def _arrive(self, subject: str, role: str) -> None:
        self.ids[subject] = await self.office.person(subject.title(), subject)
        self.people[subject] = self.office.caller(subject, role)

    async def paper(self, need: int, of: Sequence[str], by: str = AUTHOR, **members: Any) -> str:
        """The address of a draft."""
        body: dict[str, Any] = {
            "project_id": self.project,
            "title": "Which ERP?",
            "question": "Which of the two?",
            "options": OPTIONS,
            "recommendation": "Buy it.",
            "approvers": {"need": need, "of": [self.ids[one] for one in of]},
        }
        answer = await self.people[by].post(PAPERS, json=body | members)
        assert answer.status_code == 201, answer.text
        return f"{PAPERS}/{answer.json()['id']}"

    async def circulated(self, need: int, of: Sequence[str], **members: Any) -> str:
        path = await self.paper(need, of, **members)
        await self.done(path, "circulate")
        return path

    async def read(self, path: str, **query: str) -> dict[str, Any]:
        answer = await self.office.director.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def items(self, path: str, **query: str) -> list[dict[str, Any]]:
        return list((await self.read(path, **query))["items"])

    async def act(self, path: str, verb: str, by: str = AUTHOR, **body: Any) -> httpx.Response:
        headers = {"If-Match": f'"{(await self.read(path))["version"]}"'}
        return await self.people[by].post(f"{path}/{verb}", json=body, headers=headers)

    async def done(self, path: str, verb: str, by: str = AUTHOR, **body: Any) -> dict[str, Any]:
        answer = await self.act(path, verb, by, **body)
        assert answer.status_code == 200, (verb, answer.text)
        return dict(answer.json())

    async def approvals(self, path: str) -> list[dict[str, Any]]:
        """Of the round that runs, in the order in which they were made."""
        paper = await self.read(path)
        all_rounds = await self.items(APPROVALS, paper_id=paper["id"], sort="created_at", limit="200")
        return [one for one in all_rounds if one["round"] == paper["round"]]

    async def approval_of(self, path: str, subject: str) -> str:
        """The address of the approval that a person is asked for."""
        [approval] = [one for one in await self.approvals(path) if one["approver_id"] == self.ids[subject]]
        return f"{APPROVALS}/{approval['id']}"

    async def answer(self, path: str, subject: str, verb: str, by: str = "", **body: Any) -> httpx.Response:
        """What comes where a person answers; `by` somebody else in their place."""
        if "to" in body:
            body["to"] = self.ids[body["to"]]
        return await self.act(await self.approval_of(path, subject), verb, by or subject, **body)

    async def answered(self, path: str, subject: str, verb: str, **body: Any) -> dict[str, Any]:
        """The paper after somebody has answered."""
        answer = await self.answer(path, subject, verb, **body)
        assert answer.status_code == 200, (subject, verb, answer.text)
        return await self.read(path)


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]
