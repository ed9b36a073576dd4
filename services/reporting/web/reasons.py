"""Why a figure is missing, a health is what it is, or something was refused, in the language of the page.

Dashboards and refusals give reasons as English sentences. Each is known here by its shape, so that a catalogue translates it; one
that is not known here is shown as it is.
"""

import re

from services.reporting.web.words import ENGLISH, N_, STAGES, Words

SHAPES = (
    N_("no amounts"),
    N_("no rate from %(others)s to %(currency)s"),
    N_("amounts in %(currencies)s, and no reporting currency"),
    N_("%(n)s of the amounts is not of the plan's currency, and no rate"),
    N_("%(n)s of the amounts are not of the plan's currency, and no rate"),
    N_("%(n)s projects have no variance and are left out of it"),
    N_("no planned finish"),
    N_("no planned start"),
    N_("not approved yet"),
    N_("%(stage)s without an actual finish"),
    N_("%(stage)s without an actual start"),
    N_("planned cost is 0"),
    N_("no planned cost"),
    N_("no forecast cost"),
    N_("plan in %(plan)s, forecast in %(forecast)s, and no rate"),
    N_("actual cost in %(cost)s, plan in %(plan)s, and no rate"),
    N_("no work package with a budget in the project's currency"),
    N_("a work package with a budget has no planned dates"),
    N_("no planned value yet"),
    N_("no actual cost"),
    N_("it has parts in another currency, or more than 18 digits"),
    N_("the amount has more than 18 digits"),
    N_("a risk has occurred"),
    N_("%(n)s risks have occurred"),
    N_("a risk of score %(score)s"),
    N_("the project was archived"),
    N_("the project was %(stage)s"),
)
"""Reasons with their values left out."""

REFUSALS = (
    N_("there is no such resource"),
    N_("there is no such file"),
    N_("there is no such project by that day"),
    N_("there is no such portfolio by that day"),
    N_("%(name)s lies in the future"),
    N_("a day until today"),
    N_("%(name)s is not acceptable"),
    N_("%(name)s is not acceptable: %(detail)s"),
    N_("%(name)s is given twice"),
    N_("given twice"),
    N_("of %(values)s"),
    N_("a date is written 2026-06-01"),
    N_("the year lies between %(first)s and %(last)s"),
    N_("write a whole number"),
    N_("write a UUID in its canonical form"),
    N_("at most %(n)s words"),
    N_("at most %(n)s members"),
    N_("not a cursor of ours"),
    N_("not a cursor of this list"),
    N_("a query parameter is not one of this operation"),
    N_("not a parameter of this operation"),
    N_("the query string cannot be read"),
    N_("the path is not percent-encoded UTF-8"),
    N_("control characters are not accepted"),
    N_("not accepted"),
    N_("an address may have %(n)s bytes"),
    N_("this resource has %(methods)s"),
    N_("this operation answers %(kinds)s"),
    N_("the token lacks the scope %(scope)s"),
    N_("the form was sent by another site"),
    N_("the form has expired; load the page again"),
    N_("the form cannot be read"),
    N_("a member of the form is given twice"),
    N_("too many attempts to log in have failed; wait a little"),
    N_("this browser has begun no such log-in, or too long ago; log in again"),
    N_("the answer belongs to another log-in; log in again"),
    N_("the answer belongs to another log-in; begin again"),
    N_("the answer is another issuer's; log in again"),
    N_("the issuer has logged nobody in: %(error)s"),
    N_("the issuer has logged nobody in"),
    N_("the answer of the issuer has no code; log in again"),
    N_("the issuer does not accept this log-in; begin again"),
    N_("the issuer says nothing of who has logged in"),
    N_("the issuer gives no access token for this instance; its audience must be %(audience)s"),
    N_("the tokens are two people's; begin again"),
    N_("this is no ID token of this log-in"),
    N_("the token's issuer is not trusted here"),
    N_("the token has expired"),
    N_("the token is not valid"),
    N_("the token was revoked"),
    N_("the token names a key its issuer does not publish"),
    N_("the issuer cannot be reached now"),
    N_("the issuer's metadata cannot be read now"),
    N_("the issuer's keys cannot be read now"),
    N_("there is no such issuer to log in at"),
    N_("a scope is one or several of `service.verb`, or services alone, or verbs alone"),
    N_("a token may live for %(n)s days"),
    N_("this instance has no personal access tokens"),
    N_("a service account gets its tokens from its issuer"),
    N_("%(n)s requests a minute are allowed"),
    N_("the store is not available at the moment"),
    N_("the store is damaged"),
    N_("not done within %(n)s s"),
    N_("something went wrong on our side; the trace id finds it in the logs"),
)
"""What a page may be refused for, with the values left out."""
TITLES = (
    N_("The request was refused"),
    N_("The request cannot be read"),
    N_("A valid token is needed"),
    N_("The caller may not do this"),
    N_("There is no such resource"),
    N_("The resource does not have this method"),
    N_("No acceptable representation"),
    N_("The request did not come in time"),
    N_("The present state does not allow this"),
    N_("The state does not allow this move"),
    N_("The key is already taken"),
    N_("The person was erased"),
    N_("The reference is not known here yet"),
    N_("What was asked for is gone"),
    N_("The resource has changed since it was read"),
    N_("The content is too large"),
    N_("The address is too long"),
    N_("The content type is not supported here"),
    N_("The content is not valid"),
    N_("The content has no such part"),
    N_("If-Match is needed"),
    N_("Too many requests"),
    N_("The header lines are too large"),
    N_("A defect"),
    N_("This part of HTTP is not supported here"),
    N_("The service stopped before it answered"),
    N_("A part of the system is not available at the moment"),
    N_("Too many change the same thing at once"),
    N_("It took too long"),
)
"""The titles of refusals."""

_PLACE = re.compile(r"%\\\((\w+)\\\)s|%\((\w+)\)s")


def _patterns(shapes: tuple[str, ...]) -> list[tuple[str, re.Pattern[str]]]:
    """Each shape with the pattern that finds its values, the most literal first."""
    return [
        (shape, re.compile(_PLACE.sub(_named_group, re.escape(shape))))
        for shape in sorted(shapes, key=_vagueness)
    ]


def _named_group(place: re.Match[str]) -> str:
    return f"(?P<{place[1] or place[2]}>.+?)"


def _vagueness(shape: str) -> tuple[int, int]:
    literal = _PLACE.sub("", shape)
    return shape.count("%("), -len(literal)


_REASONS, _REFUSALS = _patterns(SHAPES), _patterns(REFUSALS)


def reason_in(words: Words, reason: str | None) -> str:
    """The reason as the page's language says it; empty where there is none."""
    return _translated(words, _REASONS, reason or "") or reason or ""


def refusal_in(words: Words, detail: str) -> str:
    """What was wrong as the page's language says it; in English where no shape fits."""
    return _translated(words, _REFUSALS, detail) or detail


def fault_in(words: Words, detail: str) -> str | None:
    """The same of what beside the name of a parameter only explains; None rather than a foreign language."""
    return _translated(words, _REFUSALS, detail) or (detail if words.language == ENGLISH else None)


def _translated(words: Words, shapes: list[tuple[str, re.Pattern[str]]], text: str) -> str | None:
    for shape, pattern in shapes:
        if match := pattern.fullmatch(text):
            values = match.groupdict()
            if "stage" in values:
                values["stage"] = words.name_in(STAGES, values["stage"]).lower()
            if "detail" in values:
                values["detail"] = _translated(words, shapes, values["detail"]) or values["detail"]
            return words.gettext(shape) % values if values else words.gettext(shape)
    return None
