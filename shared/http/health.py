"""Health, metrics and version: what operations ask of each service, without a token."""

import json
from contextlib import suppress

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from shared.base.errors import Unavailable
from shared.base.version import VERSION
from shared.http.call import Answer, Call
from shared.http.routes import Routes
from shared.store import Damaged, Unreachable

_STATUS = {
    "title": "Status",
    "type": "object",
    "required": ["status"],
    "properties": {"status": {"type": "string", "description": "How the process is: `alive`, or `ready`."}},
}
_VERSION = {
    "title": "Version",
    "type": "object",
    "required": ["service", "version"],
    "properties": {
        "service": {"type": "string", "description": "The name of the service."},
        "version": {"type": "string", "description": "The version that runs."},
    },
}


def routes(service: str) -> Routes:
    routes = Routes(
        service, "Health", names_service=True, about="Probes, metrics and version; without a token."
    )

    @routes.get("/livez", public=True, schema=_STATUS)
    async def livez(call: Call) -> Answer:
        """The process runs."""
        return Answer(200, b'{"status":"alive"}')

    @routes.get("/readyz", public=True, schema=_STATUS)
    async def readyz(call: Call) -> Answer:
        """Ready for requests."""
        kernel = call.kernel
        missing = [reason for check in kernel.ready if (reason := check())]
        missing += [task.down for task in (*kernel.tasks, *kernel.store.tasks) if task.down]
        try:
            await kernel.store.ping()
        except Damaged as damaged:
            missing.append(str(damaged))
        except Unreachable:
            missing.append("the database does not answer")
        if missing:
            raise Unavailable(
                "; ".join(dict.fromkeys(missing)), code="not_ready", headers={"Retry-After": "1"}
            )
        return Answer(200, b'{"status":"ready"}')

    @routes.get("/metrics", public=True, schema={"type": "string"}, produces=("text/plain",))
    async def metrics(call: Call) -> Answer:
        """Prometheus metrics."""
        with suppress(Unreachable):  # what was counted last is shown while the store is away
            for inbox in call.kernel.inboxes.values():
                await inbox.count_letters()
        return Answer(200, generate_latest(), media_type=CONTENT_TYPE_LATEST)

    @routes.get("/version", public=True, schema=_VERSION)
    async def version(call: Call) -> Answer:
        """The version that runs."""
        return Answer(200, json.dumps({"service": service, "version": VERSION}).encode())

    return routes
