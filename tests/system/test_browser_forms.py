"""Forms and lists of registers with JavaScript: references are searched while one types, what is typed is not left by
mistake, and what others write appears. That all of it works without JavaScript is tested over HTTP."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import Select

from shared.http.auth.issuers import LocalIssuer
from tests.system.browsing import DEADLINE_S, Page, chromium, portolan_up, post

PERSONS = 40
"""More than a form offers at once."""
NEW_PROJECT = "/registers/projects/projects/new"
MANAGER = "manager_id"
ASKS = "const e = new Event('beforeunload', {cancelable: true}); dispatchEvent(e); return e.defaultPrevented"


class Writer(Page):
    """A browser in which the director is logged in, beside a colleague who writes over REST."""

    base: str
    colleague: httpx.Client

    def open(self, path: str) -> None:
        self.browser.get(self.base + path)

    def control(self, name: str) -> WebElement:
        return self.browser.find_element(By.NAME, name)

    def offered(self) -> list[str]:
        """The persons that the form offers as manager."""
        script = "return [...document.getElementsByName(arguments[0])[0].options].filter((o) => o.value).map((o) => o.text)"
        names: list[str] = self.browser.execute_script(script, MANAGER)
        return names

    def choice(self) -> str:
        return Select(self.control(MANAGER)).first_selected_option.text

    def asks_before_leaving(self) -> bool:
        return bool(self.browser.execute_script(ASKS))

    def send(self) -> None:
        self.browser.find_element(By.CSS_SELECTOR, "form.record button.main").click()

    def heading(self) -> str:
        return str(self.browser.execute_script("return document.querySelector('h1')?.innerText ?? ''"))

    def follows(self, condition: str) -> Any:
        """Wait until the stream is open, so that what is written from now on is noticed."""
        return self.until(lambda: self.browser.execute_script(condition), "the stream")


@pytest.fixture(scope="module")
def writer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Writer]:
    folder = tmp_path_factory.mktemp("forms")
    with chromium(folder / "profile") as browser, portolan_up(folder / "data") as link:
        one = Writer(browser)
        one.base = link.split("/login")[0]
        token = LocalIssuer(folder / "data").issue("colleague", "director", "portolan")
        headers = {"Authorization": f"Bearer {token}"}
        with httpx.Client(base_url=one.base, headers=headers, timeout=DEADLINE_S) as one.colleague:
            items = [{"name": f"Berger {number:02}"} for number in range(PERSONS)]
            items += [{"name": "Zita Keller"}, {"name": "Yann Kellerhals"}]
            answer = one.colleague.post(
                "/resources/v1/persons/batch", json={"items": items}, headers={"Idempotency-Key": "persons"}
            )
            assert answer.is_success, answer.text
            browser.get(link)
            yield one


def test_persons_are_searched_while_one_types(writer: Writer) -> None:
    writer.open(NEW_PROJECT)
    assert "Zita Keller" not in writer.offered()
    writer.control(f"{MANAGER}~search").send_keys("keller")
    writer.until(lambda: sorted(writer.offered()) == ["Yann Kellerhals", "Zita Keller"], "both of them")
    assert writer.choice() == "–", "nobody is chosen by searching"
    text = writer.browser.find_element(By.CSS_SELECTOR, f"#{reference_of(writer)} [role=status]").text
    assert text == "2 found"
    questions = writer.browser.execute_script(
        "return performance.getEntriesByType('resource').filter((e) => e.name.includes('/hits?')).length"
    )
    assert questions <= 3, "a pause is waited for"


def reference_of(writer: Writer) -> str:
    """The id of the control, put there so that what belongs to it is found."""
    writer.browser.execute_script(
        "arguments[0].closest('.reference').id = 'searched'", writer.control(MANAGER)
    )
    return "searched"


def test_what_a_search_finds_is_taken_by_keyboard_and_saved(writer: Writer) -> None:
    writer.open(NEW_PROJECT)
    writer.control("name").send_keys("Lighthouse")
    box = writer.control(f"{MANAGER}~search")
    box.send_keys("zita")
    writer.until(lambda: writer.offered() == ["Zita Keller"], "her")
    box.send_keys(Keys.ARROW_DOWN)
    assert writer.browser.switch_to.active_element == writer.control(MANAGER)
    Select(writer.control(MANAGER)).select_by_visible_text("Zita Keller")
    writer.send()
    writer.until(lambda: writer.heading() == "Lighthouse", "the project")
    writer.shows("members", "Zita Keller")


def test_enter_in_a_search_does_not_send_the_form(writer: Writer) -> None:
    writer.open(NEW_PROJECT)
    writer.control(f"{MANAGER}~search").send_keys("yann", Keys.ENTER)
    writer.until(lambda: writer.offered() == ["Yann Kellerhals"], "him")
    assert writer.browser.current_url == writer.base + NEW_PROJECT


def test_what_was_chosen_stays_while_one_searches_on(writer: Writer) -> None:
    writer.open(NEW_PROJECT)
    Select(writer.control(MANAGER)).select_by_visible_text("Berger 03")
    writer.control(f"{MANAGER}~search").send_keys("zita")
    writer.until(lambda: writer.offered() == ["Berger 03", "Zita Keller"], "both")
    assert writer.choice() == "Berger 03"


def test_a_search_that_finds_nothing_says_so(writer: Writer) -> None:
    writer.open(NEW_PROJECT)
    writer.control(f"{MANAGER}~search").send_keys("nobody like that")
    status = f"#{reference_of(writer)} [role=status]"
    writer.until(lambda: writer.browser.find_element(By.CSS_SELECTOR, status).text == "0 found", "nothing")


def test_a_form_asks_before_what_was_typed_is_left(writer: Writer) -> None:
    writer.open(NEW_PROJECT)
    assert not writer.asks_before_leaving()
    writer.control(f"{MANAGER}~search").send_keys("zita")
    assert not writer.asks_before_leaving(), "a search is nothing to save"
    writer.control("name").send_keys("Pier")
    assert writer.asks_before_leaving()
    writer.control("planned_cost.amount").send_keys("many")
    writer.send()
    writer.until(lambda: writer.browser.find_elements(By.ID, "errors"), "the refusal")
    assert writer.asks_before_leaving(), "what was refused is not saved either"
    amount = writer.control("planned_cost.amount")
    amount.clear()
    writer.send()
    writer.until(lambda: writer.heading() == "Pier", "the project")
    assert not writer.asks_before_leaving()


def test_a_list_and_a_page_show_what_others_write(writer: Writer) -> None:
    project = post(writer.colleague, "/projects/v1/projects", {"name": "Anchor"})
    stream = "return document.documentElement.dataset.folded"
    writer.open("/registers/projects/projects?sort=name")
    writer.follows(stream)
    focused = writer.browser.find_element(By.LINK_TEXT, "Anchor")
    writer.browser.execute_script("arguments[0].focus(); window.loadedOnce = true", focused)
    post(writer.colleague, "/projects/v1/projects", {"name": "Aardvark"})
    writer.shows("list", "Aardvark")
    assert writer.browser.switch_to.active_element == focused
    assert writer.is_as_loaded()
    status = writer.browser.execute_script("return document.getElementById('status').textContent")
    assert "(Aardvark)" in status
    writer.open(f"/registers/projects/projects/{project['id']}")
    writer.follows(stream)
    renamed = writer.colleague.patch(
        f"/projects/v1/projects/{project['id']}",
        json={"name": "Anchorage"},
        headers={"Content-Type": "application/merge-patch+json", "If-Match": '"1"'},
    )
    assert renamed.is_success, renamed.text
    writer.shows("title", "Anchorage")
    writer.shows("history", "by colleague")
    assert writer.errors() == []
