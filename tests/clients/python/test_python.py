"""openapi-generator makes a Python client of every document; it is imported, and gets through a story."""

import importlib
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from services.contracts import DOCS
from tests.system.running import EmbeddedProcess, token_of

VERSION = "7.14.0"
ARTIFACT = "org.openapitools:openapi-generator-cli"
QUICKLY = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
"""A machine that runs for seconds is not worth compiling for."""
BUILT = Path(__file__).parents[3] / "build"
SERVICES = sorted(path.stem for path in (DOCS / "openapi").glob("*.json"))

pytestmark = pytest.mark.skipif(
    not (shutil.which("java") and shutil.which("mvn")),
    reason="java or mvn is not there: no Python client was generated",
)


def _run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


@pytest.fixture(scope="module")
def generator() -> Path:
    """The generator, fetched once by Maven; skips where it cannot be fetched."""
    jar = BUILT / f"openapi-generator-cli-{VERSION}.jar"
    if not jar.exists():
        wanted = (f"-Dartifact={ARTIFACT}:{VERSION}:jar", f"-DoutputDirectory={BUILT}")
        done = _run("mvn", "-q", "dependency:copy", *wanted)
        if done.returncode:
            pytest.skip(f"Maven could not fetch the generator: {done.stdout[-300:]}")
    return jar


@pytest.fixture(scope="module")
def generated(generator: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the package `portolan_<service>` of each service; one Java machine makes them all.

    One after the other: on two threads the generator once wrote the operations of one service into the package of another.
    """
    folder = tmp_path_factory.mktemp("python")
    wanted = []
    for service in SERVICES:
        config = {
            "generatorName": "python",
            "inputSpec": str(DOCS / "openapi" / f"{service}.json"),
            "outputDir": str(folder),
            "additionalProperties": {"packageName": f"portolan_{service}"},
        }
        wanted.append(folder / f"{service}.json")
        wanted[-1].write_text(json.dumps(config))
    done = _run("java", *QUICKLY, "-jar", str(generator), "batch", "--threads", "1", *map(str, wanted))
    assert done.returncode == 0, done.stdout[-500:] + done.stderr[-500:]
    return folder


@pytest.fixture
def client(generated: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    pytest.importorskip("dateutil", reason="python-dateutil is not there: no generated client was imported")
    monkeypatch.syspath_prepend(str(generated))
    packages = {service: importlib.import_module(f"portolan_{service}") for service in SERVICES}
    yield packages
    for name in [name for name in sys.modules if name.startswith("portolan_")]:
        del sys.modules[name]


def test_no_model_is_named_by_a_number(generated: Path) -> None:
    """A generator numbers what it finds under one name twice, and what has no name."""
    for service in SERVICES:
        models = [path.stem for path in (generated / f"portolan_{service}" / "models").glob("*.py")]
        assert len(models) > 10
        assert [name for name in models if name[-1].isdigit() or "200" in name or "_inner" in name] == []


def test_a_generated_client_gets_through_a_story(client: dict[str, Any], tmp_path: Path) -> None:
    process = EmbeddedProcess(tmp_path / "data")
    process.start()
    try:
        tell(client, process.url, token_of(process.data))
    finally:
        process.end()


def tell(client: dict[str, Any], url: str, token: str) -> None:
    def api(service: str, name: str) -> Any:
        package = client[service]
        configuration = package.Configuration(host=url, access_token=token)
        return getattr(package, name)(package.ApiClient(configuration))

    package, projects = client["projects"], api("projects", "ProjectsApi")
    created = projects.projects_create(package.ProjectCreate(name="ERP"))
    assert (created.name, created.stage, created.planned_cost) == ("ERP", "proposed", None)
    money = package.Money(amount="1234.50", currency="CHF")
    patch = package.ProjectRevise(planned_cost=money, phase="Design")
    revised = projects.projects_revise('"1"', created.id, patch)
    assert revised.planned_cost.amount == "1234.50"
    again = projects.projects_revise('"2"', created.id, package.ProjectRevise(name="ERP 2"))
    assert (again.name, again.phase) == ("ERP 2", "Design"), "what a patch does not name stays as it is"
    with pytest.raises(package.exceptions.ApiException) as stale:
        projects.projects_revise('"1"', created.id, patch)
    assert stale.value.status == 412
    assert package.Problem.from_json(stale.value.body).code == "precondition_failed"
    items = [package.ProjectBatchItem(package.ProjectCreate(name=name)) for name in ("CRM", "Payroll")]
    batch = package.ProjectBatch(items=items)
    assert [item.status for item in projects.projects_batch("a-key", batch).items] == [201, 201]
    page = projects.projects_list(limit=2, stage=["proposed"], sort="name")
    assert len(page.items) == 2
    assert page.next
    people = api("resources", "PersonsApi")
    assert people.persons_create(client["resources"].PersonCreate(name="Mara Keller")).weekly_hours == 40
    overview = api("reporting", "ProjectsApi").reporting_projects()
    assert len(overview.items) <= 3
