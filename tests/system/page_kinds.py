"""The kinds of pages that there are, each with a way to one. A new kind is one line of `KINDS`."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select

from shared.http.auth.issuers import LocalIssuer
from tests.system.browsing import DEADLINE_S, Page, post

PATCH = "application/merge-patch+json"


@dataclass
class Site:
    """A running Portolan with the sample portfolio, a browser in which the director is logged in, and the API beside it."""

    browser: webdriver.Chrome
    base: str
    data: Path
    ids: dict[str, str] = field(default_factory=dict)
    """What paths name: `{project}`."""

    def __post_init__(self) -> None:
        with self.api() as api:
            [project] = api.get("/reporting/v1/projects", params={"q": "patient record"}).json()["items"]
            self.ids = {
                "project": project["project"]["id"],
                "portfolio": api.get("/reporting/v1/portfolios").json()["items"][0]["portfolio"]["id"],
                "risk": api.get("/risk/v1/risks").json()["items"][0]["id"],
                "calendar": self._calendar(api),
                "archived": self._archived(api),
                **self._discussed(api),
                **self._to_decide(api, project["project"]["id"]),
                "operation": post(api, "/projects/v1/schedules/trial",
                                  {"starts_on": "2026-06-01", "activities": [{"key": "A"}]})["id"],
            }  # fmt: skip

    def _calendar(self, api: httpx.Client) -> str:
        days = [
            {"weekday": day, "shifts": [{"begins": "08:00", "ends": "17:00"}]} for day in ("monday", "friday")
        ]
        answer = api.post("/projects/v1/calendars", json={"name": "Two days", "week": days})
        return str(answer.json()["id"]) if answer.is_success else ""

    def _discussed(self, api: httpx.Client) -> dict[str, str]:
        """A risk with a document, a decision and a reply to it."""
        risk = api.get("/risk/v1/risks").json()["items"][1]
        about = {"kind": "risk", "id": risk["id"]}
        person = api.get("/resources/v1/persons").json()["items"][0]["id"]
        members = {"text": "We insure it.", "mentions": [person], "decided_on": "2026-06-01"}
        comment = post(api, "/risk/v1/comments", {"subject": about, "decided_by": [person], **members})
        post(
            api, "/risk/v1/comments", {"subject": about, "text": "Until when?", "reply_to_id": comment["id"]}
        )
        document = post(api, "/risk/v1/documents", {"subject": about, "title": "Policy", "kind": "contract"})
        raw = {"Content-Type": "application/octet-stream"}
        sent = api.post("/risk/v1/files?name=policy.txt", content=b"All risks.", headers=raw).json()
        path = f"/risk/v1/documents/{document['id']}/add-version"
        answer = api.post(path, json={"sha256": sent["sha256"]}, headers={"If-Match": '"1"'})
        assert answer.is_success, answer.text
        return {"discussed": risk["id"], "comment": comment["id"], "document": document["id"]}

    def _to_decide(self, api: httpx.Client, project: str) -> dict[str, str]:
        """A mandate that is not submitted yet, a decision paper and a gate."""
        of = {"project_id": project}
        content = {
            "budget": {"amount": "1000.00", "currency": "CHF"},
            "scope_in": "One record for each patient.",
        }
        bodies: dict[str, tuple[str, dict[str, Any]]] = {
            "mandate": ("mandates", of | content | {"kind": "execution", "title": "Patient record"}),
            "paper": ("decision-papers", {"title": "Hosting", "question": "In our own rooms?"}),
            "gate": ("gates", of | {"name": "Go-live", "at": "end", "level": "management"}),
        }
        return {kind: post(api, f"/projects/v1/{path}", body)["id"] for kind, (path, body) in bodies.items()}

    def _archived(self, api: httpx.Client) -> str:
        vendor = post(api, "/finance/v1/vendors", {"name": "Tresa"})
        answer = api.delete(f"/finance/v1/vendors/{vendor['id']}", headers={"If-Match": "*"})
        assert answer.status_code == 204, answer.text
        return str(vendor["id"])

    def api(self) -> httpx.Client:
        """The API as the director may use it."""
        token = LocalIssuer(self.data).issue("director", "director", "portolan")
        headers = {"Authorization": f"Bearer {token}"}
        return httpx.Client(base_url=self.base, headers=headers, timeout=DEADLINE_S)

    @contextmanager
    def logged_out(self) -> Iterator[None]:
        """Nobody is logged in meanwhile."""
        cookies = self.browser.get_cookies()
        self.browser.delete_all_cookies()
        try:
            yield
        finally:
            for cookie in cookies:
                self.browser.add_cookie(cookie)

    def go(self, path: str) -> None:
        self.browser.get(self.base + path.format_map(self.ids))

    def type(self, name: str, text: str) -> None:
        """Over what stands in a field of the form."""
        box = self.browser.find_element(By.NAME, name)
        box.clear()
        box.send_keys(text)

    def send_in_vain(self) -> None:
        """The form, with its main button; it comes back with what is wrong."""
        self.browser.find_element(By.CSS_SELECTOR, "form.record button.main").click()
        Page(self.browser).until(lambda: self.browser.find_elements(By.ID, "errors"), "what is wrong")


def refused_form(site: Site) -> None:
    site.go("/registers/projects/projects/new")
    site.type("planned_cost.amount", "many")
    site.send_in_vain()


def conflict(site: Site) -> None:
    """Somebody else has changed the name while the form was filled in."""
    path = f"/projects/v1/projects/{site.ids['project']}"
    site.go("/registers/projects/projects/{project}/edit")
    with site.api() as api:
        state: dict[str, Any] = api.get(path).json()
        headers = {"If-Match": f'"{state["version"]}"', "Content-Type": PATCH}
        answer = api.patch(path, json={"name": state["name"] + "."}, headers=headers)
        assert answer.is_success, answer.text
    site.type("name", "Patient record of the hospital")
    site.send_in_vain()


def refused_file(site: Site) -> None:
    site.go("/registers/risk/risks/{discussed}/documents")
    site.type("title", "Policy")
    site.send_in_vain()


TABLE = "Nr;Name;Department;Start;Budget\n" + "".join(
    f"A-{n};Archive {n};Purchasing;0{n}/04/2026;{budget}\n"
    for n, budget in enumerate(("100", "200", "300", "400", "500", "600", "700", "many"), 1)
)


def chosen_table(site: Site) -> None:
    """Its columns, one of which can be read in two ways."""
    file = site.data.parent / "projects.csv"
    file.write_text(TABLE)
    site.go("/import?as=projects")
    site.browser.find_element(By.NAME, "file").send_keys(str(file))
    site.browser.find_element(By.CSS_SELECTOR, "form.record button.main").click()
    Page(site.browser).until(lambda: site.browser.find_elements(By.ID, "columns"), "its columns")


def checked_table(site: Site) -> None:
    """With what would change, and findings."""
    chosen_table(site)
    for select in site.browser.find_elements(By.CSS_SELECTOR, "select[name$='.order']"):
        Select(select).select_by_value("day-first")
    for box in site.browser.find_elements(By.CSS_SELECTOR, "input[name$='.currency']"):
        box.send_keys("CHF")
    site.browser.find_element(By.CSS_SELECTOR, "button[value='check']").click()
    Page(site.browser).until(lambda: site.browser.find_elements(By.ID, "findings"), "what is odd")


PLAN = Path(__file__).parents[2] / "sample" / "imports" / "plan-files" / "web-shop.xml"


def chosen_files(site: Site) -> None:
    """Files of another system, recognised: what they hold, and what is not taken."""
    site.go("/import")
    site.browser.find_element(By.NAME, "file").send_keys(str(PLAN))
    site.browser.find_element(By.CSS_SELECTOR, "form.record button.main").click()
    Page(site.browser).until(lambda: site.browser.find_elements(By.ID, "held"), "what the file holds")


def checked_files(site: Site) -> None:
    """With what would change."""
    chosen_files(site)
    site.browser.find_element(By.CSS_SELECTOR, "button[value='check']").click()
    Page(site.browser).until(lambda: site.browser.find_elements(By.ID, "results"), "what would change")


Way = str | Callable[[Site], None]

PUBLIC: dict[str, Way] = {
    "login": "/login",
    "session ended": "/login?session=ended",
    "problems": "/problems",
    "a problem": "/problems/conflict",
}
"""What is seen without logging in."""

KINDS: dict[str, Way] = {
    "home": "/home",
    "search": "/search?q=network",
    "search, none": "/search?q=nothing-like-it",
    "overview": "/",
    "alignment": "/alignment",
    "pipeline": "/pipeline",
    "control": "/control",
    "overview of a past day": "/?as_of=2026-09-30",
    "projects": "/project",
    "projects, none": "/project?q=nothing-like-it",
    "projects, exact": "/project?health=red&amounts=exact",
    "project": "/project/{project}",
    "bars of a plan": "/project/{project}/gantt",
    "mandate": "/mandate/{mandate}",
    "portfolio": "/portfolio/{portfolio}",
    "rows behind a figure": "/rows/risk/risks?portfolio_id={portfolio}&kind=threat&state=assessed&state=monitored",
    "registers": "/registers",
    "list": "/registers/risk/risks?sort=-score",
    "list, none": "/registers/projects/projects?q=nothing-like-it",
    "list, every filter": "/registers/finance/budget-lines?fiscal_year.from=2020&archived=true",
    "detail": "/registers/projects/projects/{project}",
    "detail, risk": "/registers/risk/risks/{risk}",
    "detail, decision paper": "/registers/projects/decision-papers/{paper}",
    "detail, gate": "/registers/projects/gates/{gate}",
    "detail, archived": "/registers/finance/vendors/{archived}",
    "detail, with documents and comments": "/registers/risk/risks/{discussed}",
    "detail, document": "/registers/risk/documents/{document}",
    "reply": "/registers/risk/risks/{discussed}/comments?reply_to_id={comment}",
    "refused file": refused_file,
    "move with a file": "/registers/risk/documents/{document}/moves/add-version",
    "history": "/registers/projects/projects/{project}/history",
    "versions compared": "/registers/projects/projects/{project}/history?one=1&other=2",
    "create": "/registers/projects/projects/new",
    "create, with rows": "/registers/projects/calendars/new",
    "edit": "/registers/projects/projects/{project}/edit",
    "move": "/registers/projects/projects/{project}/moves/discontinue",
    "refused form": refused_form,
    "conflict": conflict,
    "import": "/import",
    "import, columns": chosen_table,
    "import, checked": checked_table,
    "import, files": chosen_files,
    "import, files checked": checked_files,
    "account": "/me",
    "mail": "/mail",
    "operations": "/operations",
    "operation": "/operations/projects/{operation}",
    "not found": "/nowhere",
    "refused": "/project?as_of=2999-01-01",
}
"""Name -> its path, or how one gets there. All are looked at in every language, on screens of all widths and on paper."""
