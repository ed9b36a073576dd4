"""What tests of quality start from: an active project, a maker, an acceptor, and a deliverable that is brought to review."""

from typing import Any

import httpx

from tests.conftest import Portolan
from tests.support.given import PERSONS, Story

DELIVERABLES, ACCEPTANCES = "projects/v1/deliverables", "projects/v1/acceptances"
RELEASE = {"ref": "Release 1.0"}


class Delivery(Story):
    """Somebody who delivers; their colleague judges."""

    project_id = acceptor = maker = ""

    @classmethod
    async def begin(cls, portolan: Portolan) -> "Delivery":
        delivery = cls(portolan)
        delivery.acceptor = str((await delivery.make(PERSONS, name="Anna Acceptor"))["id"])
        delivery.maker = str((await delivery.make(PERSONS, name="Max Maker"))["id"])
        delivery.project_id = str((await delivery.project("approve", "activate"))["id"])
        return delivery

    async def deliverable(self, **members: Any) -> str:
        """One that is planned."""
        planned = await self.make(
            DELIVERABLES, **({"project_id": self.project_id, "name": "Interface"} | members)
        )
        return str(planned["id"])

    async def submitted(self, deliverable: str, document: dict[str, str] | None = None) -> dict[str, Any]:
        """Handed over and in review."""
        await self.move(DELIVERABLES, deliverable, "submit", document=document or RELEASE)
        return await self.move(DELIVERABLES, deliverable, "review")

    async def in_review(self, **members: Any) -> str:
        deliverable = await self.deliverable(**members)
        await self.submitted(deliverable)
        return deliverable

    async def judge(self, deliverable: str, verdict: str, **members: Any) -> httpx.Response:
        """By the acceptor, under another login than that of who submitted."""
        body = {
            "project_id": self.project_id, "deliverable_id": deliverable, "verdict": verdict,
            "accepted_by_id": self.acceptor, "accepted_on": "2026-06-01",
        } | members  # fmt: skip
        return await self.create(ACCEPTANCES, **body)

    async def judged(self, deliverable: str, verdict: str, **members: Any) -> dict[str, Any]:
        answer = await self.judge(deliverable, verdict, **members)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def state(self, deliverable: str) -> str:
        return str((await self.read(f"{DELIVERABLES}/{deliverable}"))["state"])


def reserved(*classes: str) -> list[dict[str, str]]:
    """Reservations of these classes, to be set right by the end of June."""
    return [
        {"text": f"Defect {n}", "class": name, "due_on": "2026-06-30"} for n, name in enumerate(classes, 1)
    ]


def code_of(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]
