"""A director's first hour, in a real browser: log in, watch what colleagues write over REST appear, look back in time."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from shared.auth.issuers import LocalIssuer

DEADLINE_S = 20
SWITCHES = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run", "--window-size=1366,900", "--lang=en-GB",
)  # fmt: skip


@contextmanager
def portolan_up(data: Path) -> Iterator[str]:
    """`portolan up` as anybody starts it, on a free port; gives the login link that it prints."""
    command = [
        str(Path(sys.executable).with_name("portolan")),
        "up",
        "--data",
        str(data),
        "--port",
        "0",
        "--no-sample",
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        lines = iter(process.stdout.readline, "")
        yield next(line for line in lines if line.startswith("Log in: ")).removeprefix("Log in: ").strip()
    finally:
        process.terminate()
        process.communicate(timeout=DEADLINE_S)
    assert process.returncode == 0, "an open page must not keep Portolan from ending"


@contextmanager
def chromium(profile: Path) -> Iterator[webdriver.Chrome]:
    browser, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if browser is None or driver is None:
        pytest.fail("this test drives a real browser: apt install chromium chromium-driver")
    options = Options()
    options.binary_location = browser
    for switch in (*SWITCHES, f"--user-data-dir={profile}"):
        options.add_argument(switch)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    made = webdriver.Chrome(options=options, service=Service(driver))
    try:
        yield made
    finally:
        made.quit()


class Page:
    """What the director sees."""

    def __init__(self, browser: webdriver.Chrome) -> None:
        self.browser = browser

    def until(self, condition: Callable[[], Any], what: str) -> Any:
        return WebDriverWait(self.browser, DEADLINE_S, 0.05).until(lambda _: condition(), f"not seen: {what}")

    def part(self, name: str) -> str:
        """The text of a part as it is now; read in one step, because parts are replaced as the page lives."""
        found = self.browser.execute_script(
            "return document.querySelector(`[data-part=\"${arguments[0]}\"]`)?.innerText ?? ''", name
        )
        return str(found)

    def shows(self, part: str, text: str) -> None:
        self.until(lambda: text in self.part(part), f"{text!r} in {part}: {self.part(part)!r}")

    def marks(self, chart: str) -> int:
        """How many marks a chart has drawn."""
        return int(
            self.browser.execute_script(
                'return document.querySelectorAll(`[data-name="${arguments[0]}"] svg .mark-symbol path,'
                ' [data-name="${arguments[0]}"] svg .mark-rect path`).length',
                chart,
            )
        )

    def is_as_loaded(self) -> bool:
        return bool(self.browser.execute_script("return window.loadedOnce === true"))

    def complaints(self) -> list[str]:
        """Whatever the browser said: script errors, refused resources, violations of the content policy."""
        return [entry["message"] for entry in self.browser.get_log("browser")]  # type: ignore[no-untyped-call]


def money(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "CHF"}


def post(
    client: httpx.Client, path: str, content: dict[str, Any] | None = None, version: int | None = None
) -> Any:
    headers = {"If-Match": f'"{version}"'} if version else {}
    answer = client.post(path, json=content, headers=headers)
    while answer.status_code == 409 and answer.json()["code"] == "reference_not_yet_known":
        answer = client.post(path, json=content, headers=headers)
    assert answer.is_success, answer.text
    return answer.json()


def test_a_director_watches_a_portfolio_come_to_life(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with chromium(tmp_path / "profile") as browser, portolan_up(data) as link:
        base = link.split("/login")[0]
        token = LocalIssuer(data).issue("maria", "director", "portolan")
        with httpx.Client(
            base_url=base, headers={"Authorization": f"Bearer {token}"}, timeout=DEADLINE_S
        ) as colleague:
            page = Page(browser)
            browser.get(link)
            assert browser.current_url == f"{base}/"
            page.shows("portfolios", "There is no portfolio yet.")
            browser.execute_script("window.loadedOnce = true")
            page.until(
                lambda: browser.execute_script("return document.documentElement.dataset.folded"), "the stream"
            )

            project = figures_appear_without_reloading(page, colleague)
            charts_follow(page, colleague, project)
            the_sheet_of_a_project_lives_too(page, colleague, base, project)
            a_phone_shows_it_whole(page, base, project)
            yesterday_is_as_it_was(page, base)
            logging_out_ends_it(page, base)
            a_token_logs_in_too(page, base, token)
            assert page.complaints() == []


def figures_appear_without_reloading(page: Page, colleague: httpx.Client) -> str:
    portfolio = post(colleague, "/projects/v1/portfolios", {"name": "Harbour works"})["id"]
    page.shows("portfolios", "Harbour works")
    project = post(
        colleague,
        "/projects/v1/projects",
        {
            "name": "New lighthouse <b>",
            "portfolio_id": portfolio,
            "planned_start_on": "2026-01-01",
            "planned_finish_on": "2031-12-31",
            "forecast_finish_on": "2032-03-31",
            "planned_cost": money("2000000.00"),
            "forecast_cost": money("2300000.00"),
        },
    )["id"]
    page.shows("overruns", "New lighthouse <b>")
    page.shows("totals", "−15.0% of plan")
    post(colleague, f"/projects/v1/projects/{project}/approve", {"reason": "Agreed on the pier."}, 1)
    page.shows("activity", "Agreed on the pier.")
    return str(project)


def charts_follow(page: Page, colleague: httpx.Client, project: str) -> None:
    page.until(lambda: page.marks("standing") >= 1, "the mark of the project")
    line = {"project_id": project, "fiscal_year": 2031, "nature": "capex", "amount": money("800000.00")}
    made = post(colleague, "/finance/v1/budget-lines", line)
    page.until(lambda: page.marks("budget") >= 1, "the bar of the budget")
    post(colleague, f"/finance/v1/budget-lines/{made['id']}/submit", {}, 1)
    post(colleague, f"/finance/v1/budget-lines/{made['id']}/approve", {}, 2)
    page.until(
        lambda: "Capital, approved" in page.browser.find_element(By.CSS_SELECTOR, "[data-name=budget]").text,
        "the approved budget",
    )
    risk = post(
        colleague, "/risk/v1/risks", {"project_id": project, "title": "The rock is softer than drilled"}
    )
    post(colleague, f"/risk/v1/risks/{risk['id']}/assess", {"probability": 4, "impact": 5}, 1)
    page.until(lambda: page.browser.execute_script(
        "return document.querySelector('.matrix td.h5:not(.none)')?.innerText"
    ) == "1", "the risk in the matrix")  # fmt: skip
    assert page.is_as_loaded(), "the page was loaded anew"
    assert page.complaints() == []


def the_sheet_of_a_project_lives_too(page: Page, colleague: httpx.Client, base: str, project: str) -> None:
    page.browser.find_element(By.LINK_TEXT, "New lighthouse <b>").click()
    page.shows("title", "New lighthouse <b>")
    assert page.browser.current_url == f"{base}/project/{project}"
    page.shows("risks", "The rock is softer than drilled")
    page.until(lambda: page.marks("timeline") >= 2, "plan and forecast")
    page.browser.execute_script("window.loadedOnce = true")
    package = post(
        colleague,
        "/projects/v1/work-packages",
        {
            "project_id": project,
            "wbs": "1",
            "name": "Foundations on the outer rock",
            "budget": money("500000.00"),
            "planned_start_on": "2026-01-01",
            "planned_finish_on": "2027-12-31",
        },
    )
    post(
        colleague, f"/projects/v1/work-packages/{package['id']}/report-progress", {"percent_complete": 40}, 1
    )
    page.shows("value", "200K")
    page.until(lambda: page.marks("value") >= 2, "the curve of earned value")
    assert page.is_as_loaded()


def a_phone_shows_it_whole(page: Page, base: str, project: str) -> None:
    browser = page.browser
    narrow = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", narrow)
    browser.get(f"{base}/project/{project}")
    page.until(lambda: page.marks("timeline") >= 2, "plan and forecast")
    reach = browser.execute_script(
        "return [...document.querySelectorAll('figure.chart .mark-text')].map("
        "(text) => text.getBoundingClientRect().right)"
    )
    root = "return document.documentElement"
    assert max(reach) <= browser.execute_script(f"{root}.clientWidth"), "a legend or an axis is cut"
    assert browser.execute_script(f"{root}.scrollWidth <= {root.removeprefix('return ')}.clientWidth")
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def yesterday_is_as_it_was(page: Page, base: str) -> None:
    yesterday = (date.today() - timedelta(days=1)).isoformat()
    page.browser.get(f"{base}/")
    page.shows("portfolios", "Harbour works")
    page.browser.execute_script(
        "const day = document.querySelector('.as-of input'); day.value = arguments[0];"
        "day.dispatchEvent(new Event('change', {bubbles: true}))",
        yesterday,
    )
    page.shows("portfolios", "There is no portfolio yet.")
    assert page.browser.current_url.endswith(f"?as_of={yesterday}")
    assert "As it was on" in page.browser.find_element(By.CSS_SELECTOR, ".then").text
    page.browser.find_element(By.LINK_TEXT, "Back to today").click()
    page.shows("portfolios", "Harbour works")


def logging_out_ends_it(page: Page, base: str) -> None:
    page.browser.find_element(By.CSS_SELECTOR, ".leave button").click()
    page.until(lambda: page.browser.current_url == f"{base}/login", "the login page")
    page.browser.get(f"{base}/")
    assert page.browser.current_url.startswith(f"{base}/login?next=")


def a_token_logs_in_too(page: Page, base: str, token: str) -> None:
    page.browser.find_element(By.ID, "token").send_keys(token)
    page.browser.find_element(By.CSS_SELECTOR, "main button").click()
    page.shows("portfolios", "Harbour works")
    assert page.browser.current_url == f"{base}/"
    page.until(
        lambda: page.browser.execute_script("return document.documentElement.dataset.folded"), "the stream"
    )
