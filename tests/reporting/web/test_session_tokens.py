"""The token of a session: what the pages call the services with is what its holder may do, and no more."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.base.clock import epoch_seconds
from shared.http.auth import Principal
from shared.http.auth.issuers import LOCAL
from shared.http.auth.roles import bounds_of, scopes_of
from tests.conftest import Portolan

MINUTE = timedelta(minutes=1)


def somebody(scope: str | None = None, issuer: str = LOCAL) -> Principal:
    at = epoch_seconds()
    return Principal(
        "anna", issuer, ("manager",), scopes_of(("manager",), scope), at + 3600, "token-7", at - 100,
        ("it-steering",), bounds_of(scope), "session-3",
    )  # fmt: skip


@pytest.mark.parametrize("scope", [None, "projects.read", "no-such-word"])
async def test_a_token_for_a_session_has_the_rights_of_the_session(
    portolan: Portolan, scope: str | None
) -> None:
    holder = somebody(scope)
    assert portolan.tokens.local is not None
    token = portolan.tokens.local.issue_for(holder, "portolan", MINUTE)
    principal = await portolan.tokens.principal(token)
    assert principal.expires_at <= epoch_seconds() + 61
    assert replace(principal, expires_at=0, issued_at=0) == replace(holder, expires_at=0, issued_at=0)


async def test_a_token_for_a_session_ends_no_later_than_the_session(portolan: Portolan) -> None:
    assert portolan.tokens.local is not None
    brief = replace(somebody(), expires_at=epoch_seconds() + 5)
    token = portolan.tokens.local.issue_for(brief, "portolan", MINUTE)
    assert (await portolan.tokens.principal(token)).expires_at <= brief.expires_at


async def test_a_token_for_a_subject_of_an_issuer_that_is_not_trusted_is_refused(portolan: Portolan) -> None:
    assert portolan.tokens.local is not None
    stranger = somebody(issuer="https://elsewhere.example.org")
    token = portolan.tokens.local.issue_for(stranger, "portolan", MINUTE)
    answer = await portolan.anonymous().get(
        "/projects/v1/projects", headers={"Authorization": f"Bearer {token}"}
    )
    assert (answer.status_code, answer.json()["code"]) == (401, "unknown_issuer")
