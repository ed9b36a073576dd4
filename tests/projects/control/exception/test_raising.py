"""Exceptions are raised, follow their forecast and lapse by themselves."""

import pytest

from tests.projects.control.conftest import EXCEPTIONS, Steering
from tests.support.given import FORECASTS, PROJECTS, chf


@pytest.mark.rule("projects.exception.1")
async def test_a_forecast_exactly_at_the_tolerance_is_inside_it(steering: Steering) -> None:
    await steering.bind()
    await steering.expect("1100.00")  # 1000.00 and ten per cent
    await steering.finish("2027-07-10")  # 30 June and ten days
    await steering.threaten(4, 3)
    assert await steering.exceptions() == []


@pytest.mark.rule("projects.exception.1")
async def test_a_forecast_of_each_kind_that_leaves_its_tolerance_raises_one(steering: Steering) -> None:
    mandate = await steering.bind()
    await steering.expect("1100.01")
    await steering.finish("2027-07-11")
    await steering.threaten(5, 3)
    raised = {one["axis"]: one for one in await steering.exceptions()}
    assert {axis: (one["tolerance"], one["forecast"]) for axis, one in raised.items()} == {
        axis: tuple(
            dict.fromkeys(("finish_on", "cost", "score", "percent", "words")) | {member: value}
            for value in values
        )
        for axis, member, values in (
            ("cost", "cost", (chf("1100.00"), chf("1100.01"))),
            ("time", "finish_on", ("2027-07-10", "2027-07-11")),
            ("risk", "score", (12, 15)),
        )
    }
    assert {one["mandate_id"] for one in raised.values()} == {mandate["id"]}


@pytest.mark.rule("projects.exception.1")
async def test_a_forecast_that_was_there_before_the_mandate_raises_one_as_it_is_signed(
    steering: Steering,
) -> None:
    await steering.expect("1100.01")
    await steering.threaten(5, 3)
    assert await steering.exceptions() == []
    await steering.bind()
    assert sorted(await steering.states()) == [("cost", "raised"), ("risk", "raised")]


@pytest.mark.rule("projects.exception.2")
async def test_a_forecast_that_is_revised_again_follows_in_the_one_exception(steering: Steering) -> None:
    await steering.bind()
    forecast = await steering.expect("1200.00")
    await steering.revise(FORECASTS, forecast, at_completion=chf("1300.00"))
    await steering.portolan.settled()
    await steering.expect("1250.00", "2026-11-09")
    [one] = await steering.exceptions()
    assert (one["state"], one["forecast"]["cost"], one["version"]) == ("raised", chf("1250.00"), 3)


@pytest.mark.rule("projects.exception.2")
async def test_one_lapses_when_the_forecast_is_back_before_it_is_decided_and_another_may_follow(
    steering: Steering,
) -> None:
    await steering.bind()
    await steering.finish("2027-08-01")
    await steering.assessed((await steering.exceptions())[0])
    await steering.finish("2027-07-10")
    assert await steering.states() == [("time", "lapsed")]
    await steering.finish("2027-07-11")
    assert sorted(await steering.states()) == [("time", "lapsed"), ("time", "raised")]


@pytest.mark.rule("projects.exception.2")
async def test_once_closed_another_is_raised_only_beyond_what_was_accepted(steering: Steering) -> None:
    await steering.bind()
    await steering.expect("1200.00")
    one = await steering.assessed((await steering.exceptions())[0])
    accepted = {"cost": chf("1250.00")}
    answer = await steering.by("sara", EXCEPTIONS, one, "decide", decision="Go on", accepted_up_to=accepted)
    assert answer.status_code == 200, answer.text
    await steering.expect("1400.00", "2026-11-03")
    assert await steering.states() == [("cost", "decided")]
    await steering.expect("1250.00", "2026-11-04")
    await steering.move(EXCEPTIONS, one, "close")
    assert await steering.states() == [("cost", "closed")]
    await steering.expect("1250.01", "2026-11-05")
    assert await steering.states() == [("cost", "closed"), ("cost", "raised")]
    assert (await steering.exceptions())[1]["tolerance"]["cost"] == chf("1250.00")


@pytest.mark.rule("projects.exception.2")
async def test_what_went_beyond_it_while_it_was_carried_out_is_told_once_it_is_closed(
    steering: Steering,
) -> None:
    await steering.bind()
    await steering.expect("1200.00")
    one = await steering.assessed((await steering.exceptions())[0])
    body = {"decision": "Go on", "accepted_up_to": {"cost": chf("1250.00")}}
    await steering.by("sara", EXCEPTIONS, one, "decide", **body)
    await steering.expect("1300.00", "2026-11-03")
    await steering.move(EXCEPTIONS, one, "close")
    assert await steering.states() == [("cost", "closed"), ("cost", "raised")]


@pytest.mark.rule("projects.exception.1")
async def test_an_older_forecast_that_comes_late_changes_nothing(steering: Steering) -> None:
    await steering.bind()
    await steering.expect("1050.00", "2026-11-02")
    await steering.expect("5000.00", "2026-10-01")
    assert await steering.exceptions() == []


@pytest.mark.rule("projects.exception.1")
async def test_the_next_edition_with_other_tolerances_judges_anew(steering: Steering) -> None:
    mandate = await steering.bind()
    await steering.expect("1200.00")
    edition = (await steering.act("projects/v1/mandates", mandate, "editions")).json()
    await steering.revise("projects/v1/mandates", edition, budget=chf("1100.00"))
    await steering.move("projects/v1/mandates", edition, "submit")
    for who in ("sara", "max"):
        assert (await steering.sign(edition, who)).status_code == 200
    assert await steering.states() == [("cost", "lapsed")]  # 1100.00 and ten per cent: 1210.00


async def test_without_a_mandate_nothing_is_raised(steering: Steering) -> None:
    await steering.expect("99999.00")
    assert (await steering.act(PROJECTS, steering.erp, "discontinue")).status_code == 200
    assert await steering.exceptions() == []
