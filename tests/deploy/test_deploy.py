"""What is deployed is what there is: the files under deploy/ name only services, settings, routes and metrics that exist."""

import json
import re
import shlex
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from prometheus_client.metrics import MetricWrapperBase
from prometheus_client.metrics_core import Metric

from services.embedded import SERVICES
from shared.base import telemetry
from shared.base.settings import Settings
from shared.http.problems import Problem
from shared.runtime.app import create_app

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
NAMES = [service.name for service in SERVICES]
PORT = 8000
OTHERS_METRICS = {"up"}
"""Metrics that Prometheus makes itself."""


def documents(path: Path) -> list[Any]:
    return list(yaml.safe_load_all(path.read_text()))


@cache
def compose() -> dict[str, Any]:
    description: dict[str, Any] = documents(ROOT / "docker-compose.yml")[0]
    return description


@cache
def routes() -> frozenset[str]:
    return frozenset(
        getattr(route, "path", "") for service in SERVICES for route in create_app(service).router.routes
    )


def service_patch(name: str) -> dict[str, Any]:
    """Path in the Deployment -> what base/<service> puts there."""
    kustomization = documents(DEPLOY / "k8s/base" / name / "kustomization.yaml")[0]
    (patch,) = kustomization["patches"]
    return {
        one["path"].removeprefix("/spec/template/"): one["value"] for one in yaml.safe_load(patch["patch"])
    }


def kustomizations() -> list[Path]:
    return sorted(DEPLOY.rglob("kustomization.yaml"))


def literals() -> dict[str, str]:
    """What the kustomizations put into the settings."""
    result: dict[str, str] = {}
    for path in kustomizations():
        for generator in documents(path)[0].get("configMapGenerator", ()):
            result |= dict(one.split("=", 1) for one in generator.get("literals", ()))
    return result


def dockerfile() -> list[tuple[str, str]]:
    """(instruction, arguments), continued lines joined."""
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(line.split(maxsplit=1)[0], line.split(maxsplit=1)[1]) for line in lines]


@pytest.mark.parametrize(
    "path", [p for p in DEPLOY.rglob("*") if p.suffix in (".yaml", ".yml", ".json")], ids=lambda p: p.name
)
def test_every_file_can_be_read(path: Path) -> None:
    read = [json.loads(path.read_text())] if path.suffix == ".json" else documents(path)
    assert read
    assert all(isinstance(document, dict) for document in read)


def test_every_variable_is_a_setting() -> None:
    by_key = {f"PORTOLAN_{name.upper()}" for name in Settings.model_fields}
    files = [
        ROOT / "Dockerfile",
        ROOT / "docker-compose.yml",
        ROOT / "docker-compose.kafka.yml",
        *(p for p in DEPLOY.rglob("*") if p.suffix in (".yaml", ".yml")),
    ]
    named = {name for file in files for name in re.findall(r"PORTOLAN_[A-Z_]+", file.read_text())}
    assert {"PORTOLAN_DATABASE_URL", "PORTOLAN_BUS_URL", "PORTOLAN_FEEDS"} <= named
    assert named <= by_key, "rename them here too, or take them out"


@pytest.mark.parametrize("environment", ["compose", "kubernetes"])
def test_the_settings_are_accepted_and_name_a_feed_of_every_service(environment: str) -> None:
    values = compose()["x-service"]["environment"] if environment == "compose" else literals()
    settings = Settings(**{name.removeprefix("PORTOLAN_").lower(): value for name, value in values.items()})
    prefix = "" if environment == "compose" else "portolan-"
    assert settings.feeds == {name: f"http://{prefix}{name}:{PORT}" for name in NAMES}
    assert (settings.host, settings.port) == ("0.0.0.0", PORT)
    assert settings.bus_url.startswith("kafka://")


def test_compose_runs_every_service_from_the_one_image_and_asks_it_whether_it_is_ready() -> None:
    for name in NAMES:
        service = compose()["services"][name]
        assert service["image"] == compose()["x-service"]["image"]
        assert service["environment"] == compose()["x-service"]["environment"]
        assert service["command"] == ["python", "-m", f"services.{name}"]
        assert find_spec(f"services.{name}.__main__")
        (url,) = re.findall(r"http://127\.0\.0\.1:(\d+)(/[a-z/]+)", service["healthcheck"]["test"][-1])
        assert url == (str(PORT), f"/{name}/readyz")
        assert f"/{name}/readyz" in routes()


def test_compose_names_nothing_that_is_not_there() -> None:
    services, volumes = compose()["services"], compose()["volumes"]
    assert set(services) >= {*NAMES, "front", "postgres", "kafka"}
    for service in services.values():
        assert {"image"} <= set(service) <= {
            "image", "build", "restart", "environment", "volumes", "depends_on", "stop_grace_period", "command",
            "healthcheck", "ports", "profiles",
        }  # fmt: skip
        for needed, how in service.get("depends_on", {}).items():
            assert how == {"condition": "service_healthy"}
            assert "healthcheck" in services[needed]
        for mount in service.get("volumes", ()):
            source = mount.split(":")[0]
            assert (ROOT / source).exists() if source.startswith(".") else source in volumes


def test_compose_publishes_only_the_front_door_unless_it_is_watched() -> None:
    published = {name for name, s in compose()["services"].items() if "ports" in s and "profiles" not in s}
    assert published == {"front"}
    assert compose()["services"]["front"]["ports"] == [f"127.0.0.1:{PORT}:{PORT}"]
    assert compose()["x-service"]["environment"]["PORTOLAN_PUBLIC_URL"] == f"http://localhost:{PORT}"


class Composition(yaml.SafeLoader):
    """Compose's own tags: `!override` takes the place of what the first file says."""


Composition.add_constructor("!override", lambda loader, node: loader.construct_mapping(node, deep=True))


def test_compose_runs_every_service_on_brokers_of_one_s_own_with_the_login_from_outside() -> None:
    text = (ROOT / "docker-compose.kafka.yml").read_text()
    answer = yaml.load(text, Composition)
    own = {"kafka_ca": answer["x-service"]["environment"]["PORTOLAN_KAFKA_CA"]}
    for name in NAMES:
        service = answer["services"][name]
        assert service == answer["x-service"]
        assert "kafka" not in service["depends_on"]
        assert set(service["depends_on"]) < set(compose()["services"])
        for secret in service["secrets"]:
            assert own["kafka_ca"] == f"/run/secrets/{secret}"
            assert answer["secrets"][secret]["file"].startswith("${KAFKA_CA:?")
    assert answer["services"]["kafka"]["profiles"], "its own broker is not started"
    for name in ("PORTOLAN_BUS_URL", "PORTOLAN_KAFKA_USER", "PORTOLAN_KAFKA_PASSWORD"):
        assert answer["x-service"]["environment"][name].startswith(f"${{{name}:?"), "named by no file"
    usual = re.findall(r"(PORTOLAN_\w+): \$\{\1:-([^}]+)\}", text)
    login = {"kafka_user": "a", "kafka_password": "b"}
    Settings(**{name.removeprefix("PORTOLAN_").lower(): value for name, value in usual}, **login, **own)


def test_a_pod_takes_the_login_of_kafka_from_secrets_that_need_not_be_there() -> None:
    pod = documents(DEPLOY / "k8s/base/service/deployment.yaml")[0]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert {"secretRef": {"name": "portolan-kafka", "optional": True}} in container["envFrom"]
    (volume,) = [v["secret"] for v in pod["volumes"] if v["name"] == "kafka"]
    assert (volume["secretName"], volume["optional"]) == ("portolan-kafka-files", True)
    (mount,) = [m for m in container["volumeMounts"] if m["name"] == "kafka"]
    page = (ROOT / "docs/how-to/deploy.md").read_text()
    assert f"PORTOLAN_KAFKA_CA={mount['mountPath']}/ca.pem" in page
    assert not {name for name in literals() if name.startswith("PORTOLAN_KAFKA_")}


def test_there_is_a_database_for_every_service() -> None:
    content = re.findall(r"CREATE DATABASE (\w+)", (DEPLOY / "postgres/databases.sql").read_text())
    url = compose()["x-service"]["environment"]["PORTOLAN_DATABASE_URL"]
    wanted = Settings(database_url=url)
    assert [wanted.store_url(name).rsplit("/", 1)[1] for name in NAMES] == content
    assert compose()["services"]["postgres"]["healthcheck"]["test"][-1] in content


def test_the_front_door_leads_to_every_service_and_to_the_pages() -> None:
    text = (DEPLOY / "nginx/portolan.conf").read_text()
    assert re.findall(r"^upstream (\w+) +\{ server \1:(\d+);", text, re.M) == [
        (name, str(PORT)) for name in NAMES
    ]
    doors = dict(re.findall(r"location (/\S*) +\{ proxy_pass http://(\w+); \}", text))
    assert doors == {f"/{name}/": name for name in NAMES if name != "reporting"} | {"/": "reporting"}
    assert f"listen {PORT};" in text
    answer = [json.loads(body) for body in re.findall(r"return \d+ '(.+)';", text)]
    assert [problem["status"] for problem in answer] == [502, 504]
    for problem in answer:
        assert set(problem) == set(Problem.model_fields)
        assert problem["type"] == f"/problems/{problem['code']}"
        assert "may have been executed" in problem["detail"]


def test_the_image_is_made_of_what_the_repository_has() -> None:
    content = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    for instruction, arguments in dockerfile():
        if instruction == "COPY" and not arguments.startswith("--from"):
            for source in arguments.split()[:-1]:
                assert source == "." or (source in content and (ROOT / source).exists())
    assert {"shared", "services", "pyproject.toml", "requirements.lock"} <= set(content)


def test_the_commands_of_the_image_exist() -> None:
    instructions = dockerfile()
    modules = [m for _, arguments in instructions for m in re.findall(r"python -m ([\w.]+)", arguments)]
    assert "services.reporting.web.bundle" in modules
    assert all(find_spec(module) for module in modules)
    (command,) = [json.loads(arguments) for instruction, arguments in instructions if instruction == "CMD"]
    assert command == ["portolan", "up"]
    script, options = "portolan", ["up"]
    assert f'{script} = "services.cli:main"' in (ROOT / "pyproject.toml").read_text()
    from services.cli import main

    assert set(options) <= set(main.commands)


def test_the_image_listens_where_it_says_and_is_not_root() -> None:
    instructions = dict(dockerfile())  # the last of each, which is that of the final stage
    environment = dict(pair.split("=", 1) for pair in shlex.split(instructions["ENV"]))
    assert environment["PORTOLAN_PORT"] == instructions["EXPOSE"] == str(PORT)
    assert environment["PORTOLAN_DATA"] == instructions["VOLUME"]
    deployment = documents(DEPLOY / "k8s/base/service/deployment.yaml")[0]["spec"]["template"]["spec"]
    assert str(deployment["securityContext"]["runAsUser"]) == instructions["USER"]


@pytest.mark.parametrize("name", NAMES)
def test_kubernetes_runs_the_service_and_probes_routes_that_are_there(name: str) -> None:
    container = "spec/containers/0"
    patch = service_patch(name)
    assert patch[f"{container}/command/2"] == f"services.{name}"
    assert patch[f"{container}/startupProbe/httpGet/path"] == f"/{name}/livez"
    assert patch[f"{container}/livenessProbe/httpGet/path"] == f"/{name}/livez"
    assert patch[f"{container}/readinessProbe/httpGet/path"] == f"/{name}/readyz"
    assert patch["metadata/annotations/prometheus.io~1path"] == f"/{name}/metrics"
    assert {value for value in patch.values() if value.startswith("/")} <= routes()


def test_a_patch_replaces_only_what_the_deployment_has() -> None:
    deployment = documents(DEPLOY / "k8s/base/service/deployment.yaml")[0]["spec"]["template"]
    for path in service_patch(NAMES[0]):
        result: Any = deployment
        for step in path.split("/"):
            result = result[int(step)] if isinstance(result, list) else result[step.replace("~1", "/")]
        assert isinstance(result, str), path


def test_the_deployment_has_requests_probes_and_the_port_that_is_scraped() -> None:
    template = documents(DEPLOY / "k8s/base/service/deployment.yaml")[0]["spec"]["template"]
    (container,) = template["spec"]["containers"]
    assert container["ports"] == [{"name": "http", "containerPort": PORT}]
    assert template["metadata"]["annotations"]["prometheus.io/port"] == str(PORT)
    assert set(container["resources"]["requests"]) == {"cpu", "memory"}
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        assert container[probe]["httpGet"]["port"] == "http"
    assert literals()["PORTOLAN_DATA"] in [mount["mountPath"] for mount in container["volumeMounts"]]


def test_the_base_has_every_service_and_the_ingress_leads_to_each() -> None:
    base = documents(DEPLOY / "k8s/base/kustomization.yaml")[0]
    assert [r for r in base["resources"] if not r.endswith(".yaml")] == NAMES
    (rule,) = documents(DEPLOY / "k8s/base/ingress.yaml")[0]["spec"]["rules"]
    doors = {path["path"]: path["backend"]["service"]["name"] for path in rule["http"]["paths"]}
    assert doors == {f"/{name}": f"portolan-{name}" for name in NAMES} | {"/": "portolan-reporting"}


def test_no_pod_is_told_of_services_by_variables_that_are_named_as_settings_are() -> None:
    [deployment] = documents(DEPLOY / "k8s/base/service/deployment.yaml")
    assert deployment["spec"]["template"]["spec"]["enableServiceLinks"] is False


def test_what_a_kustomization_names_is_there() -> None:
    for path in kustomizations():
        description = documents(path)[0]
        files = [
            file
            for generator in description.get("configMapGenerator", ())
            for file in generator.get("files", ())
        ]
        for named in (*description["resources"], *files):
            assert (path.parent / named).exists(), f"{path}: {named}"
    scaled = documents(DEPLOY / "k8s/overlays/trial/kustomization.yaml")[0]["replicas"]
    assert [one["name"] for one in scaled] == [f"portolan-{name}" for name in NAMES]


def exported() -> frozenset[str]:
    """The names under which the declared metrics are scraped."""
    names: set[str] = set()
    for family in families():
        names |= {
            "counter": {f"{family.name}_total"},
            "gauge": {family.name},
            "histogram": {f"{family.name}_{part}" for part in ("bucket", "sum", "count")},
        }[family.type]
    return frozenset(names)


def families() -> list[Metric]:
    """The declared metrics, those of requests among them."""
    declared = [m for m in vars(telemetry).values() if isinstance(m, MetricWrapperBase)]
    return [family for metric in declared for family in metric.describe()] + list(
        telemetry.REQUESTS.collect()
    )


def metrics_in(expression: str) -> set[str]:
    """The metrics that a PromQL expression reads: names that are neither functions nor labels nor keywords."""
    bare = re.sub(r'"[^"]*"|\[[^\]]*\]|\b(by|without)\s*\([^)]*\)', " ", expression)
    bare = re.sub(r"\{[^}]*\}", " ", bare)
    return set(re.findall(r"\b[a-z_:][a-z0-9_:]*\b(?!\s*\()", bare)) - {"by", "and", "or", "unless", "offset"}


def alerts() -> list[dict[str, Any]]:
    groups = documents(DEPLOY / "prometheus/alerts.yml")[0]["groups"]
    return [rule for group in groups for rule in group["rules"]]


def panels() -> list[dict[str, Any]]:
    content: list[dict[str, Any]] = json.loads((DEPLOY / "grafana/dashboards/portolan.json").read_text())[
        "panels"
    ]
    return content


def expressions() -> list[str]:
    return [rule["expr"] for rule in alerts()] + [t["expr"] for panel in panels() for t in panel["targets"]]


def test_metrics_are_told_apart_from_functions_and_labels() -> None:
    read = metrics_in(
        'sum by (service, le) (rate(portolan_x_bucket{route!~".*/s"}[5m])) > 1 and up{job="a"} == 0'
    )
    assert read == {"portolan_x_bucket", "up"}


@pytest.mark.parametrize("expression", expressions())
def test_alerts_and_dashboard_read_only_metrics_that_are_exported(expression: str) -> None:
    named = metrics_in(expression)
    assert named
    assert named <= exported() | OTHERS_METRICS
    assert expression.count("(") == expression.count(")")


def test_alerts_and_dashboard_use_only_labels_that_the_metrics_have() -> None:
    declared = [m for m in vars(telemetry).values() if isinstance(m, MetricWrapperBase)]
    labels = {label for metric in (*declared, *telemetry.REQUESTS.collect()) for label in metric._labelnames}
    by_key = labels | {"le", "job", "pod"}
    for expression in expressions():
        grouped = {w.strip() for g in re.findall(r"\bby \(([^)]*)\)", expression) for w in g.split(",")}
        matched = set(re.findall(r"[{,]\s*(\w+)\s*[!=]~?", expression))
        assert grouped | matched <= by_key, expression


def test_every_metric_worth_an_alarm_has_one() -> None:
    alarmed = {name for rule in alerts() for name in metrics_in(rule["expr"])}
    errors = {name for name in exported() if re.search("error|dead|defect|gap|unknown|lag", name)}
    assert errors <= alarmed


def test_every_alert_leads_to_a_run_book_that_is_there() -> None:
    for rule in alerts():
        assert rule["labels"]["severity"] in ("page", "warn")
        address, _, anchor = rule["annotations"]["runbook_url"].partition("#")
        assert address == "{{ $externalLabels.runbooks }}"
        headings = re.findall(r"^## (.+)$", (ROOT / "docs/runbooks.md").read_text(), re.M)
        assert anchor in [heading.lower().replace(" ", "-") for heading in headings], rule["alert"]


def test_prometheus_scrapes_every_service() -> None:
    description = documents(DEPLOY / "prometheus/prometheus.yml")[0]
    assert description["rule_files"] == ["alerts.yml"]
    assert urlsplit(description["global"]["external_labels"]["runbooks"]).scheme == "https"
    scraped = {one["job_name"]: one for one in description["scrape_configs"]}
    assert list(scraped) == NAMES
    for name, one in scraped.items():
        assert one["metrics_path"] == f"/{name}/metrics"
        assert one["metrics_path"] in routes()
        assert one["static_configs"] == [{"targets": [f"{name}:{PORT}"]}]


def test_the_dashboard_reads_from_the_source_that_is_provided() -> None:
    (source,) = documents(DEPLOY / "grafana/provisioning/datasources/prometheus.yml")[0]["datasources"]
    assert {panel["datasource"]["uid"] for panel in panels()} == {source["uid"]}
    (provider,) = documents(DEPLOY / "grafana/provisioning/dashboards/portolan.yml")[0]["providers"]
    mounted = [mount.split(":")[1] for mount in compose()["services"]["grafana"]["volumes"]]
    assert provider["options"]["path"] in mounted
