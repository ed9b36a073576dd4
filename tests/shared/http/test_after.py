"""`Portolan-After`: a read waits until what was written is folded here, and says when it is not."""

import base64
from pathlib import Path

import pytest

from services.projects.service import SERVICE as PROJECTS_SERVICE
from services.reporting.service import SERVICE as REPORTING
from shared.base.settings import Settings
from shared.http import after
from shared.http.auth import Tokens
from shared.runtime.running import embedded_bus, listening, opened
from tests.conftest import Callers, Portolan
from tests.shared.conftest import PROJECTS

SHEETS = "/reporting/v1/projects"


async def test_a_dashboard_shows_what_was_just_written(everywhere: Portolan) -> None:
    client = everywhere("director")
    for n in range(5):
        response = await client.post(PROJECTS, json={"name": f"P{n}"})
        position = response.headers["portolan-position"]
        shown = await client.get(f"{SHEETS}/{response.json()['id']}", headers={"Portolan-After": position})
        assert (shown.status_code, shown.json()["project"]["name"]) == (200, f"P{n}")


async def test_what_is_not_folded_in_time_answers_504(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Projects writes, and reporting does not listen yet: the wait ends, and succeeds once it listens."""
    from contextlib import AsyncExitStack

    monkeypatch.setattr(after, "WAIT_S", 0.05)
    settings = Settings(data=tmp_path)
    tokens = Tokens(settings)
    async with (
        opened(PROJECTS_SERVICE, settings, tokens) as projects,
        opened(REPORTING, settings, tokens) as reporting,
        AsyncExitStack() as stack,
    ):
        writing, reading = Callers(projects.app, tokens, stack)(), Callers(reporting.app, tokens, stack)()
        consumer, *_ = REPORTING.consumers
        reporting.kernel.listening[consumer.name] = consumer.topics
        response = await writing.post(PROJECTS, json={"name": "X"})
        position = {"Portolan-After": response.headers["portolan-position"]}
        late = await reading.get(f"{SHEETS}/{response.json()['id']}", headers=position)
        assert (late.status_code, late.json()["code"]) == (504, "not_folded_yet")
        monkeypatch.setattr(after, "WAIT_S", 10.0)
        bus = embedded_bus({"projects": projects.kernel.store})
        async with listening(reporting, bus):
            shown = await reading.get(f"{SHEETS}/{response.json()['id']}", headers=position)
        assert shown.status_code == 200


def token(plain: str) -> str:
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


GARBAGE = {
    "no base64": "%%%",
    "not ASCII": "\xe9",
    "nothing": "",
    "no JSON": token("x"),
    "a number": token("5"),
    "too short": token("[1]"),
    "a text for places": token('[1, "abc"]'),
    "an endless epoch": token("[1e999, []]"),
    "infinity": token("[Infinity, []]"),
    "NaN": token('[1, [["t", 0, NaN]]]'),
    "deep": token("[" * 20_000),
    "a huge number": token(f'[1, [["t", 0, {"9" * 3000}]]]'),
}


@pytest.mark.parametrize("sent", GARBAGE.values(), ids=GARBAGE)
async def test_a_position_that_cannot_be_read_answers_400(portolan: Portolan, sent: str) -> None:
    answer = await portolan("viewer").get(SHEETS, headers={"Portolan-After": sent.encode("latin-1")})  # type: ignore[dict-item]
    assert (answer.status_code, answer.json()["errors"][0]["header"]) == (400, "Portolan-After")
