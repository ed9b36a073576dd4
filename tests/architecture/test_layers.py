"""The layers of shared: each imports only what lies below it, and no module stands in a circle."""

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parents[2]
LAYERS = ("base", "contracts", "store", "domain", "messaging", "http", "runtime")
"""From the lowest to the highest."""
HEAVY = (
    "aiokafka",
    "alembic",
    "asyncpg",
    "babel.messages",
    "holidays",
    "puremagic",
    "sqlalchemy.ext.asyncio",
    "xlsxwriter",
)
"""Libraries that are loaded when they are first needed: they, and modules that stand on them, are the only imports
inside functions."""


def modules() -> dict[str, Path]:
    """Dotted name -> file, of all of shared."""
    files = (ROOT / "shared").rglob("*.py")
    return {
        ".".join(f.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): f
        for f in files
        if "versions" not in f.parts
    }


def imported(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module:
        yield from (f"{node.module}.{alias.name}" for alias in node.names)


def imports(name: str, file: Path, expected: dict[str, Path]) -> set[str]:
    """The modules of shared that a module imports, wherever in it."""
    names = {each for node in ast.walk(ast.parse(file.read_text())) for each in imported(node)}
    own = {
        each if each in expected else each.rpartition(".")[0] for each in names if each.startswith("shared.")
    }
    return (own & expected.keys()) - {name}


def layer(module: str) -> int:
    return LAYERS.index(module.split(".")[1])


def test_every_module_of_shared_lies_in_a_layer() -> None:
    loose = [name for name in modules() if name != "shared" and name.split(".")[1] not in LAYERS]
    assert loose == [], f"move them into one of {', '.join(LAYERS)}"


def test_a_layer_imports_only_what_lies_below_it() -> None:
    expected = modules()
    upward = [
        f"{name} imports {other}"
        for name, file in expected.items()
        if name != "shared"
        for other in imports(name, file, expected)
        if other != "shared" and layer(other) > layer(name)
    ]
    assert upward == []


def test_no_modules_of_shared_import_each_other_in_a_circle() -> None:
    expected = modules()
    graph = {name: imports(name, file, expected) - {"shared"} for name, file in expected.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        raise AssertionError(f"a circle: {' -> '.join(error.args[1])}") from error


def is_heavy(name: str, expected: dict[str, Path]) -> bool:
    """Whether the name is one of a heavy library, or of a module of ours that imports one at its top."""
    if name.startswith(tuple(f"{library}." for library in HEAVY)) or name in HEAVY:
        return True
    file = expected.get(name) or expected.get(name.rpartition(".")[0])
    if file is None:
        return False
    return any(each.startswith(HEAVY) for node in ast.parse(file.read_text()).body for each in imported(node))


def test_only_what_is_heavy_is_imported_inside_functions() -> None:
    expected = modules()
    late = {
        f"{name}: {each}"
        for name, file in expected.items()
        for function in ast.walk(ast.parse(file.read_text()))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        for each in imported(node)
        if not is_heavy(each, expected)
    }
    assert late == set()
