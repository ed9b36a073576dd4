"""Actions over REST: whoever sets right what deviated does not say themselves that it worked."""

import pytest

from tests.access.conftest import Office
from tests.conftest import Portolan
from tests.support.given import Arranger

ACTIONS = "projects/v1/actions"


async def test_an_action_is_done_and_verified_without_a_project(portolan: Portolan) -> None:
    director = Arranger(portolan)
    action = await director.make(ACTIONS, title="Train the users", due_on="2031-03-03")
    done = await director.move(ACTIONS, action, "start", "complete")
    verified = await director.move(ACTIONS, done, "verify", observed_effect="Nobody calls any more.")
    assert (verified["state"], verified["observed_effect"]) == ("verified", "Nobody calls any more.")


@pytest.mark.rule("projects.action.1")
async def test_a_corrective_action_is_verified_by_another_with_the_effect_that_was_observed(
    everywhere: Portolan,
) -> None:
    office = Office(everywhere)
    anna, ben = office.caller("anna", "director"), office.caller("ben", "director")
    action = await office.make(f"/{ACTIONS}", title="Move the load test", kind="corrective")
    path = f"/{ACTIONS}/{action['id']}"
    assert (await office.act(path, "complete", anna)).status_code == 200
    own = await office.act(path, "verify", anna)
    assert (own.status_code, own.json()["code"]) == (403, "four_eyes")
    assert "verify" not in (await anna.get(path, params={"include": "allowed_moves"})).json().get(
        "allowed_moves", ()
    )
    blind = await office.act(path, "verify", ben)
    assert (blind.status_code, blind.json()["code"]) == (422, "observed_effect_missing")
    tag = (await ben.get(path)).headers["ETag"]
    body = {"observed_effect": "The deadline holds."}
    verified = await ben.post(f"{path}/verify", json=body, headers={"If-Match": tag})
    assert (verified.status_code, verified.json()["observed_effect"]) == (200, "The deadline holds.")


async def test_who_made_a_corrective_action_may_verify_what_somebody_else_did(portolan: Portolan) -> None:
    office = Office(portolan)
    anna = office.caller("anna", "director")
    action = await office.make(f"/{ACTIONS}", title="Move the load test", kind="corrective")
    path = f"/{ACTIONS}/{action['id']}"
    assert (await office.act(path, "complete", anna)).status_code == 200
    tag = (await anna.get(path)).headers["ETag"]
    body = {"observed_effect": "The deadline holds."}
    assert (await office.director.post(f"{path}/verify", json=body, headers={"If-Match": tag})).is_success


async def test_one_that_is_returned_is_verified_anew(portolan: Portolan) -> None:
    director = Arranger(portolan)
    action = await director.make(ACTIONS, title="Train the users")
    returned = await director.move(ACTIONS, action, "complete", "return")
    assert returned["state"] == "in_progress"
    assert (await director.act(ACTIONS, returned, "verify")).status_code == 409


@pytest.mark.rule("projects.action.2")
async def test_a_later_date_keeps_the_first(portolan: Portolan) -> None:
    director = Arranger(portolan)
    action = await director.make(ACTIONS, title="Train the users")
    assert action["first_due_on"] is None
    for day in ("2031-03-03", "2031-04-01", "2031-02-03"):
        action = (await director.revise(ACTIONS, action, due_on=day)).json()
        assert (action["first_due_on"], action["due_on"]) == ("2031-03-03", day)
