"""Schemathesis on every service: no 5xx, and no answer that the document does not tell.

Of a service whose document the last commit changed, all operations; of the others another tenth of the collections each day.
"""

import pytest

from services.contracts import DOCS
from services.embedded import SERVICES
from tests.support.rotation import changed, turn
from tests.system.exploring import check, documented
from tests.system.walking import Everything

EXAMPLES = 5
"""Generated requests an operation; `make chaos` sends more, and those at the limits of every member."""


@pytest.mark.parametrize("service", [service.name for service in SERVICES])
async def test_every_answer_is_one_that_the_document_tells(service: str, everything: Everything) -> None:
    ids = documented(service)
    if not changed(DOCS / "openapi" / f"{service}.json"):
        collections = turn(sorted(set(ids.values())), str)
        ids = {id: collection for id, collection in ids.items() if collection in collections}
    if ids:
        await check(everything, service, list(ids), EXAMPLES, boundaries=False)
