"""Schemathesis on every service: no 5xx, and no answer that the document does not tell.

Of a service whose document the last commit changed, all operations; of the others another tenth of the collections each day.
"""

import pytest

from services.contracts import DOCS
from services.embedded import SERVICES
from tests.support.rotation import changed, turn
from tests.system.exploring import check, documented, groups
from tests.system.walking import Everything

EXAMPLES = 5
"""Generated requests an operation; `make chaos` sends more, and those at the limits of every member."""


def today(service: str) -> list[str]:
    """The collections whose turn it is."""
    collections = sorted(set(documented(service).values()))
    is_changed = changed(DOCS / "openapi" / f"{service}.json")
    return collections if is_changed else turn(collections, str)


GROUPS = [(one.name, group) for one in SERVICES for group in groups(one.name, today(one.name))]


@pytest.mark.parametrize(("service", "operations"), GROUPS, ids=[f"{name}-{ids[0]}" for name, ids in GROUPS])
async def test_every_answer_is_one_that_the_document_tells(
    service: str, operations: list[str], everything: Everything
) -> None:
    await check(everything, service, operations, EXAMPLES, boundaries=False)
