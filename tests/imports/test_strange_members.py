"""Members of JSON with any other value in their place: an import tells what it cannot read, and never breaks."""

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest

from services.imports.breakdown.outline import CodesInUse, arranged, codes_of
from services.imports.findings import Findings
from services.imports.jira.mapping import Level
from tests.imports import test_jira as jira
from tests.imports import test_projectonline as feed

STRANGE: list[Any] = [
    None, True, 5, -1, 1.5e300, 10**30, "", "x" * 5_000, "2026-13-45", "9999-12-31T00:00:00", "\u202e", "PAY-1",
    "PAY-999999999999", "NaN", "1e400", "12,5", [], [1], {}, {"a": [{}]},
]  # fmt: skip


def mutated(value: Any, random: Random) -> Any:
    """The value with some members replaced and some left out."""
    if random.random() < 0.06:
        return random.choice(STRANGE)
    if isinstance(value, dict):
        return {name: mutated(one, random) for name, one in value.items() if random.random() > 0.02}
    return [mutated(one, random) for one in value] if isinstance(value, list) else value


@pytest.mark.parametrize("part", range(4))
def test_issues_with_strange_members_break_nothing(tmp_path: Path, part: int) -> None:
    path = tmp_path / "issues.json"
    for seed in range(part * 50, part * 50 + 50):
        path.write_text(json.dumps({"issues": mutated(jira.ISSUES, Random(seed))}))
        for level in Level:
            for project in jira.read([path], level).projects:
                nodes = arranged(project.packages, Findings())
                assert len(codes_of(nodes, CodesInUse({}), keeps_codes=True)) == len(nodes)


@pytest.mark.parametrize("part", range(4))
def test_entity_sets_with_strange_members_break_nothing(tmp_path: Path, part: int) -> None:
    for seed in range(part * 50, part * 50 + 50):
        random = Random(seed)
        for name, values in feed.SETS.items():
            (tmp_path / f"{name}.json").write_text(json.dumps({"value": mutated(values, random)}))
        for project in feed.read(tmp_path).projects:
            nodes = arranged(project.packages, Findings())
            assert len(codes_of(nodes, CodesInUse({}), keeps_codes=False)) == len(nodes)
