"""Schemathesis on every service: no 5xx, and no answer that the document does not tell.

Of a service whose document the last commit changed, all operations; of the others another tenth of the collections each day.
"""

from collections.abc import Iterator

import pytest

from services.contracts import DOCS
from services.embedded import SERVICES
from tests.support.rotation import changed, turn
from tests.system.exploring import check, documented
from tests.system.walking import Everything

EXAMPLES = 5
"""Generated requests an operation; `make chaos` sends more, and those at the limits of every member."""
TOGETHER = 30
"""Operations of a test, about: a service grows, and a test must not."""


def groups() -> Iterator[tuple[str, list[str]]]:
    """(service, operations of some collections whose turn it is): sequences go along the links within a group."""
    for service in (service.name for service in SERVICES):
        by_collection: dict[str, list[str]] = {}
        for id, collection in documented(service).items():
            by_collection.setdefault(collection, []).append(id)
        names = sorted(by_collection)
        if not changed(DOCS / "openapi" / f"{service}.json"):
            names = turn(names, str)
        group: list[str] = []
        for name in names:
            group += by_collection[name]
            if len(group) >= TOGETHER:
                yield service, group
                group = []
        if group:
            yield service, group


GROUPS = [*groups()]


@pytest.mark.parametrize(("service", "operations"), GROUPS, ids=[f"{name}-{ids[0]}" for name, ids in GROUPS])
async def test_every_answer_is_one_that_the_document_tells(
    service: str, operations: list[str], everything: Everything
) -> None:
    await check(everything, service, operations, EXAMPLES, boundaries=False)
