"""In which language somebody reads the pages: their own choice, else what their issuer says, else what the browser asks for, else
the organisation's first.

A choice is kept in the browser by a cookie, and with the login of a person, so that it holds in their next browser too. What an
issuer says has a cookie of its own, for whoever logs in next here has made no choice by it.
"""

from datetime import timedelta

from services.reporting.web.cookies import set_cookie
from services.reporting.web.words import Words, languages_of, words_for
from shared.contracts.projects.organisation import Organisation
from shared.domain.organisation import organisation_in
from shared.http.call import Call

LANGUAGE_COOKIE = "portolan_language"
ISSUER_COOKIE = "portolan_issuer_language"
REMEMBERED = timedelta(days=365)


def organisation_of(call: Call) -> Organisation | None:
    """The organisation as it was read last; None where no service answers the address."""
    kernel = getattr(call, "kernel", None)
    return None if kernel is None else organisation_in(kernel.store)


def chosen_in(call: Call) -> str | None:
    """The language that was chosen in this browser; None where that is none of the organisation's."""
    choice = call.cookies.get(LANGUAGE_COOKIE)
    return choice if choice in languages_of(organisation_of(call)) else None


def words_of(call: Call, locale: str | None = None) -> Words:
    """The words of the reader's language, of those that the organisation uses. `locale` is what an issuer says at a log-in
    (`fr`, `fr-CH`), in place of what was said at the one before."""
    of_issuer = call.cookies.get(ISSUER_COOKIE) if locale is None else _code(locale)
    return words_for(call.header("accept-language"), chosen_in(call) or of_issuer, organisation_of(call))


def language_cookie(call: Call, language: str) -> str:
    """The Set-Cookie header by which a browser remembers the choice."""
    return set_cookie(call, LANGUAGE_COOKIE, language, REMEMBERED)


def issuer_cookie(call: Call, locale: str, lasts: timedelta) -> str:
    """The Set-Cookie header for what an issuer says at a log-in; it removes what was said before where that is no language of
    the organisation, and is empty where there is nothing to remove."""
    if (code := _code(locale)) in languages_of(organisation_of(call)):
        return set_cookie(call, ISSUER_COOKIE, code, lasts)
    return set_cookie(call, ISSUER_COOKIE, "", timedelta(0)) if ISSUER_COOKIE in call.cookies else ""


def _code(locale: str) -> str:
    return locale.replace("_", "-").partition("-")[0].lower()
