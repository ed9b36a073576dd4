"""What holds of personal access tokens: they live for a while, and are never wider than what made them."""

from collections.abc import Collection
from datetime import timedelta

from shared.base.errors import Fault, Forbidden, Invalid
from shared.http.auth import Principal
from shared.http.auth.issuers import NOTHING
from shared.http.auth.roles import narrowing


def may_have_tokens(owner: Principal, most_days: int) -> None:
    """Refuse (403) who is no person with a token of an issuer."""
    if not most_days:
        raise Forbidden("this instance has no personal access tokens", code="no_personal_tokens")
    if owner.personal_token:
        raise Forbidden("a personal access token makes no other; log in", code="needs_log_in")
    if owner.kind != "user":
        raise Forbidden("a service account gets its tokens from its issuer", code="not_a_person")


def lasts(days: int, most_days: int) -> timedelta:
    if days > most_days:
        raise Invalid(
            f"a token may live for {most_days} days",
            Fault("too_long", "fewer days", pointer="/days"),
            code="too_long",
        )
    return timedelta(days=days)


def scope_within(words: str | None, bounds: Collection[str] | None) -> str | None:
    """The scope of a token that is made with a token of these bounds: no wider. None: it is narrowed to nothing."""
    if words is None:
        return None if bounds is None else " ".join(sorted(bounds)) or NOTHING
    scopes, unknown = narrowing(words.split())
    if unknown or not scopes:
        raise Invalid(
            "a scope is one or several of `service.verb`, or services alone, or verbs alone",
            Fault("not_understood", "is not understood", pointer="/scope"),
            code="scope_not_understood",
        )
    if bounds is None:
        return words
    return " ".join(sorted(scopes & set(bounds))) or NOTHING
