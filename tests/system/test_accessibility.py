"""Every kind of page in a real browser: for readers of a screen, of a phone, of paper, and for those who use a keyboard.

Each is looked at in both languages. `SHOTS=<folder>` keeps pictures of what was seen.
"""

import base64
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from tests.support.node import installed
from tests.support.rotation import turn
from tests.system.browsing import Page, chromium, portolan_up
from tests.system.page_kinds import KINDS, PUBLIC, Site, Way

HERE = Path(__file__).parent
LANGUAGES = ("en", "fr")
WIDTHS = (390, 768, 1280, 1920)
SETTLING_S = 3
PAPER = 703
"""Pixels of an A4 page between its margins."""
SCREENS = {"en": ("light", 1440), "fr": ("dark", 390)}
"""How axe sees every page."""
JUDGE = """
const done = arguments[0];
axe.run().then(({violations}) => done(violations.map(
  ({id, impact, nodes}) => `${impact} ${id}: ${nodes.map((node) => node.html.slice(0, 200)).join(' | ')}`)));
"""
FOLLOW_FOCUS = """
const isSeen = (e) => e.checkVisibility({visibilityProperty: true}) && e.getClientRects().length;
const stops = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]';
const inOneGroup = (e) => e.type === 'radio' && !e.checked && document.querySelector(`[name="${e.name}"]:checked`);
window.stops = [...document.querySelectorAll(stops)].filter(
  (e) => e.tabIndex >= 0 && !e.disabled && isSeen(e) && !inOneGroup(e));
window.trail = [];
addEventListener('focusin', ({target}) => {
  const {outlineStyle, outlineWidth} = getComputedStyle(target);
  const box = target.getBoundingClientRect();
  const isMarked = outlineStyle !== 'none' && parseFloat(outlineWidth) > 0;
  const isOnScreen = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  window.trail.push([target, isMarked && isOnScreen]);
});
document.activeElement.blur();
getSelection().removeAllRanges();
scrollTo(0, 0);
return window.stops.length;
"""
FOCUS_FAULTS = """
const name = (e) => e.outerHTML.slice(0, 160);
const reached = new Set(window.trail.map(([e]) => e));
return [
  ...window.stops.filter((e) => !reached.has(e)).map((e) => `is not reached: ${name(e)}`),
  ...new Set(window.trail.filter(([, isSeen]) => !isSeen).map(([e]) => `its focus is not seen: ${name(e)}`)),
];
"""
WIDER = """
const {scrollWidth, clientWidth} = document.documentElement;
return scrollWidth - clientWidth;
"""
CUT_IN_CHARTS = """
return [...document.querySelectorAll('figure.chart')].flatMap((figure) =>
  [...figure.querySelectorAll('.drawn svg text')]
    .filter((text) => text.getBoundingClientRect().right > figure.getBoundingClientRect().right + 1)
    .map((text) => text.textContent));
"""
CUT_ON_PAPER = """
return [...document.querySelectorAll('.scroll, table, figure.chart svg')]
  .filter((e) => e.checkVisibility() && e.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .map((e) => e.outerHTML.slice(0, 160));
"""
CONTROLS_ON_PAPER = """
return [...document.querySelectorAll('button, .bar nav, .skip')]
  .filter((e) => e.checkVisibility() && e.getClientRects().length).map((e) => e.outerHTML.slice(0, 160));
"""


@pytest.fixture(scope="module")
def axe() -> str:
    return (installed(HERE / "accessibility") / "node_modules/axe-core/axe.min.js").read_text()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One browser and one Portolan for all kinds of pages."""
    folder = tmp_path_factory.mktemp("site")
    with chromium(folder / "profile") as browser, portolan_up(folder / "data", sample=True) as link:
        browser.get(link)
        yield Site(browser, link.split("/login")[0], folder / "data")


@pytest.mark.parametrize("kind", turn(PUBLIC | KINDS, str) or ["overview"])
def test_every_kind_of_page_is_open_to_everybody(site: Site, axe: str, kind: str) -> None:
    with site.logged_out() if kind in PUBLIC else nullcontext():
        assert faults_of(site, axe, kind, (PUBLIC | KINDS)[kind]) == []


def faults_of(site: Site, axe: str, kind: str, way: Way) -> list[str]:
    faults: list[str] = []
    for language in LANGUAGES:
        site.go(f"/language/{language}?next=/login")
        screen(site, 1280)
        way(site) if callable(way) else site.go(way)
        drawn(site)
        status = site.browser.execute_script(
            "return performance.getEntriesByType('navigation')[0].responseStatus"
        )
        assert status < 500, f"{kind} is answered {status}"
        assert site.browser.execute_script("return document.documentElement.lang") == language
        site.browser.execute_script(
            "for (const d of document.querySelectorAll('main details')) d.open = true"
        )
        shortcomings = by_keyboard(site) if language == "en" else []
        shortcomings += judged(site, axe, *SCREENS[language])
        shortcomings += (
            too_wide(site, kind, language) + on_paper(site, kind, language) + Page(site.browser).errors()
        )
        faults += [f"{language}: {fault}" for fault in shortcomings]
    return faults


def drawn(site: Site) -> None:
    """Wait until every chart is."""
    Page(site.browser).until(
        lambda: site.browser.execute_script(
            "return [...document.querySelectorAll('figure.chart')].every((f) => f.querySelector('.drawn svg'))"
        ),
        "the charts",
    )


def screen(site: Site, width: int) -> None:
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    site.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)


@contextmanager
def media(site: Site, **features: str) -> Iterator[None]:
    """`type="print"`, or a feature such as `scheme="dark"`."""
    medium = {"media": features.get("type", "")}
    scheme = [{"name": "prefers-color-scheme", "value": features.get("scheme", "light")}]
    site.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {**medium, "features": scheme})
    try:
        yield
    finally:
        site.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": []})


def by_keyboard(site: Site) -> list[str]:
    """What a keyboard does not reach, or reaches unseen; and whether the first stop leads past the bar."""
    browser = site.browser
    stops = int(browser.execute_script(FOLLOW_FOCUS))
    for _ in range(4):  # a day has several stops within itself
        tab(site, stops + 10)
        faults: list[str] = browser.execute_script(FOCUS_FAULTS)
        if not any("not reached" in fault for fault in faults):
            break
    first, is_elsewhere = browser.execute_script(
        "return [window.trail[0]?.[0].getAttribute('href'), !!document.querySelector('[autofocus]')]"
    )
    if first != "#main" and not is_elsewhere:
        faults.append(f"the first stop is {first}, not the link to the content")
    return faults


def tab(site: Site, times: int) -> None:
    key: dict[str, Any] = {"key": "Tab", "code": "Tab", "windowsVirtualKeyCode": 9}
    for _ in range(times):
        for kind in ("rawKeyDown", "keyUp"):
            site.browser.execute_cdp_cmd("Input.dispatchKeyEvent", {"type": kind, **key})


def judged(site: Site, axe: str, scheme: str, width: int) -> list[str]:
    """What axe refuses, of any weight."""
    site.browser.execute_script(axe)
    with media(site, scheme=scheme):
        screen(site, width)
        for _ in range(2):  # tables that became too wide are marked as stops a frame later
            sleep_a_frame(site)
        return [f"{scheme}, {width} px: {f}" for f in site.browser.execute_async_script(JUDGE)]


def too_wide(site: Site, kind: str, language: str) -> list[str]:
    faults = []
    for width in WIDTHS:
        screen(site, width)
        wider = settled_overhang(site)
        if wider > 0:
            faults.append(f"the page is {wider} px wider than a screen of {width} px")
        cut = site.browser.execute_script(CUT_IN_CHARTS)
        faults += [f"cut in a chart on a screen of {width} px: {text}" for text in cut]
        shot(site, f"{kind}-{language}-{width}", width)
    if os.environ.get("SHOTS"):
        with media(site, scheme="dark"):
            shot(site, f"{kind}-{language}-dark", 1920)
    return faults


def settled_overhang(site: Site) -> int:
    """How many pixels the page is wider than the screen, once its charts have followed the screen."""
    end = monotonic() + SETTLING_S
    while (wider := int(site.browser.execute_script(WIDER))) > 0 and monotonic() < end:
        sleep_a_frame(site)
    return wider


def sleep_a_frame(site: Site) -> None:
    site.browser.execute_async_script("requestAnimationFrame(arguments[0])")


def on_paper(site: Site, kind: str, language: str) -> list[str]:
    """What is cut, or of no use, on a page of A4; and whether a PDF is made of it."""
    with media(site, type="print"):
        screen(site, PAPER)
        cut = [f"cut on paper: {element}" for element in site.browser.execute_script(CUT_ON_PAPER)]
        cut += [
            f"of no use on paper: {element}" for element in site.browser.execute_script(CONTROLS_ON_PAPER)
        ]
    printed = site.browser.execute_cdp_cmd(
        "Page.printToPDF", {"preferCSSPageSize": True, "printBackground": True}
    )
    pdf = base64.b64decode(printed["data"])
    if not re.search(rb"/Type\s*/Page\b", pdf):
        cut.append("no page is printed")
    if folder := os.environ.get("SHOTS"):
        Path(folder, f"{kind}-{language}.pdf").write_bytes(pdf)
    screen(site, 1280)
    return cut


def shot(site: Site, name: str, width: int) -> None:
    if folder := os.environ.get("SHOTS"):
        height = site.browser.execute_script("return document.documentElement.scrollHeight")
        clip = {"x": 0, "y": 0, "width": width, "height": min(height, 4000), "scale": 1}
        picture = {"captureBeyondViewport": True, "clip": clip}
        answer = site.browser.execute_cdp_cmd("Page.captureScreenshot", picture)
        Path(folder, f"{name}.png").write_bytes(base64.b64decode(answer["data"]))
