"""What a process knows of the organisation."""

import asyncio
from datetime import UTC, datetime
from typing import Any

from shared.base.ids import new_id
from shared.contracts.projects.organisation import Organisation, Profile
from shared.domain.organisation import forget_organisation, organisation_now


def document(name: str) -> str:
    at = datetime(2026, 6, 1, tzinfo=UTC)
    one = Organisation(
        id=new_id(), version=1, created_at=at, updated_at=at, name=name, profile=Profile.END_USER
    )
    return one.to_json().decode()


async def test_what_was_read_while_it_changed_is_read_again() -> None:
    """The row was read before the commit, and the answer comes after it."""
    start, answered = asyncio.Event(), asyncio.Event()
    documents = [document("Before"), document("After")]

    class Slow:
        async def fetch(self, text: str, params: Any = ()) -> list[tuple[str]]:
            row = (documents.pop(0),)
            start.set()
            await answered.wait()
            return [row]

    store: Any = Slow()
    reading = asyncio.create_task(organisation_now(store))
    await start.wait()
    forget_organisation(store)
    answered.set()
    for organisation in (await reading, await organisation_now(store)):
        assert organisation is not None
        assert organisation.name == "After"
    assert documents == []
