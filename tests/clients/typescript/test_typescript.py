"""A TypeScript program is written against what openapi-typescript makes of the documents: strict, compiled, and run."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services.contracts import DOCS
from tests.support.node import installed
from tests.system.running import EmbeddedProcess, token_of

HERE = Path(__file__).parent
SERVICES = sorted(path.stem for path in (DOCS / "openapi").glob("*.json"))


def _run(*command: str, within: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=within, capture_output=True, text=True, timeout=300, check=False)


@pytest.fixture(scope="module")
def packages() -> Path:
    return installed(HERE)


@pytest.fixture(scope="module")
def program(packages: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the types of every service, made with the tool's defaults, and the programs beside them."""
    folder = tmp_path_factory.mktemp("typescript")
    (folder / "node_modules").symlink_to(packages / "node_modules")
    for name in ("package.json", "tsconfig.json", "caller.ts"):
        shutil.copy(HERE / name, folder)
    documents = {
        service: {
            "root": str(DOCS / "openapi" / f"{service}.json"),
            "x-openapi-ts": {"output": f"./{service}.ts"},
        }
        for service in SERVICES
    }
    (folder / "redocly.yaml").write_text(json.dumps({"apis": documents}))
    created = _run(str(packages / "node_modules" / ".bin" / "openapi-typescript"), within=folder)
    assert created.returncode == 0, created.stderr
    types = [f'import type {{ components as {service} }} from "./{service}.js";' for service in SERVICES]
    (folder / "bodies.ts").write_text("\n".join([*types, *map(_bodies, SERVICES)]))
    return folder


@pytest.fixture(scope="module")
def complaints(program: Path) -> list[str]:
    """What the compiler says of the programs, which are compiled once; `<file>(<line>,<column>): <what>`."""
    done = _run(str(program / "node_modules" / ".bin" / "tsc"), "--project", ".", within=program)
    return (done.stdout + done.stderr).splitlines()


def test_a_caller_compiles_and_gets_through_a_story(
    program: Path, complaints: list[str], tmp_path: Path
) -> None:
    assert [line for line in complaints if not line.startswith("bodies.ts")] == []
    process = EmbeddedProcess(tmp_path / "data")
    process.start()
    try:
        tokens = token_of(process.data), token_of(process.data, "somebody-else")
        done = _run("node", "made/caller.js", process.url, *tokens, within=program)
    finally:
        process.end()
    assert (done.stdout, done.stderr) == ("done\n", "")


def test_every_body_is_written_with_its_required_members_only(program: Path, complaints: list[str]) -> None:
    assert (program / "bodies.ts").read_text().count("export const") > 20
    assert [line for line in complaints if line.startswith("bodies.ts")] == []


def _bodies(service: str) -> str:
    """A constant for each request's shape, with what it requires of its example."""
    document = json.loads((DOCS / "openapi" / f"{service}.json").read_text())
    schemas = document["components"]["schemas"]
    constants = []
    for name in sorted(set(_names(document))):
        example = schemas[name]["examples"][0]
        value = {member: example[member] for member in schemas[name].get("required", [])}
        constants.append(
            f'export const {service}{name}: {service}["schemas"]["{name}"] = {json.dumps(value)};'
        )
    return "\n".join(constants)


def _names(document: dict[str, Any]) -> Iterator[str]:
    for operations in document["paths"].values():
        for operation in operations.values():
            for content in operation.get("requestBody", {}).get("content", {}).values():
                if "$ref" in content["schema"]:  # a file has no members
                    yield content["schema"]["$ref"].rsplit("/", 1)[-1]
