"""The pages of the sample portfolio as axe-core judges them: wide and on a phone, light and dark, tables unfolded."""

from pathlib import Path

import httpx
import pytest
from selenium import webdriver

from shared.http.auth.issuers import LocalIssuer
from tests.support.node import installed
from tests.system.browsing import Page, chromium, portolan_up

HERE = Path(__file__).parent
REGISTER_PAGES = ("", "/edit", "/history?one=1&other=2", "/moves/discontinue")
WIDTHS = (1440, 390)
SCHEMES = ("light", "dark")
JUDGE = """
const done = arguments[0];
axe.run().then(({violations}) => done(violations.map(
  ({id, nodes}) => `${id}: ${nodes.map((node) => node.html.slice(0, 200)).join(' | ')}`)));
"""


@pytest.fixture(scope="module")
def axe() -> str:
    return (installed(HERE / "accessibility") / "node_modules/axe-core/axe.min.js").read_text()


def test_no_page_shuts_anybody_out(axe: str, tmp_path: Path) -> None:
    data = tmp_path / "data"
    with chromium(tmp_path / "profile") as browser, portolan_up(data, sample=True) as link:
        base = link.split("/login")[0]
        faults = judged(browser, axe, base, ["/login?session=ended", "/problems", "/problems/conflict"])
        browser.get(link)
        faults += judged(browser, axe, base, addresses(base, data))
        assert faults == []


def addresses(base: str, data: Path) -> list[str]:
    token = LocalIssuer(data).issue("vera", "viewer", "portolan")
    with httpx.Client(base_url=base, headers={"Authorization": f"Bearer {token}"}) as client:
        [project] = client.get("/reporting/v1/projects", params={"q": "patient record"}).json()["items"]
        portfolio = client.get("/reporting/v1/portfolios").json()["items"][0]["portfolio"]["id"]
    return [
        "/", "/project", "/project?q=nothing-like-it", "/project?health=red&amounts=exact", "/?as_of=2026-09-30",
        f"/project/{project['project']['id']}", f"/portfolio/{portfolio}", "/nowhere",
        "/registers", "/registers/projects/projects", "/registers/projects/calendars/new",
        *(f"/registers/projects/projects/{project['project']['id']}{page}" for page in REGISTER_PAGES),
        "/operations", operation(base, data),
    ]  # fmt: skip


def operation(base: str, data: Path) -> str:
    """The page of one that the reader began."""
    token = LocalIssuer(data).issue("director", "director", "portolan")
    with httpx.Client(base_url=base, headers={"Authorization": f"Bearer {token}"}) as client:
        plan = {"starts_on": "2026-06-01", "activities": [{"key": "A"}]}
        answer = client.post("/projects/v1/schedules/trial", json=plan)
    return f"/operations/projects/{answer.json()['id']}"


def judged(browser: webdriver.Chrome, axe: str, base: str, paths: list[str]) -> list[str]:
    faults = []
    for scheme in SCHEMES:
        media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
        for width in WIDTHS:
            screen = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
            browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
            for path in paths:
                browser.get(base + path)
                drawn(browser)
                browser.execute_script(
                    "for (const d of document.querySelectorAll('details')) d.open = true;" + axe
                )
                result = browser.execute_async_script(JUDGE)
                reach = browser.execute_script(
                    "const {scrollWidth, clientWidth} = document.documentElement; return scrollWidth - clientWidth"
                )
                if reach > 0:
                    result.append(f"the page is {reach} px wider than the screen")
                faults += [f"{path}, {scheme}, {width} px: {fault}" for fault in result]
    return faults


def drawn(browser: webdriver.Chrome) -> None:
    """Wait until every chart is."""
    Page(browser).until(
        lambda: browser.execute_script(
            "return [...document.querySelectorAll('figure.chart')].every((f) => f.querySelector('.drawn svg'))"
        ),
        "the charts",
    )
