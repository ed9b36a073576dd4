"""What the claims of several issuers mean, as the settings of each say."""

from time import time
from typing import Any

import pytest

from shared.base.trusted_issuers import TrustedIssuer
from shared.http.auth import Principal
from shared.http.auth.claims import principal_from, value_at

ISSUER = "https://login.example.org"


def principal(claims: dict[str, Any], **settings: Any) -> Principal:
    trusted = TrustedIssuer(key="example", issuer=ISSUER, **settings)
    return principal_from({"sub": "anna", "iat": time()} | claims, trusted, time() + 60)


KEYCLOAK = {
    "realm_access": {"roles": ["office", "director"]},
    "resource_access": {"my.app": {"roles": ["viewer"]}},
}


@pytest.mark.parametrize(
    ("paths", "role_of", "roles"),
    [
        (["realm_access.roles"], {}, ("director",)),
        (["realm_access.roles"], {"office": "manager"}, ("manager",)),
        (["resource_access.my.app.roles"], {}, ("viewer",)),
        (["realm_access.roles", "resource_access.my.app.roles"], {}, ("director", "viewer")),
        (["roles"], {}, ()),
        (["realm_access"], {}, ()),
    ],
)
def test_roles_are_where_the_settings_say(
    paths: list[str], role_of: dict[str, str], roles: tuple[str, ...]
) -> None:
    assert principal(KEYCLOAK, roles=paths, role_of=role_of).roles == roles


def test_a_claim_whose_name_has_dots_is_one() -> None:
    claims = {"https://example.org/roles": ["viewer"]}
    assert principal(claims, roles=["https://example.org/roles"]).roles == ("viewer",)
    assert value_at({"a": {"b": 1}}, "a.b.c") is None


def test_groups_and_accounts_of_an_issuer_begin_with_its_prefix() -> None:
    claims = {"groups": ["steering"], "client_id": "jira", "sub": "jira"}
    account = principal(claims, prefix="partner:")
    assert (account.groups, account.account_name, account.kind) == (
        ("partner:steering",), "partner:jira", "service_account",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("claims", "kind"),
    [
        ({"client_id": "jira", "sub": "jira"}, "service_account"),
        ({"idtyp": "app"}, "service_account"),
        ({"azp": "jira", "preferred_username": "service-account-jira"}, "service_account"),
        ({"azp": "jira", "preferred_username": "service-account-other"}, "user"),
        ({"azp": "jira"}, "user"),
        ({}, "user"),
    ],
)
def test_a_service_account_is_recognised(claims: dict[str, Any], kind: str) -> None:
    assert principal(claims).kind == kind


def test_the_scope_may_be_in_another_claim_with_words_of_its_own() -> None:
    claims = {"roles": ["manager"], "scp": "access projects.read"}
    settings: dict[str, Any] = {"scope": "scp", "foreign_scopes": ["access"]}
    assert principal(claims, **settings).scopes == {"projects.read"}
    assert principal(claims, scope="scp").scopes == {"projects.read"}
    assert principal({"roles": ["manager"], "scp": "access"}, scope="scp").scopes == frozenset()
