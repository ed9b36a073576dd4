"""What the papers name is there: links, files, tests, commands, settings, metrics, duties."""

import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from prometheus_client.metrics import MetricWrapperBase

from services.cli import main
from services.contracts import settings_page
from shared.base import telemetry
from shared.http.auth.roles import ROLES, SERVICES

ROOT = Path(__file__).parents[2]
PAPERS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
MADE_BY_A_PAGE = {
    "shared/contracts/schemas/draft/risk.risk.escalated.v1.json",
}
"""Files that a how-to leads to: `test_how_to.py` holds those."""
PLACES = ("shared/", "services/", "tests/", "docs/", "deploy/", "sample/", "benchmarks/", ".ci/")

by_paper = pytest.mark.parametrize("paper", PAPERS, ids=lambda p: p.relative_to(ROOT).as_posix())


def spans(paper: Path) -> Iterator[str]:
    """What stands between backticks in running text."""
    text = re.sub(r"^```.*?^```$", "", paper.read_text(), flags=re.MULTILINE | re.DOTALL)
    yield from re.findall(r"`([^`\n]+)`", text)


def command_lines(paper: Path) -> Iterator[str]:
    """Lines of shell blocks, and commands in running text."""
    for block in re.findall(r"^```sh\n(.*?)^```$", paper.read_text(), re.MULTILINE | re.DOTALL):
        yield from block.splitlines()
    yield from spans(paper)


@by_paper
def test_no_merge_was_left_unfinished(paper: Path) -> None:
    assert re.findall(r"^(?:<{7}|>{7}|={7}$).*", paper.read_text(), re.MULTILINE) == []


@by_paper
def test_every_link_leads_to_a_file(paper: Path) -> None:
    text = re.sub(r"^```.*?^```$", "", paper.read_text(), flags=re.MULTILINE | re.DOTALL)
    links = re.findall(r"\]\(([^)\s]+)\)", text)
    local = [link.partition("#")[0] for link in links if not link.startswith(("https://", "#"))]
    assert [link for link in local if not (paper.parent / link).exists()] == []


@by_paper
def test_every_file_that_is_named_is_there(paper: Path) -> None:
    named = {span for span in spans(paper) if span.startswith(PLACES) and re.fullmatch(r"[\w./*-]+", span)}
    missing = [name for name in sorted(named - MADE_BY_A_PAGE) if not list(ROOT.glob(name.rstrip("/")))]
    assert missing == []


@by_paper
def test_every_test_that_is_named_exists(paper: Path) -> None:
    named = {span for span in spans(paper) if re.fullmatch(r"test_\w+", span)}
    there = {
        name
        for path in (ROOT / "tests").rglob("*.py")
        for name in re.findall(r"def (test_\w+)", path.read_text())
    }
    assert sorted(named - there) == []


@by_paper
def test_every_target_of_make_exists(paper: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {word for line in command_lines(paper) for words in re.findall(r"\bmake ((?:[a-z-]+ ?)+)", line)
             for word in words.split()}  # fmt: skip
    assert sorted(named - targets) == []


@by_paper
def test_every_command_and_module_exists(paper: Path) -> None:
    for line in command_lines(paper):
        for module in re.findall(r"python -m ([\w.]+)", line):
            assert importlib.util.find_spec(module), line
        for words in re.findall(r"\bportolan ((?:[a-z-]+ ?)+)", line):
            assert_command(words.split(), line)


def assert_command(words: list[str], line: str) -> None:
    group: click.Command = main
    for word in words:
        if not isinstance(group, click.Group):
            return
        assert word in group.commands, f"there is no `{word}` in: {line}"
        group = group.commands[word]


def test_every_duty_is_accounted_for_once() -> None:
    content = re.findall(r"^\| \*\*([EF]\d+)\*\*", (ROOT / "docs" / "duties.md").read_text(), re.MULTILINE)
    assert content == [f"E{n}" for n in range(1, 28)] + [f"F{n}" for n in range(1, 20)]


def test_a_duty_that_is_served_names_its_test_and_one_that_is_not_names_none() -> None:
    lines = (ROOT / "docs" / "duties.md").read_text().splitlines()
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines if line.startswith("| **")]
    assert {served for _, served, *_ in rows} <= {"served", "partly", "engine", "not there yet"}
    assert [
        duty for duty, served, _, shown in rows if (served == "not there yet") == ("tests/" in shown)
    ] == []


def test_the_settings_are_those_there_are() -> None:
    assert (ROOT / "docs" / "settings.md").read_text() == settings_page(), "run `make contracts`"


def test_the_metrics_are_those_there_are() -> None:
    content = set(
        re.findall(r"^\| `(portolan_\w+)` \|", (ROOT / "docs" / "operations.md").read_text(), re.MULTILINE)
    )
    declared = [m for m in vars(telemetry).values() if isinstance(m, MetricWrapperBase | telemetry.Requests)]
    families = [family for metric in declared for family in metric.collect()]
    assert content == {f"{f.name}_total" if f.type == "counter" else f.name for f in families}


def test_every_decision_is_in_the_index() -> None:
    folder = ROOT / "docs" / "adr"
    index = (folder / "README.md").read_text()
    pages = sorted(path.name for path in folder.glob("[0-9]*.md"))
    assert re.findall(r"\]\(([0-9][\w-]+\.md)\)", index) == pages
    for page in pages:
        text = (folder / page).read_text()
        for part in (
            "**Context.**",
            "**Decision.**",
            "**Consequences.**",
            "**Alternatives.**",
            "**Enforced by**",
        ):
            assert part in text, f"{page} lacks {part}"


@by_paper
def test_no_paper_names_a_place_on_somebodys_machine(paper: Path) -> None:
    assert re.findall(r"(?<![\w.}/])/(?:home|root|tmp|Users|work)/\S*", paper.read_text()) == []


def test_the_roles_grant_what_operations_says() -> None:
    table = re.findall(r"^\| `(\w+)` \|(.*)\|$", (ROOT / "docs/operations.md").read_text(), re.MULTILINE)
    [header] = re.findall(r"^\| role \|(.*)\|$", (ROOT / "docs/operations.md").read_text(), re.MULTILINE)
    verbs = [verb.strip() for verb in header.split("|")]
    granted = {
        role: frozenset(
            f"{service}.{verb}"
            for verb, cell in zip(verbs, cells.split("|"), strict=True)
            for service in (SERVICES if cell.strip() == "all" else filter(None, cell.strip().split(", ")))
        )
        for role, cells in table
        if role in ROLES
    }
    assert granted == ROLES
