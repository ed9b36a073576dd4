"""Imports point one way: shared knows no service, a service knows itself and shared, rules do no I/O."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SERVICES = ("projects", "resources", "finance", "risk", "reporting")
KNOWS_ALL = {
    "services/embedded.py",
    "services/stack.py",
    "services/contracts.py",
    "services/migrations.py",
    "services/__main__.py",
    "services/plan_reading.py",
}
OUTSIDE = {
    "httpx",
    "sqlalchemy",
    "sqlmodel",
    "asyncpg",
    "aiokafka",
    "sqlite3",
    "fastapi",
    "starlette",
    "asyncio",
}


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def python_files(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def test_shared_imports_no_service() -> None:
    guilty = {
        p.relative_to(ROOT): m
        for p in python_files("shared")
        for m in imports_of(p)
        if m.startswith("services")
    }
    assert not guilty


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_imports_itself_and_shared_only(service: str) -> None:
    others = tuple(f"services.{other}" for other in SERVICES if other != service)
    guilty = {
        p.relative_to(ROOT): m
        for p in python_files(f"services/{service}")
        for m in imports_of(p)
        if m.startswith(others)
    }
    assert not guilty


def test_only_the_embedding_and_the_commands_know_all_services() -> None:
    for path in python_files("services"):
        where = path.relative_to(ROOT).as_posix()
        if where in KNOWS_ALL or where.startswith(("services/cli/", *(f"services/{s}/" for s in SERVICES))):
            continue
        named = {m.split(".")[1] for m in imports_of(path) if m.startswith("services.")} & set(SERVICES)
        assert not named, f"{where} imports {named}"


def test_rules_do_no_input_or_output() -> None:
    for path in python_files("services"):
        if path.name == "rules.py":
            outside = {m.split(".")[0] for m in imports_of(path)} & OUTSIDE
            assert not outside, f"{path.relative_to(ROOT)} imports {outside}"


PLAIN = ("shared.base", "shared.base.working_days")
"""What of `shared` is nothing but values and arithmetic."""
FRAMEWORKS = {"fastapi", "pydantic", "sqlmodel", "sqlalchemy", "starlette", "httpx", "asyncpg", "aiokafka"}


@pytest.mark.parametrize("service", SERVICES)
def test_engines_import_no_framework_and_nothing_of_portolan_but_plain_values(service: str) -> None:
    paths = python_files(f"services/{service}/engines")
    assert paths
    for path in paths:
        for module in imports_of(path):
            where = f"{path.relative_to(ROOT)} imports {module}"
            assert module.split(".")[0] not in FRAMEWORKS, where
            assert not module.startswith("shared.") or module.startswith(PLAIN), where
            elsewhere = module.startswith("services.") and not module.startswith(
                f"services.{service}.engines"
            )
            assert not elsewhere, where


def test_engines_bring_no_framework_with_them() -> None:
    """Also not by what they import of `shared`: a notebook that schedules a plan starts no web server."""
    modules = [
        ".".join(path.with_suffix("").relative_to(ROOT).parts).removesuffix(".__init__")
        for service in SERVICES
        for path in python_files(f"services/{service}/engines")
    ]
    program = f"import importlib, sys\nfor name in {modules!r}: importlib.import_module(name)\n"
    program += f"print(sorted({FRAMEWORKS!r} & sys.modules.keys()))"
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (ended.stdout.strip(), ended.stderr) == ("[]", "")
