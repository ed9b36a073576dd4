"""A mandate that was edited while it was in review goes over with all that was to be signed, and what was signed is verified."""

from pathlib import Path

from tests.conftest import Portolan
from tests.exports.conftest import passed_on
from tests.projects.mandate.conftest import MANDATES, Leading
from tests.support.given import chf


async def test_what_was_frozen_goes_over_whole(portolan: Portolan, empty: Portolan, folder: Path) -> None:
    leading = await Leading(portolan).begin()
    await leading.lead()
    mandate = await leading.in_review()
    await leading.sign(mandate, "sara")
    assert (await leading.revise(MANDATES, mandate, budget=chf("60000.00"))).status_code == 200
    for who in ("sara", "max"):
        assert (await leading.sign(mandate, who)).status_code == 200
    await passed_on(portolan, empty, folder)
    path = leading.url(MANDATES, mandate["id"])
    there = (await empty().get(path)).json()
    assert (there["state"], there["budget"], len(there["signatures"])) == ("signed", chf("60000.00"), 2)
    assert (await empty().get(f"{path}/verify")).json()["intact"] is True
    before = await empty().get(f"{path}/content", params={"sha256": mandate["content_hash"]})
    assert before.json()["budget"] == chf("50000.00")
