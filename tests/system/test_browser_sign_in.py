"""A director signs in at a real Keycloak in two browsers, and logs out of both from one of them."""

from pathlib import Path

from selenium.webdriver.common.by import By

from tests.system.browsing import Page, chromium
from tests.system.running import EmbeddedProcess


def test_a_director_signs_in_and_logs_out_everywhere(
    portolan_at_keycloak: EmbeddedProcess, tmp_path: Path
) -> None:
    base = portolan_at_keycloak.url
    with chromium(tmp_path / "office") as office, chromium(tmp_path / "home") as home:
        at_office, at_home = Page(office), Page(home)
        sign_in(at_home, f"{base}/project")
        sign_in(at_office, f"{base}/project?q=harbour")
        an_open_page_lives(at_home)
        see_who_one_is(at_office)
        log_out_everywhere(at_office, base)
        the_other_browser_is_out(at_home, base)
        for page in (at_office, at_home):
            assert [line for line in page.complaints() if base in line] == []


def sign_in(page: Page, address: str) -> None:
    """By the button of the login page, to the page that was asked for."""
    browser = page.browser
    browser.get(address)
    assert "/login?next=" in browser.current_url
    browser.find_element(By.LINK_TEXT, "Log in with Keycloak").click()
    page.until(lambda: browser.find_elements(By.ID, "password"), "the form of Keycloak")
    browser.find_element(By.ID, "username").send_keys("anna")
    browser.find_element(By.ID, "password").send_keys("anna")
    browser.find_element(By.ID, "kc-login").click()
    page.until(lambda: browser.current_url == address, address)


def an_open_page_lives(page: Page) -> None:
    page.until(
        lambda: page.browser.execute_script("return document.documentElement.dataset.folded"), "the stream"
    )


def see_who_one_is(page: Page) -> None:
    page.browser.find_element(By.LINK_TEXT, "My account").click()
    page.until(lambda: page.browser.find_elements(By.ID, "h-sessions"), "the account")
    text = page.browser.find_element(By.TAG_NAME, "main").text
    assert "Anna Keller" in text
    assert "director" in text
    assert len(page.browser.find_elements(By.CSS_SELECTOR, "[aria-labelledby=h-sessions] tbody tr")) == 2
    assert text.count("this one") == 1


def log_out_everywhere(page: Page, base: str) -> None:
    """Here and at Keycloak: who comes back has to give the password again."""
    browser = page.browser
    browser.find_element(By.CSS_SELECTOR, "button[name=everywhere]").click()
    page.until(lambda: browser.current_url == f"{base}/login?session=left", "the login page")
    browser.find_element(By.LINK_TEXT, "Log in with Keycloak").click()
    page.until(lambda: browser.find_elements(By.ID, "password"), "the form of Keycloak")


def the_other_browser_is_out(page: Page, base: str) -> None:
    """By itself: nothing stays on its screen."""
    page.until(lambda: page.browser.current_url == f"{base}/login?session=ended", "the login page")
    page.browser.get(f"{base}/me")
    assert page.browser.current_url.startswith(f"{base}/login?session=ended&next=")
