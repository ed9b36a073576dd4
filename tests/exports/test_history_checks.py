"""An exported folder judged before it is read in: what would come, and each damaged file and line."""

import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from services.cli.sample import load_sample
from services.imports.findings import Findings
from services.imports.history import HistoryReader
from services.imports.history_checks import Coming
from services.imports.upserts import ImportFailed
from tests.conftest import Portolan
from tests.exports.conftest import exported, read_into
from tests.support.given import Story

PROJECTS = "projects/projects"
Change = Callable[[dict[str, Any]], None]


async def check(target: Portolan, folder: Path, **options: Any) -> tuple[dict[str, Coming], Findings]:
    reader = HistoryReader(target("service"), folder, Findings(), **options)
    return await reader.check(), reader.findings


def seal(folder: Path, name: str) -> None:
    """Note in the manifest that a file is as it is."""
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["files"][name]["sha256"] = sha256((folder / name).read_bytes()).hexdigest()
    path.write_text(json.dumps(manifest))


async def test_what_would_come_is_what_comes(portolan: Portolan, empty: Portolan, folder: Path) -> None:
    await load_sample(portolan.running)
    await portolan.settled()
    await exported(portolan("service"), folder)
    coming, findings = await check(empty, folder)
    assert findings.items == []
    assert (await empty().get("/projects/v1/projects")).json()["items"] == []
    reader = await read_into(empty, folder)
    assert {name: one.versions for name, one in coming.items()} == {
        name: tally.read_in for name, tally in reader.tallies.items()
    }
    listed = (await empty().get("/projects/v1/projects?limit=200&archived=true")).json()["items"]
    assert coming[PROJECTS].aggregates == len(listed)


async def test_an_instance_in_use_is_refused(portolan: Portolan, folder: Path) -> None:
    await Story(portolan).project()
    await exported(portolan("service"), folder)
    with pytest.raises(ImportFailed, match="has records already"):
        await check(portolan, folder)


def shorten(text: str) -> str:
    return text[: len(text) // 2]


def with_change(change: Change) -> Callable[[str], str]:
    def changed(text: str) -> str:
        line = json.loads(text)
        change(line)
        return json.dumps(line)

    return changed


def in_state(**members: Any) -> Callable[[str], str]:
    return with_change(lambda line: line["state"].update(members))


def in_line(**members: Any) -> Callable[[str], str]:
    return with_change(lambda line: line.update(members))


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (shorten, "it is no version of a record"),
        (lambda text: "", "it is no version of a record"),
        (in_state(name=12), "/state/name"),
        (in_state(version=7), "/state"),
        (in_line(version=7), "version 7 stands where version 1 is expected"),
        (in_line(type="portolan.projects.project.exploded.v1"), "no service has the fact"),
        (in_line(type="portolan.risk.risk.created.v1"), "is no fact of projects/projects"),
        (in_line(effective_at="yesterday"), "yesterday"),
        (in_line(effective_at="2999-01-01T00:00:00.000000Z"), "/effective_at"),
        (in_line(changed=["colour"]), "/changed/0"),
        (in_line(fact=[]), "no object"),
        (in_line(id="1"), "badly formed"),
        (in_line(position=10**9), "stands behind position"),
    ],
)
async def test_a_damaged_line_is_found_with_its_file_and_line(
    portolan: Portolan, empty: Portolan, folder: Path, damage: Callable[[str], str], reason: str
) -> None:
    for _ in range(3):
        await Story(portolan).project()
    await exported(portolan("service"), folder)
    path = folder / f"{PROJECTS}.jsonl"
    lines = path.read_text().splitlines()
    lines[1] = damage(lines[1])
    path.write_text("\n".join(lines) + "\n")
    seal(folder, f"{PROJECTS}.jsonl")
    coming, findings = await check(empty, folder)
    assert findings.lost
    places = {(one.file, one.line) for one in findings.items}
    assert places <= {(f"{PROJECTS}.jsonl", 2), (f"{PROJECTS}.jsonl", 3)}
    assert any(reason in one.reason for one in findings.items), findings.items
    assert coming[PROJECTS].refused >= 1


async def test_all_damaged_files_are_found_at_once(portolan: Portolan, empty: Portolan, folder: Path) -> None:
    """And the line within, where one is no version any more."""
    await Story(portolan).project()
    await exported(portolan("service"), folder)
    path = folder / f"{PROJECTS}.jsonl"
    path.write_text(path.read_text() + "{}\n")
    (folder / "projects" / "issues.jsonl").write_text("{}\n")
    _, findings = await check(empty, folder)
    places = [(one.file, one.line, one.code) for one in findings.items]
    assert (f"{PROJECTS}.jsonl", 0, "damaged") in places
    assert (f"{PROJECTS}.jsonl", 2, "damaged") in places
    assert ("projects/issues.jsonl", 0, "damaged") in places
