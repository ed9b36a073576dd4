"""A real browser before a running Portolan: what the stories of the pages are told with."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

DEADLINE_S = 20
SWITCHES = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run", "--window-size=1366,900", "--lang=en-GB",
)  # fmt: skip


@contextmanager
def portolan_up(data: Path, port: int = 0, sample: bool = False) -> Iterator[str]:
    """`portolan up` as anybody starts it, on a free port where none is given; gives the login link that it prints."""
    command = [
        str(Path(sys.executable).with_name("portolan")),
        "up",
        "--data",
        str(data),
        "--port",
        str(port),
        *([] if sample else ["--no-sample"]),
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
    created = webdriver.Chrome(options=options, service=Service(driver))
    try:
        yield created
    finally:
        created.quit()


class Page:
    """What the director sees."""

    def __init__(self, browser: webdriver.Chrome) -> None:
        self.browser = browser

    def until(self, condition: Callable[[], Any], what: str) -> Any:
        return WebDriverWait(self.browser, DEADLINE_S, 0.05).until(lambda _: condition(), f"not seen: {what}")

    def part(self, name: str) -> str:
        """The text of a part as it is now; read in one step, because parts are replaced as the page lives."""
        result = self.browser.execute_script(
            "return document.querySelector(`[data-part=\"${arguments[0]}\"]`)?.innerText ?? ''", name
        )
        return str(result)

    def shows(self, part: str, text: str) -> None:
        self.until(lambda: text in self.part(part), f"{text!r} in {part}: {self.part(part)!r}")

    def open_tab(self, name: str) -> None:
        """Show one of the parts of a long page, by its address."""
        self.browser.find_element(By.CSS_SELECTOR, f".tabs a[href='#{name}']").click()

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

    def errors(self) -> list[str]:
        """The worst of it, without refused pages, which are looked at on purpose."""
        entries = self.browser.get_log("browser")  # type: ignore[no-untyped-call]
        worst = [entry["message"] for entry in entries if entry["level"] == "SEVERE"]
        return [message for message in worst if "Failed to load resource" not in message]


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
