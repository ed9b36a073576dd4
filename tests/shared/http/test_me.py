"""`GET /<service>/v1/me`: who calls, and what they may do there."""

import pytest

from shared.http.auth.issuers import LOCAL
from shared.http.auth.roles import SERVICES
from shared.http.me import languages_of
from tests.access.conftest import Office
from tests.conftest import Portolan


async def test_every_service_says_who_calls_and_what_they_may(everywhere: Portolan) -> None:
    office = Office(everywhere)
    portfolio = await office.make("/projects/v1/portfolios", name="Harbour works")
    person = await office.person("Anna", "anna")
    await office.member("manager", "portfolio", portfolio["id"], person_id=person)
    await everywhere.settled()
    anna = office.caller("anna", "participant")
    for service in SERVICES:
        me = (await anna.get(f"/{service}/v1/me", headers={"Accept-Language": "fr-CH, en;q=0.5"})).json()
        assert (me["subject"], me["issuer"], me["kind"], me["person_id"]) == ("anna", LOCAL, "user", person)
        assert (me["roles"], me["scopes"], me["languages"]) == (["participant"], [], ["fr-CH", "en"])
        [membership] = me["memberships"]
        assert (membership["role"], membership["scope"], membership["scope_id"]) == (
            "manager", "portfolio", portfolio["id"],
        )  # fmt: skip
        assert (me["token"]["kind"], me["token"]["scopes"]) == ("issued", None)


async def test_who_has_no_token_is_nobody(portolan: Portolan) -> None:
    assert (await portolan.anonymous().get("/risk/v1/me")).status_code == 401


@pytest.mark.parametrize(
    ("header", "languages"),
    [
        ("", []), ("fr", ["fr"]), ("en;q=0.5, fr;q=0.9, de;q=0", ["fr", "en"]), ("en;q=x, *, fr", ["fr"]),
        ("a" * 40 + ", it", ["it"]), (",;,fr", ["fr"]),
    ],
)  # fmt: skip
def test_languages_are_those_that_are_wanted(header: str, languages: list[str]) -> None:
    assert languages_of(header) == languages
