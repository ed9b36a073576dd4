"""Somebody reads a page while others write: nothing of what the reader does is lost, and what changed is said."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement

from shared.http.auth.issuers import LocalIssuer
from tests.system.browsing import DEADLINE_S, Page, chromium, money, portolan_up, post

PHONE = {"width": 390, "height": 420, "deviceScaleFactor": 1, "mobile": False}
MANY = 40
LOOKS = 6
"""At most so often an open page looks again while forty writes come: three times at once, then every four seconds."""


class Reader(Page):
    """A logged-in browser beside a colleague who writes over REST."""

    base: str
    colleague: httpx.Client
    issuer: LocalIssuer

    def log_in(self, subject: str, lasts: timedelta = timedelta(hours=1)) -> None:
        self.browser.get(f"{self.base}/login")
        token = self.issuer.issue(subject, "director", "portolan", lasts)
        self.browser.find_element(By.ID, "token").send_keys(token)
        self.browser.find_element(By.CSS_SELECTOR, "main button").click()
        self.until(lambda: self.browser.current_url == f"{self.base}/home", "the home page")

    def open(self, path: str) -> None:
        self.browser.get(self.base + path)
        self.until(
            lambda: self.browser.execute_script("return document.documentElement.dataset.folded"),
            "the stream",
        )

    def project(self, name: str, **members: Any) -> str:
        return str(post(self.colleague, "/projects/v1/projects", {"name": name} | members)["id"])

    def focus(self, selector: str) -> WebElement:
        result = self.browser.find_element(By.CSS_SELECTOR, selector)
        self.browser.execute_script("arguments[0].focus()", result)
        return result

    def status(self) -> str:
        return str(self.browser.execute_script("return document.getElementById('status').textContent"))

    def notice(self) -> str:
        return str(self.browser.execute_script("return document.getElementById('notice')?.innerText ?? ''"))


@contextmanager
def reading(tmp_path: Path) -> Iterator[Reader]:
    data = tmp_path / "data"
    with chromium(tmp_path / "profile") as browser, portolan_up(data) as link:
        reader = Reader(browser)
        reader.base, reader.issuer = link.split("/login")[0], LocalIssuer(data)
        token = reader.issuer.issue("colleague", "director", "portolan")
        with httpx.Client(
            base_url=reader.base, headers={"Authorization": f"Bearer {token}"}, timeout=DEADLINE_S
        ) as reader.colleague:
            browser.get(link)
            yield reader


def test_what_others_write_takes_nothing_from_who_reads(tmp_path: Path) -> None:
    with reading(tmp_path) as reader:
        first = reader.project("Anchor", planned_cost=money("1000000.00"))
        reader.project("Lighthouse", planned_cost=money("2000000.00"), forecast_cost=money("2500000.00"))
        the_focus_stays_on_the_row(reader, first)
        what_is_half_typed_stays(reader)
        what_is_open_and_selected_stays(reader, first)
        a_phone_s_table_stays_where_it_was_scrolled(reader)
        many_writes_are_looked_at_a_few_times(reader)
        assert reader.complaints() == []


def the_focus_stays_on_the_row(reader: Reader, project: str) -> None:
    """Also while a row is put before it, and its own text changes."""
    reader.open("/project?sort=name")
    reader.shows("projects", "Lighthouse")
    focused = reader.focus(f"[data-key='{project}'] a")
    reader.project("Aardvark")
    reader.shows("projects", "Aardvark")
    assert reader.browser.switch_to.active_element == focused
    assert "Projects (Aardvark)" in reader.status()
    etag = reader.colleague.get(f"/projects/v1/projects/{project}").headers["ETag"]
    patch = {"Content-Type": "application/merge-patch+json", "If-Match": etag}
    renamed = reader.colleague.patch(
        f"/projects/v1/projects/{project}", json={"name": "Anchorage"}, headers=patch
    )
    assert renamed.status_code == 200, renamed.text
    reader.shows("projects", "Anchorage")
    assert reader.browser.switch_to.active_element == focused
    assert "Projects (Anchorage)" in reader.status()


def what_is_half_typed_stays(reader: Reader) -> None:
    reader.open("/project")
    box = reader.focus("#q")
    box.send_keys("Light")
    reader.project("Buoy")
    reader.shows("projects", "Buoy")
    assert reader.browser.switch_to.active_element == box
    box.send_keys("house")
    assert box.get_attribute("value") == "Lighthouse"


def what_is_open_and_selected_stays(reader: Reader, project: str) -> None:
    package = {"project_id": project, "wbs": "1", "name": "Foundations", "budget": money("500000.00")}
    post(reader.colleague, "/projects/v1/work-packages", package)
    reader.open(f"/project/{project}")
    reader.shows("title", "Anchorage")
    reader.open_tab("plan")
    [details] = reader.until(
        lambda: reader.browser.find_elements(By.CSS_SELECTOR, "[data-part=timeline] details"), "the table"
    )
    details.find_element(By.TAG_NAME, "summary").click()
    reader.browser.execute_script("getSelection().selectAllChildren(document.querySelector('h1'))")
    post(reader.colleague, "/projects/v1/work-packages", package | {"wbs": "2", "name": "Tower"})
    reader.shows("timeline", "Tower")
    assert details.get_attribute("open") is not None
    assert reader.browser.execute_script("return getSelection().toString()") == "Anchorage"


def a_phone_s_table_stays_where_it_was_scrolled(reader: Reader) -> None:
    reader.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", PHONE)
    reader.open("/project")
    scroller = reader.browser.find_element(By.CSS_SELECTOR, "[data-part=projects] .scroll")
    assert scroller.get_attribute("tabindex") == "0", "a keyboard must reach what is cut off"
    reader.browser.execute_script("arguments[0].scrollLeft = 200; scrollTo(0, 60)", scroller)
    reader.project("Crane")
    reader.shows("projects", "Crane")
    assert reader.browser.execute_script("return [arguments[0].scrollLeft, scrollY]", scroller) == [200, 60]
    reader.browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def many_writes_are_looked_at_a_few_times(reader: Reader) -> None:
    reader.open("/project?sort=-code")
    for number in range(MANY):
        reader.project(f"Wave {number:02}")
    reader.shows("projects", f"Wave {MANY - 1}")
    looks = reader.browser.execute_script(
        "return performance.getEntriesByType('resource').filter((e) => e.name === location.href).length"
    )
    assert 1 <= looks <= LOOKS


def test_whose_session_is_over_is_told_so_and_nothing_stays_after_logging_out(tmp_path: Path) -> None:
    with reading(tmp_path) as reader:
        reader.project("Anchor")
        logging_out_empties_every_tab(reader)
        a_session_that_runs_out_is_said_where_one_reads(reader)
        closing_it_elsewhere_empties_the_page(reader)


def logging_out_empties_every_tab(reader: Reader) -> None:
    browser = reader.browser
    reader.open("/project")
    reading_tab = browser.current_window_handle
    browser.switch_to.new_window("tab")
    reader.open("/")
    browser.find_element(By.CSS_SELECTOR, ".leave button").click()
    reader.until(lambda: "logged out, in every tab" in browser.page_source, "that it is done")
    browser.close()
    browser.switch_to.window(reading_tab)
    reader.until(lambda: browser.current_url == f"{reader.base}/login?session=ended", "the login page")
    assert "Your session has ended." in browser.find_element(By.CSS_SELECTOR, "[role=alert]").text
    assert "Anchor" not in browser.page_source


def a_session_that_runs_out_is_said_where_one_reads(reader: Reader) -> None:
    reader.log_in("vera", timedelta(seconds=4))
    reader.open("/project?q=an")
    reader.until(lambda: "Your session has ended." in reader.notice(), "the end of the session")
    reader.shows("projects", "Anchor")
    reader.browser.find_element(By.LINK_TEXT, "Log in again").click()
    reader.until(lambda: "/login?next=%2Fproject%3Fq%3Dan" in reader.browser.current_url, "the way back")
    reader.browser.get(f"{reader.base}/project")
    assert "session=ended" in reader.browser.current_url
    assert "Your session has ended." in reader.browser.page_source


def closing_it_elsewhere_empties_the_page(reader: Reader) -> None:
    """The cookie's session is ended by a request that this browser knows nothing of."""
    reader.log_in("vera")
    reader.open("/project")
    [cookie] = [c for c in reader.browser.get_cookies() if c["name"] == "portolan_session"]
    form = reader.browser.find_element(By.CSS_SELECTOR, ".leave [name=form]").get_attribute("value")
    with httpx.Client(base_url=reader.base, cookies={cookie["name"]: cookie["value"]}) as elsewhere:
        answer = elsewhere.post("/logout", data={"form": form}, headers={"Accept": "text/html"})
        assert answer.status_code == 303, answer.text
    reader.until(lambda: reader.browser.current_url == f"{reader.base}/login?session=ended", "the login page")


def test_a_page_says_that_portolan_is_gone_and_when_it_is_back(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with chromium(tmp_path / "profile") as browser:
        reader = Reader(browser)
        with portolan_up(data) as link:
            reader.base = link.split("/login")[0]
            browser.get(link)
            reader.open("/")
        reader.until(lambda: "Portolan cannot be reached." in reader.notice(), "that it is gone")
        with portolan_up(data, port=int(reader.base.rsplit(":", 1)[1])):
            reader.until(lambda: reader.notice() == "", "that it is back")
            assert reader.status() == "Connected again."
