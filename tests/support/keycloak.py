"""Somebody before Keycloak's pages and ours, over HTTP: their cookies, their redirects, the form with their password."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urljoin

import httpx

from tests.conftest import DEADLINE_S
from tests.support.forms import action_of, forms_of

PATIENCE_S = 6 * DEADLINE_S
"""For one answer: Keycloak computes the hash of a password, and a busy machine does that slowly."""
MOST_REDIRECTS = 10


class Visitor:
    """A browser that follows redirects from one of both to the other."""

    def __init__(self, client: httpx.Client, portolan: str) -> None:
        self.client = client
        self.portolan = portolan

    def get(self, address: str) -> httpx.Response:
        """What is shown in the end; a path is one of Portolan."""
        return self._followed(self.client.get(urljoin(self.portolan, address)))

    def log_in(self, name: str, then: str = "/") -> httpx.Response:
        """Log in at Keycloak with the password that every user of the realm has: the own name."""
        return self._followed(self.give_password(self.get(f"/login/keycloak?next={then}"), name))

    def give_password(self, page: httpx.Response, name: str) -> httpx.Response:
        """Keycloak's answer to name and password, which leads back to us."""
        form = next(form for form in forms_of(page) if "password" in form.values)
        return self.client.post(form.action, data=form.values | {"username": name, "password": name})

    def log_out(self) -> httpx.Response:
        """Log out here; the answer leads to Keycloak, where a browser goes at once."""
        form = action_of(self.get("/me"), "/logout")
        return self.client.post(urljoin(self.portolan, form.action), data=form.values)

    def is_in(self) -> bool:
        return self.client.get(urljoin(self.portolan, "/me")).status_code == 200

    def _followed(self, answer: httpx.Response) -> httpx.Response:
        for _ in range(MOST_REDIRECTS):
            if not answer.is_redirect:
                return answer
            answer = self.client.get(urljoin(str(answer.url), answer.headers["location"]))
        raise AssertionError(f"redirects without end, to {answer.url}")


@contextmanager
def visitor(portolan: str) -> Iterator[Visitor]:
    """Keycloak's cookies are for safe connections only. Browsers take this machine for one; Python's cookie jar does not."""

    def send_them_here_too(_: httpx.Response) -> None:
        for cookie in client.cookies.jar:
            cookie.secure = False

    hooks, headers = {"response": [send_them_here_too]}, {"Accept": "text/html"}
    with httpx.Client(timeout=PATIENCE_S, headers=headers, event_hooks=hooks) as client:
        yield Visitor(client, portolan)
