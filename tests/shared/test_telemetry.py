"""The log: JSON lines from the level that the settings ask for."""

import io
import json

import pytest

from shared.telemetry import LEVELS, Log


@pytest.mark.parametrize("level", LEVELS)
def test_only_what_the_level_asks_for_is_told(level: str) -> None:
    log = Log()
    log.stream, log.level = io.StringIO(), level
    for said in LEVELS:
        log.event(said, "projects", "told")
    log.flush()
    told = [json.loads(line)["level"] for line in log.stream.getvalue().splitlines()]
    assert tuple(told) == LEVELS[LEVELS.index(level) :]
