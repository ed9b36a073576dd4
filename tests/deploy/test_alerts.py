"""Every alert fires at the first occurrence, and is silent before; promtool computes it from made-up series."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import Counter, Gauge
from prometheus_client.metrics import MetricWrapperBase

from shared.base import telemetry
from tests.conftest import Portolan
from tests.deploy.test_deploy import alerts, metrics_in

ROOT = Path(__file__).parents[2]
RULES = ROOT / "deploy/prometheus/alerts.yml"
RUNBOOKS = "https://portolan.example.org/docs/runbooks.md"
CONSUMER = {"service": "finance", "consumer": "finance.reactions"}
SERVICE = {"service": "finance"}

Case = tuple[dict[str, str], dict[str, str], str, str]
"""Series with their values by the minute, the labels of the alert, when it is silent, when it fires."""


def series(name: str, **labels: str) -> str:
    return name + "{" + ", ".join(f'{label}="{value}"' for label, value in labels.items()) + "}"


def first_at_20(name: str, **labels: str) -> dict[str, str]:
    """A counter that stands at 0 for twenty minutes, and then at 1."""
    return {series(name, **labels): "0x20 1x40"}


def begins_with_1(name: str, **labels: str) -> dict[str, str]:
    """A counter of a process that starts at 20 minutes, and counts before it is scraped for the first time."""
    return {series(name, **labels): "_x21 1x40"}


CASES: dict[str, list[Case]] = {
    "ServiceDown": [
        ({series("up", job="finance", instance="finance:8000"): "1x20 0x40"}, {"job": "finance", "instance": "finance:8000"}, "20m", "23m"),
        ({series("up", job="kubernetes-pods", pod="portolan-risk-6d5"): "1x20 0x40"}, {"job": "kubernetes-pods", "pod": "portolan-risk-6d5"}, "20m", "23m"),
    ],
    "Defects": [
        (first_at_20("portolan_defects_total", **SERVICE), SERVICE, "20m", "22m"),
        (begins_with_1("portolan_defects_total", **SERVICE), SERVICE, "20m", "22m"),
    ],
    "SlowAnswers": [({
        series("portolan_http_request_seconds_bucket", **SERVICE, route="/a", method="GET", le="1"): "0x20 0x40",
        series("portolan_http_request_seconds_bucket", **SERVICE, route="/a", method="GET", le="2.5"): "0x20 0+60x40",
        series("portolan_http_request_seconds_bucket", **SERVICE, route="/a", method="GET", le="+Inf"): "0x20 0+60x40",
    }, SERVICE, "20m", "45m")],
    "DueLate": [({series("portolan_due_oldest_seconds", **SERVICE): "0x20 301x40"}, SERVICE, "20m", "30m")],
    "RelayBehind": [({series("portolan_relay_lag_events", **SERVICE): "0x20 1001x40"}, SERVICE, "20m", "30m")],
    "RelayErrors": [
        ({series("portolan_relay_errors_total", **SERVICE): "0x20 1 2 3 4 5x40"}, SERVICE, "20m", "27m"),
        ({series("portolan_relay_errors_total", **SERVICE): "_x21 4x40"}, SERVICE, "20m", "22m"),
    ],
    "FoldErrors": [
        ({series("portolan_fold_errors_total", **CONSUMER): "0x20 1 2 3 4 5x40"}, CONSUMER, "20m", "27m"),
        ({series("portolan_fold_errors_total", **CONSUMER): "_x21 4x40"}, CONSUMER, "20m", "22m"),
    ],
    "BackgroundTaskDown": [({series("portolan_background_task_up", **SERVICE, task="relay"): "1x20 0x40"}, SERVICE | {"task": "relay"}, "20m", "23m")],
    "LogLinesDropped": [
        (first_at_20("portolan_log_lines_dropped_total", instance="a"), {"instance": "a"}, "20m", "22m"),
        (begins_with_1("portolan_log_lines_dropped_total", instance="a"), {"instance": "a"}, "20m", "22m"),
    ],
    "DeadLetters": [
        (first_at_20("portolan_dead_letters_total", **CONSUMER), CONSUMER, "20m", "22m"),
        (begins_with_1("portolan_dead_letters_total", **CONSUMER), CONSUMER, "20m", "22m"),
        ({series("portolan_dead_letters_waiting", **CONSUMER): "0x20 1x2000"}, CONSUMER, "20m", "600m"),
        ({series("portolan_parked_aggregates", **CONSUMER): "0x20 1x2000"}, CONSUMER, "20m", "600m"),
    ],
    "MailsWait": [({series("portolan_mails_oldest_seconds", instance="a"): "0x20 3601x40"}, {}, "20m", "35m")],
    "ConsumerStopped": [({series("portolan_consumer_stopped", **CONSUMER): "0x20 1x40"}, CONSUMER, "20m", "22m")],
    "StoreDamaged": [({series("portolan_store_damaged", **SERVICE): "0x20 1x40"}, SERVICE, "20m", "22m")],
    "UnknownEvents": [
        (first_at_20("portolan_events_unknown_total", **CONSUMER), CONSUMER, "20m", "22m"),
        (begins_with_1("portolan_events_unknown_total", **CONSUMER), CONSUMER, "20m", "22m"),
    ],
    "OtherInstance": [
        (first_at_20("portolan_events_other_instance_total", instance="a"), {"instance": "a"}, "20m", "22m"),
        (begins_with_1("portolan_events_other_instance_total", instance="a"), {"instance": "a"}, "20m", "22m"),
    ],
    "GapsHealed": [
        (first_at_20("portolan_events_gap_total", **CONSUMER), CONSUMER, "20m", "22m"),
        (begins_with_1("portolan_events_gap_total", **CONSUMER), CONSUMER, "20m", "22m"),
    ],
}  # fmt: skip


def test_every_alert_has_a_case() -> None:
    assert {rule["alert"] for rule in alerts()} == set(CASES)


needs_promtool = pytest.mark.skipif(
    shutil.which("promtool") is None, reason="promtool is not there (Debian: prometheus): no alert was tested"
)


@needs_promtool
@pytest.mark.parametrize(
    ("alert", "case"),
    [(alert, case) for alert, cases in CASES.items() for case in cases],
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_an_alert_fires_at_the_first_occurrence_and_names_its_run_book(
    tmp_path: Path, alert: str, case: Case
) -> None:
    values, labels, silent, firing = case
    rule = next(rule for rule in alerts() if rule["alert"] == alert)
    anchor = rule["annotations"]["runbook_url"].partition("#")[2]
    assert values
    expected = {"exp_labels": labels | {"severity": rule["labels"]["severity"]}}
    tested = {
        "rule_files": [str(RULES)],
        "tests": [
            {
                "interval": "1m",
                "external_labels": {"runbooks": RUNBOOKS},
                "input_series": [{"series": name, "values": value} for name, value in values.items()],
                "alert_rule_test": [{"eval_time": silent, "alertname": alert, "exp_alerts": []}],
            }
        ],
    }
    done = run(tmp_path, tested)
    assert done.returncode == 0, done.stdout + done.stderr
    tested["tests"][0]["alert_rule_test"] = [
        {"eval_time": firing, "alertname": alert, "exp_alerts": [expected]}
    ]  # type: ignore[index]
    got = run(tmp_path, tested).stdout + run(tmp_path, tested).stderr
    shown = got.partition("got:")[2]
    assert all(f'{name}="{value}"' in shown for name, value in labels.items()), got
    assert f"{RUNBOOKS}#{anchor}" in shown, got
    assert len(re.findall("Annotations:", shown)) == 1, got


def run(folder: Path, tested: dict[str, Any]) -> subprocess.CompletedProcess[str]:
    path = folder / "test.yml"
    path.write_text(yaml.safe_dump(tested))
    return subprocess.run(
        ["promtool", "test", "rules", str(path)], capture_output=True, text=True, timeout=60, check=False
    )


@needs_promtool
def test_promtool_accepts_the_configuration() -> None:
    done = subprocess.run(
        ["promtool", "check", "config", str(RULES.with_name("prometheus.yml"))],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


async def test_every_series_that_an_alert_reads_is_there_before_anything_happens(portolan: Portolan) -> None:
    shown = (await portolan.anonymous().get("/finance/metrics")).text
    services = [{"service": name} for name in portolan.running.services]
    consumers = [
        {"service": service, "consumer": inbox.consumer.name}
        for service, inboxes in portolan.running.inboxes.items()
        for inbox in inboxes
    ]
    labelled = {("service",): services, ("service", "consumer"): consumers}
    missing = [
        f"{name} {labels}"
        for name, metric in counted_by_labels().items()
        for labels in labelled.get(metric._labelnames, [])
        if not re.search(rf"^{name}{re.escape(in_order(labels))} ", shown, re.M)
    ]
    assert not missing
    assert {name for name, metric in counted_by_labels().items() if not metric._labelnames} <= set(
        re.findall(r"^(\w+) ", shown, re.M)
    )


def counted_by_labels() -> dict[str, MetricWrapperBase]:
    """The metrics that an alert reads, by the names of their series; those of a relay are there where one is."""
    declared = [m for m in vars(telemetry).values() if isinstance(m, Counter | Gauge)]
    by_series = {m._name + ("_total" if isinstance(m, Counter) else ""): m for m in declared}
    read = {name for rule in alerts() for name in metrics_in(rule["expr"])}
    return {name: m for name, m in by_series.items() if name in read and m not in telemetry.OF_A_RELAY}


def in_order(labels: dict[str, str]) -> str:
    """As a scrape shows them."""
    return "{" + ",".join(f'{name}="{labels[name]}"' for name in sorted(labels)) + "}"


async def test_what_is_parked_is_shown_until_somebody_decides(portolan: Portolan) -> None:
    """Another replica may have put it aside: the metric is what the tables hold."""
    store = portolan.running.services["finance"].kernel.store
    labels = '{consumer="finance.reactions",service="finance"}'
    for number, count in (("1.0", 1), ("0.0", 0)):
        if count:
            await store.run("INSERT INTO parked (consumer, aggregate_id, since) VALUES (?, ?, ?) RETURNING since",
                            ("finance.reactions", "01978f2e-7c4a-7d3b-9a41-5f0c6e1b2a3d", 1))  # fmt: skip
        else:
            await store.run("DELETE FROM parked WHERE consumer = ? RETURNING since", ("finance.reactions",))
        shown = (await portolan.anonymous().get("/finance/metrics")).text
        assert f"portolan_parked_aggregates{labels} {number}" in shown
