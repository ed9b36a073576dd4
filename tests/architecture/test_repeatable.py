"""Tests end the same way every time: chance is seeded, nobody waits by the clock, and the product has one clock."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CLOCK = "shared/base/clock.py"
WALL_CLOCKS = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns"}
SLEEPERS = {
    "tests/shared/http/test_revocations.py": "what is issued in the same millisecond is revoked too",
    "tests/shared/store/test_replicas.py": "the wait is the time after which a silent replica is given up",
    "tests/contracts/test_bus.py": "a broker under test does not answer, and is given up",
}
"""Files that wait outside a loop which looks again, each with its reason."""


def sources(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def dotted(node: ast.expr) -> str:
    """`np.random.default_rng` of such an expression; empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (front := dotted(node.value)):
        return f"{front}.{node.attr}"
    return ""


def imported(tree: ast.Module) -> dict[str, str]:
    """Name in the file -> what it is, such as `time.time` of `from time import time as at`."""
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.asname or alias.name: alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return names


def calls(tree: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    """What is called, by its full name, and the call; what the file does not import has no first name."""
    names = imported(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (called := dotted(node.func)):
            first, _, rest = called.partition(".")
            yield f"{names.get(first, '')}{'.' if rest else ''}{rest}", node


def unseeded(tree: ast.Module) -> list[int]:
    """The lines that draw from what nobody has seeded."""
    lines = []
    for called, call in calls(tree):
        module, _, function = called.rpartition(".")
        without_seed = not call.args and not call.keywords
        if (module == "random" and (function != "Random" or without_seed)) or (
            module == "numpy.random" and (function not in ("default_rng", "Generator") or without_seed)
        ):
            lines.append(call.lineno)
    return lines


def waits(tree: ast.Module) -> list[int]:
    """The lines that sleep outside a loop; `sleep(0)` lets others run, and waits for nothing."""
    looping = {
        inner for node in ast.walk(tree) if isinstance(node, ast.While | ast.For) for inner in ast.walk(node)
    }
    return [
        call.lineno
        for called, call in calls(tree)
        if called.rpartition(".")[2] == "sleep"
        and call not in looping
        and not (isinstance(call.args[0], ast.Constant) and call.args[0].value == 0)
    ]


def wall_clocks(tree: ast.Module) -> list[int]:
    """The lines that ask the clock of the machine."""
    return [call.lineno for called, call in calls(tree) if called.removeprefix("datetime.") in WALL_CLOCKS]


@pytest.mark.parametrize(
    ("look", "right", "wrong"),
    [
        (unseeded, "import random\nrandom.Random(1).choice([1])", "import random\nrandom.choice([1])"),
        (unseeded, "from random import Random\nRandom(5)", "from random import Random\nRandom()"),
        (unseeded, "import numpy as np\nnp.random.default_rng(2)", "import numpy as np\nnp.random.default_rng()"),
        (waits, "import asyncio\nasyncio.sleep(0)", "import asyncio\nasyncio.sleep(1)"),
        (waits, "from time import sleep\nwhile x:\n    sleep(1)", "from time import sleep\nsleep(1)"),
        (wall_clocks, "from time import monotonic\nmonotonic()", "from time import time as at\nat()"),
        (wall_clocks, "from datetime import datetime\ndatetime(1, 1, 1)", "import datetime\ndatetime.date.today()"),
        (wall_clocks, "from datetime import time\ntime()", "from datetime import datetime\ndatetime.now()"),
    ],
)  # fmt: skip
def test_the_looks_below_see_what_they_look_for(look, right: str, wrong: str) -> None:  # type: ignore[no-untyped-def]
    assert not look(ast.parse(right))
    assert look(ast.parse(wrong))


def test_chance_is_seeded() -> None:
    places = [
        f"{name_of(path)}:{line}"
        for path in sources("tests", "benchmarks")
        for line in unseeded(ast.parse(path.read_bytes()))
    ]
    assert not places, "draw from `Random(seed)`, so that a failure comes again"


def test_nobody_waits_by_the_clock() -> None:
    places = {name_of(path): waits(ast.parse(path.read_bytes())) for path in sources("tests")}
    waiting = {name: lines for name, lines in places.items() if lines}
    others = {name: lines for name, lines in waiting.items() if name not in SLEEPERS}
    assert not others, "wait in a loop with a deadline for what is to come, or give a reason in SLEEPERS"
    assert not (SLEEPERS.keys() & places.keys()) - waiting.keys(), (
        "these no longer wait: take them out of SLEEPERS"
    )


def test_the_product_has_one_clock() -> None:
    places = [
        f"{name_of(path)}:{line}"
        for path in sources("services", "shared", "sample")
        if name_of(path) != CLOCK
        for line in wall_clocks(ast.parse(path.read_bytes()))
    ]
    assert not places, f"ask {CLOCK}, which tests can turn"
