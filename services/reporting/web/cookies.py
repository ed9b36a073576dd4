"""Cookies of the pages, and the proof that a form is ours: only we can sign what the cookie of a browser says."""

from datetime import timedelta
from hmac import compare_digest
from urllib.parse import urlsplit

from shared.base.errors import Forbidden
from shared.http.call import Call


def set_cookie(call: Call, name: str, value: str, lasts: timedelta) -> str:
    """The Set-Cookie header: read by no script, and sent by no other site's form."""
    secure = "; Secure" if call.kernel.settings.base_url.startswith("https:") else ""
    return f"{name}={value}; Path=/; Max-Age={int(lasts.total_seconds())}; HttpOnly; SameSite=Lax{secure}"


def form_token(call: Call, cookie: str) -> str:
    """What a form carries to show that it came from a page of ours: only we can sign what the cookie says."""
    return call.kernel.sign(b"form:" + cookie.encode()).hex()


def check_form(call: Call, cookie_name: str, proof: str) -> None:
    """Refuse (403) a form that another site may have made the browser send."""
    if not is_from_here(call):
        raise Forbidden("the form was sent by another site", code="form_of_another_site")
    cookie = call.cookies.get(cookie_name, "")
    if not cookie or not compare_digest(form_token(call, cookie).encode(), proof.encode()):
        raise Forbidden("the form has expired; load the page again", code="form_expired")


def is_from_here(call: Call) -> bool:
    """Whether the browser says that a page of ours led here, or says nothing of it."""
    if (site := call.header("sec-fetch-site")) is not None and site not in ("same-origin", "none"):
        return False
    origin = call.header("origin")
    if origin is None:
        return True
    sent_by, ours = urlsplit(origin), urlsplit(call.kernel.settings.base_url)
    return sent_by.scheme in ("http", "https") and sent_by.netloc.lower() in (
        ours.netloc.lower(),
        (call.header("host") or "").lower(),
    )
