"""How a page is made: the template, the language, and headers that let a browser run nothing but our own files."""

import re
from functools import lru_cache, partial
from typing import Any
from urllib.parse import quote, urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from services.reporting.asof import AsOf
from services.reporting.dashboards.exposure.view import OPEN
from services.reporting.web import sessions
from services.reporting.web.amounts import figure_unit, of_costs, table_unit
from services.reporting.web.assets import url_of
from services.reporting.web.help import HELP
from services.reporting.web.here import Here
from services.reporting.web.lights import TONES, light_of, lights_of, reasons_of
from services.reporting.web.reading import organisation_of, words_of
from services.reporting.web.reasons import reason_in
from services.reporting.web.registers.menu import menu
from services.reporting.web.words import (
    HEALTH,
    N_,
    RISK_STATES,
    STAGES,
    STEPS,
    Words,
    languages_of,
    name_of,
)
from shared.base.clock import now
from shared.base.errors import Refusal, Unauthenticated
from shared.base.texts import in_language
from shared.base.version import VERSION
from shared.contracts.words import capitalised
from shared.http import answers
from shared.http.call import Answer, Call

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
        " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
}

MESSAGES = {
    "updated": N_("Updated at {time}: {what}"),
    "away": N_("Portolan cannot be reached. The figures are those of {time}; new attempts are being made."),
    "back": N_("Connected again."),
    "ended": N_("Your session has ended. The figures are those of {time}."),
    "login": N_("Log in again"),
}
"""What an open page says by itself; `{time}` is a time of day, `{what}` a list of parts."""

_CODED = re.compile("`([^`]+)`")
_NAME = re.compile(r"[a-z]+(_[a-z]+)+\b")


@lru_cache(maxsize=16)
def _environment(words: Words) -> Environment:
    """Templates in one language."""
    environment = Environment(
        loader=PackageLoader("services.reporting.web"),
        autoescape=select_autoescape(disabled_extensions=("txt",), default=True),
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.install_gettext_translations(words.catalogue, newstyle=True)  # type: ignore[attr-defined] # the extension adds it
    environment.globals |= {
        "words": words, "labels": words.labels, "reason": partial(reason_in, words), "translated": partial(translated_in, words.language), "figure_unit": figure_unit, "table_unit": table_unit, "of_costs": of_costs,
        "url_of": url_of, "version": VERSION, "STAGES": STAGES, "HEALTH": HEALTH, "RISK_STATES": RISK_STATES,
        "STEPS": STEPS, "TONES": TONES, "light_of": light_of, "lights_of": lights_of,
        "OPEN_RISKS": [state.value for state in OPEN], "reasons_of": partial(reasons_of, words=words),
    }  # fmt: skip
    environment.filters |= {
        "coded": coded,
        "sentence": sentence,
        "capitalised": capitalised,
        "filled": filled,
    }
    return environment


def translated_in(language: str, text: str) -> str:
    """A sentence of a refusal, or its title, in the language of the page."""
    return in_language(text, language)


def rendered(words: Words, template: str, **contents: Any) -> str:
    """A template that is no page: nobody looks at it here."""
    return _environment(words).get_template(template).render(**contents)


def filled(query: dict[str, str | None]) -> dict[str, str]:
    """The parameters of an address that say something."""
    return {name: value for name, value in query.items() if value}


def coded(text: str) -> Markup:
    """`names` in backticks as code; everything else stays text."""
    return Markup(_CODED.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704 escaped before


def sentence(text: str) -> Markup:
    """A refusal's detail as a sentence; the name of a parameter that begins it stays as it is written."""
    if name := _NAME.match(text):
        return coded(f"`{name[0]}`{text[name.end() :]}.")
    return coded(f"{text[:1].upper()}{text[1:]}.")


def page(call: Call, template: str, at: AsOf | None = None, status: int = 200, **contents: Any) -> Answer:
    """A page of ours, as of a day where it speaks of one."""
    words = words_of(call)
    cookie = call.cookies.get(sessions.COOKIE)
    principal = getattr(call, "principal", None)
    rendered = (
        _environment(words)
        .get_template(template)
        .render(
            help=HELP.get(template),
            here=Here(call.scope["path"], at, _query_of(call) if at else {}),
            at=at,
            today=now(),
            principal=principal,
            menu=menu(call.rights.offered, words) if principal and hasattr(call, "rights") else [],
            others=[
                (code, name_of(code))
                for code in languages_of(organisation_of(call))
                if code != words.language
            ],
            address=_address(call),
            messages={name: words.gettext(text) for name, text in MESSAGES.items()},
            logout_token=sessions.form_token(call, cookie) if principal and cookie else "",
            **contents,
        )
    )
    headers = HEADERS | {"Content-Language": words.language, "Vary": "Accept-Language, Cookie"}
    return Answer(status, rendered.encode(), headers, "text/html; charset=utf-8")


def _query_of(call: Call) -> dict[str, list[str]]:
    """The query without the day, and without the page, which is one of that day's."""
    return {name: values for name, values in call.query.items() if name not in ("as_of", "cursor", "first")}


def redirect(location: str, **headers: str) -> Answer:
    return Answer(
        303, headers=HEADERS | {"Location": location} | headers, media_type="text/html; charset=utf-8"
    )


def refused(refusal: Refusal, call: Call) -> Answer:
    """A refusal as a page for browsers, and as a problem document for all other callers."""
    if call.scope["path"].startswith("/reporting/") or "text/html" not in (call.header("accept") or ""):
        return answers.refused(refusal, call)
    if isinstance(refusal, Unauthenticated):
        ended = {"session": "ended"} if call.cookies.get(sessions.COOKIE) else {}
        return redirect(f"/login?{urlencode(ended | {'next': _address(call)})}")
    answer = page(call, "refused.html", status=refusal.status, refusal=refusal, trace_id=call.trace.trace_id)
    answer.headers |= refusal.headers
    return answer


LANDING = "/home"
"""Where one is after logging in without having asked for a page."""


def landing(address: str | None) -> str:
    """Where somebody who logs in goes: the page that they asked for, which the address alone does not say."""
    target = path_of_ours(address)
    return LANDING if target == "/" else target


def is_looked_at(call: Call) -> bool:
    """Whether somebody follows the link now, and no browser that only prepares for it."""
    return call.method != "HEAD" and not any(
        "pre" in (call.header(name) or "").lower()
        for name in ("sec-purpose", "purpose", "x-moz", "x-purpose")
    )


def path_of_ours(address: str | None) -> str:
    """A path of ours: an address that would leave for another site becomes `/`."""
    target = address or "/"
    if not target.startswith("/") or target.startswith(("//", "/\\")) or len(target) > 2000:
        return "/"
    path, _, query = target.partition("?")
    return quote(path, safe="/%:@-._~") + (f"?{quote(query, safe='=&%:@-._~+')}" if query else "")


def _address(call: Call) -> str:
    query = call.scope["query_string"].decode("latin-1")
    return f"{call.scope['path']}?{query}" if query else str(call.scope["path"])
