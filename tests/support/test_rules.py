"""The count of the catalogue's rules in the last lines of a run."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests.support import rules


def report(rule: str, *, passed: bool) -> pytest.TestReport:
    created: Any = SimpleNamespace(when="call", passed=passed, user_properties=[(rules.PROPERTY, rule)])
    return cast(pytest.TestReport, created)


@pytest.fixture(autouse=True)
def _nothing_covered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "covered", set())


def test_every_rule_has_a_sentence_and_a_number_from_one() -> None:
    assert rules.all_rules()["projects.mandate.1"].startswith("each signatory or deputy signs once the hash")
    assert "projects.mandate.0" not in rules.all_rules()


def test_a_rule_is_covered_by_a_test_that_passes_and_by_no_other() -> None:
    rules.note(report("projects.mandate.1", passed=False))
    assert rules.summary().startswith("rules of the catalogue: 0 of ")
    rules.note(report("projects.mandate.1", passed=True))
    assert rules.summary().startswith("rules of the catalogue: 1 of ")


def test_the_rules_of_what_is_not_built_are_counted_as_waiting() -> None:
    waiting = int(rules.summary().split(", ")[-1].split()[0])
    assert 0 < waiting < len(rules.all_rules())
