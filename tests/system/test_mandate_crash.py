"""The process is killed at each point between the last signature of an initiation mandate and what follows from it: started
again, the project is initiating, with one budget and one register open, whatever it was doing."""

from collections.abc import Iterator

import pytest

from tests.system.running import EmbeddedProcess
from tests.system.signing import Signing


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedProcess]:
    process = EmbeddedProcess(tmp_path_factory.mktemp("mandate") / "data")
    process.start()
    try:
        yield process
    finally:
        process.end()


def test_a_signature_that_did_not_arrive_did_nothing_and_is_given_again(instance: EmbeddedProcess) -> None:
    signing = Signing(instance)
    signing.sign_last_and_die(is_behind=False)
    instance.start()
    assert signing.state() == ("in_review", "proposed")
    assert signing.items("/finance/v1/budgets", project_id=signing.project) == []
    assert signing.sign(signing.logins[1]).status_code == 200
    signing.until(signing.is_open)
    signing.refuse_doubles()


def test_a_signature_that_was_committed_has_all_its_consequences(instance: EmbeddedProcess) -> None:
    """Killed behind the commit: its answer never arrived, and finance and risk have perhaps not heard of it."""
    signing = Signing(instance)
    signing.sign_last_and_die(is_behind=True)
    instance.start()
    assert signing.state() == ("signed", "initiating"), "both or neither"
    signing.until(signing.is_open)
    assert signing.sign(signing.logins[1]).status_code == 409, "it is signed"
    signing.refuse_doubles()


def test_what_finance_and_risk_have_done_is_not_done_again(instance: EmbeddedProcess) -> None:
    signing = Signing(instance)
    assert signing.sign(signing.logins[1]).json()["state"] == "signed"
    signing.until(signing.is_open)
    instance.kill()
    instance.start()
    assert signing.state() == ("signed", "initiating")
    assert signing.is_open()
    signing.refuse_doubles()
