"""The methods that Portolan comes with, a file each, and how an instance gets them.

A service that starts makes those that it has never had, published. One that somebody archived or deprecated stays so.
"""

import tomllib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from services.projects.methods.method.api import METHODS_KNOWN
from shared.base.clock import to_micros
from shared.base.ids import new_id_text
from shared.contracts.language import Fact, plain
from shared.contracts.projects.methods import Method, MethodPublished, MethodState
from shared.domain.history import SHIPPED_BY, PastVersion, write
from shared.domain.kernel import Kernel
from shared.domain.work import Work
from shared.store import StaleVersion, UniqueTaken
from shared.store.outbox import Origin

HERE = Path(__file__).parent
SHIPPED_AT = datetime(2024, 1, 1, tzinfo=UTC)
"""Since when every instance has them: each has the same versions of them, so that a history that is read in finds them there."""
TEXTS = ("name", "goal", "note", "source")


def members_of(path: Path) -> dict[str, Any]:
    """A file as the members of a method: texts by language become lists."""
    return dict(_as_members(tomllib.loads(path.read_text("utf-8"))))


def _as_members(one: Any) -> Any:
    if isinstance(one, list):
        return [_as_members(part) for part in one]
    if not isinstance(one, dict):
        return one
    return {name: _texts(value) if name in TEXTS else _as_members(value) for name, value in one.items()}


def _texts(by_language: dict[str, str]) -> list[dict[str, str]]:
    return [{"language": language, "text": text} for language, text in by_language.items()]


def files() -> list[Path]:
    return sorted(HERE.glob("*.toml"))


def ids() -> dict[str, UUID]:
    """Name of the file -> the id that the method has in every instance."""
    return {path.stem: UUID(tomllib.loads(path.read_text("utf-8"))["id"]) for path in files()}


async def ship(kernel: Kernel) -> int:
    """Make and publish what the instance has never had; answers how many methods that were."""
    rows = await kernel.store.fetch(
        f"SELECT id FROM {METHODS_KNOWN.mirror.name} WHERE id IN ({', '.join('?' * len(ids()))})",
        tuple(str(id) for id in ids().values()),
    )
    there = {row[0] for row in rows}
    new = [one for one in map(members_of, files()) if one["id"] not in there]
    for one in new:
        work = _work(kernel)
        await _publish(work, one)
        try:
            await work.commit()
        except (StaleVersion, UniqueTaken):  # another replica that starts was first
            continue
    return len(new)


def _work(kernel: Kernel) -> Work:
    origin = Origin(kernel.source, "system", SHIPPED_BY, new_id_text())
    return Work(
        kernel.store,
        kernel.mirrors,
        origin,
        scopes=frozenset({"projects.write", "projects.decide"}),
        settings=kernel.settings,
        watch=kernel.watch,
    )


async def _publish(work: Work, members: dict[str, Any]) -> None:
    """It is told as made and then as published, as if somebody had done it at `SHIPPED_AT`."""
    draft = _as_made(members)
    await METHODS_KNOWN.check(work, draft)
    published = draft.model_copy(update={"version": 2, "state": MethodState.PUBLISHED})
    await _write(work, draft, plain(Method, "created"), [*vars(draft)], None)
    await _write(work, published, MethodPublished(), ["state"], draft)


async def _write(
    work: Work, method: Method, fact: Fact, changed: Sequence[str], before: Method | None
) -> None:
    past = PastVersion(METHODS_KNOWN, method, fact, changed, to_micros(SHIPPED_AT), work.origin, login="")
    await write(work, past, before)


def _as_made(members: dict[str, Any]) -> Method:
    at = SHIPPED_AT.isoformat()
    return Method.model_validate(members | {"version": 1, "created_at": at, "updated_at": at})


def shipped() -> Iterator[Method]:
    """The methods as they are shipped, without an instance."""
    return (_as_made(members_of(path)) for path in files())
