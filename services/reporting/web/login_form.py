"""The page on which people log in: at an issuer, by a link, or with a token."""

from secrets import token_urlsafe

from services.reporting.web import cookies, sessions
from services.reporting.web.command import command_for
from services.reporting.web.page import page
from shared.http.auth.issuers import LOCAL
from shared.http.call import Answer, Call


def login_form(
    call: Call,
    then: str,
    status: int = 200,
    code: str | None = None,
    before: str | None = None,
    problem: str = "",
) -> Answer:
    """The page; `then` is where to go afterwards, `code` and `problem` say why somebody is not in."""
    proof = token_urlsafe(18)
    answer = page(
        call, "login.html", status=status, form=cookies.form_token(call, proof), then=then, code=code, before=before,
        problem=problem, issuers=issuers_of(call),
        link_command=command_for(call, "login-link") if call.kernel.tokens.trusts(LOCAL) else None,
    )  # fmt: skip
    answer.headers["Set-Cookie"] = cookies.set_cookie(call, sessions.FORM_COOKIE, proof, sessions.FORM_LASTS)
    return answer


def issuers_of(call: Call) -> list[tuple[str, str]]:
    """(key, name) of those at which people log in."""
    trusted = (provider.trusted for provider in call.kernel.tokens.providers.values())
    return [(one.key, one.title) for one in trusted if one.client_id]
