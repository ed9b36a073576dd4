"""`portolan clock`: shows and turns the clock of a test instance, and of no other."""

from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from services.cli import main
from shared.base import clock, turned_clock
from shared.base.clock import epoch_seconds, machine_now, now
from shared.base.settings import Settings


def ran(data: Path, *arguments: str, test_clock: str = "1") -> Result:
    return CliRunner().invoke(
        main, ["clock", *arguments, "--data", str(data)], env={"PORTOLAN_TEST_CLOCK": test_clock}
    )


def test_the_clock_is_turned_from_where_it_stands_and_put_back(tmp_path: Path) -> None:
    assert "the clock of the machine" in ran(tmp_path).output
    assert "30 days ahead" in ran(tmp_path, "+30d").output
    assert "29 days, 12:00:00 ahead" in ran(tmp_path, "-12h").output
    assert turned_clock.read(tmp_path) == timedelta(days=29, hours=12)
    assert "the clock of the machine" in ran(tmp_path, "reset").output


@pytest.mark.parametrize("step", ["30d", "+30", "+d", "+1y", "tomorrow", "+999999w"])
def test_what_is_no_step_is_refused(tmp_path: Path, step: str) -> None:
    assert ran(tmp_path, step).exit_code == 2
    assert turned_clock.read(tmp_path) == timedelta()


def test_an_instance_that_is_no_test_has_the_clock_of_the_machine(tmp_path: Path) -> None:
    refused = ran(tmp_path, "+30d", test_clock="0")
    assert refused.exit_code == 2
    assert "PORTOLAN_TEST_CLOCK" in refused.output
    turned_clock.write(tmp_path, timedelta(days=30))
    turned_clock.follow_once(Settings(data=tmp_path))
    assert abs(now() - machine_now()) < timedelta(minutes=1)


def test_a_test_clock_needs_the_local_issuer_alone() -> None:
    with pytest.raises(ValueError, match="PORTOLAN_TEST_CLOCK"):
        Settings(test_clock=True, local_issuer=False)
    with pytest.raises(ValueError, match="PORTOLAN_TEST_CLOCK"):
        Settings(test_clock=True, issuers={"https://login.example": "https://login.example/keys"})
    with pytest.raises(ValueError, match="PORTOLAN_ISSUERS_FILE"):
        Settings(test_clock=True, issuers_file=Path("issuers.toml"))


async def test_a_process_follows_and_its_tokens_do_not(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, test_clock=True)
    async with turned_clock.following(settings):
        turned_clock.write(tmp_path, timedelta(days=30))
        turned_clock.follow_once(settings)
        assert now() - machine_now() > timedelta(days=29)
        assert abs(epoch_seconds() - machine_now().timestamp()) < 60
    assert abs(now() - machine_now()) < timedelta(minutes=1)
    assert abs(clock.now_micros() - clock.machine_micros()) < 60_000_000
