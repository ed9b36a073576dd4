"""Which rules of the catalogue have a test: `@pytest.mark.rule("projects.mandate.3")` marks the test of one.

`tests/catalogue.yaml` is a copy of the reviewed catalogue. The number counts the rules of an aggregate from 1. A rule is
covered when a test that carries its mark has passed in this run.
"""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from shared.contracts.catalogue import CATALOGUE

COPY = Path(__file__).parents[1] / "catalogue.yaml"
PROPERTY = "rule"

covered: set[str] = set()
"""The rules whose tests passed in this run."""


@cache
def catalogue() -> dict[str, dict[str, Any]]:
    """`<service>.<aggregate>` -> its entry."""
    document = yaml.load(COPY.read_text(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return {
        f"{service}.{name}": entry
        for service, groups in document.items()
        for aggregates in groups.values()
        for name, entry in aggregates.items()
    }


def all_rules() -> dict[str, str]:
    """`<service>.<aggregate>.<n>` -> the rule's sentence."""
    return {
        f"{name}.{number}": sentence
        for name, entry in catalogue().items()
        for number, sentence in enumerate(entry.get("rules", ()), start=1)
    }


def read_marks(items: Iterable[pytest.Item]) -> None:
    """Put the rules a test is marked with into its report; a mark that names no rule ends the run."""
    for item in items:
        for mark in item.iter_markers(PROPERTY):
            for rule in mark.args:
                if rule not in all_rules():
                    raise pytest.UsageError(f"{item.nodeid}: the catalogue has no rule {rule}")
                item.user_properties.append((PROPERTY, rule))


def note(report: pytest.TestReport) -> None:
    if report.when == "call" and report.passed:
        covered.update(str(value) for name, value in report.user_properties if name == PROPERTY)


def summary() -> str:
    """One line: rules covered, rules of built aggregates without a test, rules whose aggregate is not built."""
    built = {f"{entry.service}.{entry.name}" for entry in CATALOGUE.values()}
    rules = all_rules()
    waiting = sum(rule.rsplit(".", 1)[0] not in built for rule in rules)
    uncovered = len(rules) - waiting - len(covered)
    return (
        f"rules of the catalogue: {len(covered)} of {len(rules)} covered,"
        f" {uncovered} without a test in this run, {waiting} wait for their aggregate"
    )
