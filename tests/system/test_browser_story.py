"""A director's first hour, in a real browser: log in, watch what colleagues write over REST appear, look back in time."""

from datetime import timedelta
from pathlib import Path

import httpx
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from shared.http.auth.issuers import LocalIssuer
from tests.support.days import today
from tests.system.browsing import DEADLINE_S, Page, chromium, money, portolan_up, post


def test_a_director_watches_a_portfolio_come_to_life(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with chromium(tmp_path / "profile") as browser, portolan_up(data) as link:
        base = link.split("/login")[0]
        with client_of(data, base, "maria") as colleague, client_of(data, base, "nina") as decider:
            page = Page(browser)
            browser.get(link)
            assert browser.current_url == f"{base}/home"
            browser.get(f"{base}/")
            page.shows("portfolios", "There is no portfolio yet.")
            browser.execute_script("window.loadedOnce = true")
            page.until(
                lambda: browser.execute_script("return document.documentElement.dataset.folded"), "the stream"
            )

            project = figures_appear_without_reloading(page, colleague, decider)
            charts_follow(page, colleague, decider, project)
            the_sheet_of_a_project_lives_too(page, colleague, base, project)
            a_phone_shows_it_whole(page, base, project)
            yesterday_is_as_it_was(page, base)
            logging_out_ends_it(page, base)
            a_token_logs_in_too(page, base, LocalIssuer(data).issue("maria", "director", "portolan"))
            assert page.complaints() == []


def client_of(data: Path, base: str, subject: str) -> httpx.Client:
    """Somebody who writes over REST; nobody decides what they made themselves."""
    token = LocalIssuer(data).issue(subject, "director", "portolan")
    return httpx.Client(base_url=base, headers={"Authorization": f"Bearer {token}"}, timeout=DEADLINE_S)


def figures_appear_without_reloading(page: Page, colleague: httpx.Client, decider: httpx.Client) -> str:
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
    post(decider, f"/projects/v1/projects/{project}/approve", {"reason": "Agreed on the pier."}, 1)
    page.shows("activity", "Agreed on the pier.")
    return str(project)


def charts_follow(page: Page, colleague: httpx.Client, decider: httpx.Client, project: str) -> None:
    page.until(lambda: page.marks("standing") >= 1, "the mark of the project")
    line = {"project_id": project, "fiscal_year": 2031, "nature": "capex", "amount": money("800000.00")}
    created = post(colleague, "/finance/v1/budget-lines", line)
    page.until(lambda: page.marks("budget") >= 1, "the bar of the budget")
    post(colleague, f"/finance/v1/budget-lines/{created['id']}/submit", {}, 1)
    post(decider, f"/finance/v1/budget-lines/{created['id']}/approve", {}, 2)
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
    page.open_tab("control")
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
    page.open_tab("finances")
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
    yesterday = (today() - timedelta(days=1)).isoformat()
    page.browser.get(f"{base}/")
    page.shows("portfolios", "Harbour works")
    box = page.browser.find_element(By.CSS_SELECTOR, ".as-of input")
    for field in page.browser.execute_script(
        "return new Intl.DateTimeFormat(navigator.language).formatToParts().map((part) => part.type)"
    ):
        box.send_keys({"day": yesterday[8:], "month": yesterday[5:7], "year": yesterday[:4]}.get(field, ""))
        assert page.browser.current_url == f"{base}/", "nothing is asked before the whole day is there"
    assert box.get_attribute("value") == yesterday
    box.send_keys(Keys.ENTER)
    page.shows("portfolios", "There is no portfolio yet.")
    assert page.browser.current_url.endswith(f"?as_of={yesterday}")
    assert "As it was on" in page.browser.find_element(By.CSS_SELECTOR, ".then").text
    page.browser.find_element(By.LINK_TEXT, "Back to today").click()
    page.shows("portfolios", "Harbour works")


def logging_out_ends_it(page: Page, base: str) -> None:
    page.browser.find_element(By.CSS_SELECTOR, ".leave button").click()
    page.until(lambda: page.browser.current_url == f"{base}/login?session=left", "the login page")
    page.browser.get(f"{base}/")
    assert page.browser.current_url.startswith(f"{base}/login?next=")


def a_token_logs_in_too(page: Page, base: str, token: str) -> None:
    page.browser.find_element(By.ID, "token").send_keys(token)
    page.browser.find_element(By.CSS_SELECTOR, "main button").click()
    page.until(lambda: page.browser.current_url == f"{base}/home", "the home page")
    page.browser.get(f"{base}/")
    page.shows("portfolios", "Harbour works")
    page.until(
        lambda: page.browser.execute_script("return document.documentElement.dataset.folded"), "the stream"
    )
