"""What tests stand on: a running Portolan, callers in their roles, and both databases."""

import asyncio
import signal
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from shutil import copytree, rmtree
from tempfile import mkdtemp
from time import monotonic, time
from typing import Any

import httpx
import pytest
from hypothesis import settings as hypothesis_settings

from deploy.kafka.broker import free_port
from deploy.kafka.install import installed, missing_tools, version
from deploy.keycloak import install as keycloak_install
from deploy.keycloak.server import Keycloak
from deploy.maven import NotInstallable
from services.embedded import SERVICES as ALL
from services.embedded import Embedded, embedded
from shared.base.settings import Settings
from shared.base.telemetry import LOG
from shared.http.auth import Tokens
from shared.runtime.app import ServiceApp
from shared.runtime.migrate import prepare
from shared.runtime.running import Opened, opened
from shared.runtime.service import Service
from tests.support import janitor, parallel, rotation, rules
from tests.support.applications import application_of
from tests.support.postgres import ACCIDENTS, PostgresServer, make_databases

__all__ = [
    "DEADLINE_S",
    "Callers",
    "Portolan",
    "PostgresServer",
    "make_databases",
    "running_portolan",
    "running_service",
]

pytest_plugins = ["tests.support.costs", "tests.support.limits", "tests.support.translated"]
pytest.register_assert_rewrite("tests.system.crashes")  # its assertions say what they found
DEADLINE_S = 10.0
OWN = "portolan-tests-"
KEPT_S = 2 * 86_400

# Properties are judged by what they find, not by how long a busy machine takes over one example. Each run looks at the same
# examples, so that a red run is repeated; with TESTS_PART=all they are drawn anew.
hypothesis_settings.register_profile("unhurried", deadline=None, derandomize=rotation.part() is not None)
hypothesis_settings.load_profile("unhurried")
SERVICES = [service.name for service in ALL]


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Temporary folders below one of our own: pytest's is closed to other users whenever another pytest starts, and
    the PostgreSQL of the tests, which does not run as root, then loses its data at the next checkpoint."""
    _end_in_order_when_told()
    janitor.hire()
    if config.option.basetemp is None:
        config.option.basetemp = Path(mkdtemp(prefix=OWN)) / "t"
        _remove_old(Path(config.option.basetemp).parents[1])


def _end_in_order_when_told() -> None:
    """SIGTERM ends a run as Ctrl-C does, fixtures included: brokers and databases do not outlive it."""

    def end(number: int, frame: object) -> None:
        signal.signal(signal.SIGTERM, lambda *_: None)  # told again, it goes on with what it is ending
        raise KeyboardInterrupt

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, end)


def _remove_old(temporary: Path) -> None:
    """What failed days ago nobody looks at any more."""
    for remaining in temporary.glob(f"{OWN}*"):
        with suppress(OSError):
            if time() - remaining.stat().st_mtime > KEPT_S:
                rmtree(remaining, ignore_errors=True)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--quick", action="store_true", help="only what needs no server and one database")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    rules.read_marks(items)
    if config.getoption("quick"):
        slow = [item for item in items if not parallel.is_quick(item)]
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if parallel.is_quick(item)]


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    rules.note(report)


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    parallel.end_servers(item, nextitem)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    return parallel.Scheduling(config, log) if config.getvalue("dist") == "loadscope" else None


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """What a worker's PostgreSQL suffered is told by the process that prints the summary."""
    ACCIDENTS.extend(getattr(node, "workeroutput", {}).get("accidents", []))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """What failed can be looked at; what passed leaves nothing."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["accidents"] = ACCIDENTS
    base = Path(session.config.option.basetemp).parent
    if exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED) and base.name.startswith(OWN):
        rmtree(base, ignore_errors=True)


@pytest.fixture(autouse=True, scope="session")
def _quiet() -> None:
    LOG.stream = None


class HasAColleague(httpx.Auth):
    """Whoever made or submitted something asks a colleague of the same role to decide it (four eyes)."""

    def __init__(self, own: str, colleague: str) -> None:
        self.own, self.colleague = f"Bearer {own}", f"Bearer {colleague}"
        self.decided: set[str] = set()
        """Addresses at which the colleague decided: what is sent there again is the colleague's too."""

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Only the body of a 403 is read here: any other may be a stream."""
        is_own = request.headers.get("Authorization") == self.own
        if is_own and str(request.url) in self.decided:
            request.headers["Authorization"] = self.colleague
        answer = yield request
        if is_own and answer.status_code == 403 and "four_eyes" in (await answer.aread()).decode():
            self.decided.add(str(request.url))
            request.headers["Authorization"] = self.colleague
            yield request


class Callers:
    """Clients of one application, one per role, made when first used."""

    def __init__(self, app: Any, tokens: Tokens, stack: AsyncExitStack) -> None:
        self.app = app
        self.tokens = tokens
        self._stack = stack
        self._clients: dict[str, httpx.AsyncClient] = {}

    def token(self, role: str, subject: str = "") -> str:
        assert self.tokens.local is not None
        return self.tokens.local.issue(subject or role, role, "portolan")

    def __call__(self, role: str = "director") -> httpx.AsyncClient:
        if role not in self._clients:
            token = self.token(role)
            client = httpx.AsyncClient(
                transport=httpx.ASGITransport(self.app),
                base_url="http://portolan",
                headers={"Authorization": f"Bearer {token}"},
                auth=HasAColleague(token, self.token(role, f"{role}'s colleague")),
            )
            self._stack.push_async_callback(client.aclose)
            self._clients[role] = client
        return self._clients[role]

    def anonymous(self) -> httpx.AsyncClient:
        client = httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://portolan")
        self._stack.push_async_callback(client.aclose)
        return client


class Portolan(Callers):
    """All services in one process."""

    def __init__(self, running: Embedded, stack: AsyncExitStack) -> None:
        super().__init__(running, running.tokens, stack)
        self.running = running

    def alone(self, service: str) -> httpx.AsyncClient:
        """Somebody without a token at one service's own address."""
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(self.running.services[service].app), base_url="http://alone"
        )
        self._stack.push_async_callback(client.aclose)
        return client

    async def settled(self) -> None:
        """Wait until every consumer has taken in all that its sources published, reactions to reactions included."""
        until = monotonic() + DEADLINE_S
        while not await self._is_settled():
            assert monotonic() < until, "the consumers did not catch up within the deadline"
            await asyncio.sleep(0.005)

    async def _is_settled(self) -> bool:
        for inboxes in self.running.inboxes.values():
            for inbox in inboxes:
                for source in inbox.consumer.sources:
                    one = self.running.services.get(source)
                    if one is not None and not await _caught_up(one, inbox.marks, inbox.consumer.topics):
                        return False
        return True


async def _caught_up(one: Opened, marks: Any, topics: list[str]) -> bool:
    placed = ", ".join("?" * len(topics))
    rows = await one.kernel.store.fetch(
        f"SELECT topic, partition, MAX(position) FROM outbox WHERE topic IN ({placed}) GROUP BY topic, partition",
        topics,
    )
    return all((t, p) in marks and marks[t, p].position >= last for t, p, last in rows)


@asynccontextmanager
async def running_portolan(
    settings: Settings, make_app: Callable[[Service], ServiceApp] = application_of
) -> AsyncIterator[Portolan]:
    """Everything in one process. Tests that change the applications give `create_app`, and so have their own."""
    async with embedded(settings, make_app) as app, AsyncExitStack() as stack:
        yield Portolan(app, stack)


@pytest.fixture(scope="session")
def fresh_stores(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the five stores as they are at first start: copying it is quicker than making them."""
    settings = Settings(data=tmp_path_factory.mktemp("fresh"))
    for service in ALL:
        asyncio.run(prepare(service, settings.store_url(service.name)))
    return settings.data


@pytest.fixture
async def portolan(tmp_path: Path, fresh_stores: Path) -> AsyncIterator[Portolan]:
    """Everything on SQLite in one process."""
    copytree(fresh_stores, tmp_path, dirs_exist_ok=True)
    async with running_portolan(Settings(data=tmp_path)) as system:
        yield system


@asynccontextmanager
async def running_service(service: Service, settings: Settings) -> AsyncIterator[tuple[Opened, Callers]]:
    """One service alone, with callers."""
    tokens = Tokens(settings)
    async with opened(service, settings, tokens, application_of) as one, AsyncExitStack() as stack:
        yield one, Callers(one.app, tokens, stack)


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    server = PostgresServer(tmp_path_factory)
    yield server
    server.end()


@pytest.fixture
def postgres(postgres_server: PostgresServer) -> str:
    """The URL of a PostgreSQL, without a database."""
    return postgres_server.ensure()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """Settings' `database_url` for both databases: tests that take it run on each."""
    if request.param == "sqlite":
        yield ""
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    url = server.databases()
    yield url
    server.give_back(url)


@pytest.fixture
async def everywhere(tmp_path: Path, database_url: str, fresh_stores: Path) -> AsyncIterator[Portolan]:
    """Everything in one process, once on SQLite and once on PostgreSQL."""
    if not database_url:
        copytree(fresh_stores, tmp_path, dirs_exist_ok=True)
    async with running_portolan(Settings(data=tmp_path, database_url=database_url)) as system:
        yield system


@pytest.fixture(scope="session")
def apache_kafka() -> str:
    """The version of Apache Kafka on this machine, which Maven fetches once; else a skip that says what is missing."""
    if missing := missing_tools():
        pytest.skip(f"no Apache Kafka: {' and '.join(missing)} missing")
    installed()
    return str(version())


@pytest.fixture(scope="session")
def keycloak(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Keycloak]:
    """A real issuer, for a Portolan that is to listen at its `portolan`; else a skip that says what is missing."""
    server = Keycloak(tmp_path_factory.mktemp("keycloak"), f"http://127.0.0.1:{free_port()}")
    try:
        server.start()
        yield server
    except NotInstallable as error:
        pytest.skip(f"no Keycloak: {error}")
    finally:
        server.stop()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say aloud on which broker the bus and at which issuer sign-in were tested, what befell PostgreSQL, and where a failure can be looked at."""
    for line in ACCIDENTS:
        terminalreporter.write_line(f"PostgreSQL: {line}")
    if terminalreporter.stats.get("failed") or terminalreporter.stats.get("error"):
        terminalreporter.write_line(f"temporary folders: {terminalreporter.config.option.basetemp}")
    terminalreporter.write_line(rules.summary())
    terminalreporter.write_line(rotation.summary())
    real = None if missing_tools() else version()
    terminalreporter.write_line(
        f"broker: Apache Kafka {real}" if real else "broker: the mock cluster only, no Apache Kafka"
    )
    issuer = None if missing_tools() else keycloak_install.version()
    terminalreporter.write_line(
        f"issuer: Keycloak {issuer}" if issuer else "issuer: those of the tests only, no Keycloak"
    )
