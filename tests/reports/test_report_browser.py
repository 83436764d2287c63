"""The report in a real browser: it opens without a complaint, asks for nothing, and runs nothing."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from reported import HANDLER, SCRIPT, hostile_results

from resilience_sim.reports.html_report import html_report

# Texts drawn one by one: what looks like a character that no font has is a missing one.
MISSING = """
() => {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 40;
  const pen = canvas.getContext('2d', {willReadFrequently: true});
  pen.font = '24px ' + getComputedStyle(document.body).fontFamily;
  const look = (character) => {
    pen.clearRect(0, 0, 40, 40);
    pen.fillText(character, 4, 30);
    return pen.getImageData(0, 0, 40, 40).data.join();
  };
  const box = look('\\u{10FFFD}');
  const every = new Set([...document.body.textContent].filter((character) => character.trim()));
  return {count: every.size, missing: [...every].filter((character) => look(character) === box),
          noticed: look('\\u{10FFFC}') === box};
}
"""
HANDLERS = """
() => [...document.querySelectorAll('*')].flatMap((element) => [...element.attributes]
  .filter((a) => a.name.startsWith('on') || /javascript:/i.test(a.value)).map((a) => element.tagName + ' ' + a.name))
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no Chromium is installed on this machine")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield started
        started.close()


class Visit:
    """A page as it was opened, and all that it did."""

    def __init__(self, browser: Any, file: Path, **options: Any) -> None:
        self.told: list[str] = []
        self.asked: list[str] = []
        self.page = browser.new_page(**options)
        self.page.on("console", lambda message: self.told.append(message.text))
        self.page.on("pageerror", lambda error: self.told.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.told.append(dialog.message), dialog.dismiss()))
        self.page.on("popup", lambda _: self.told.append("popup"))
        self.page.route("**/*", self._routed)
        self.page.goto(file.as_uri())

    def _routed(self, route: Any) -> None:
        self.asked.append(route.request.url)
        if route.request.url.startswith("file:"):
            route.continue_()
        else:
            route.abort()


@pytest.fixture(scope="module", params=["zh", "en"])
def opened(request: pytest.FixtureRequest, browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Visit:
    file = tmp_path_factory.mktemp("report") / f"report_{request.param}.html"
    file.write_text(html_report(hostile_results(), request.param), encoding="utf-8")
    return Visit(browser, file, viewport={"width": 1200, "height": 900})


def test_it_opens_without_a_complaint_and_asks_for_nothing(opened: Visit) -> None:
    for link in opened.page.query_selector_all("nav a")[:6]:
        link.click()
    opened.page.wait_for_timeout(100)
    assert opened.told == []
    assert [address.split("#")[0] for address in opened.asked] == [opened.page.url.split("#")[0]]


def test_what_a_plan_plants_is_text(opened: Visit) -> None:
    assert opened.page.evaluate(HANDLERS) == []
    assert opened.page.locator("script, img, iframe, object, embed, link, form, base").count() == 0
    assert opened.page.locator("h2", has_text=HANDLER).count() == 1
    assert opened.page.get_by_text(SCRIPT).count() > 0
    assert opened.page.locator("style").count() == 1


def test_a_planted_script_would_be_noticed(browser: Any, tmp_path: Path) -> None:
    file = tmp_path / "planted.html"
    file.write_text(f"<p>{SCRIPT}</p><p>{HANDLER}</p><style>@import url(//evil.test/a.css);</style>", encoding="utf-8")
    visit = Visit(browser, file)
    visit.page.wait_for_timeout(100)
    assert visit.told
    assert any("evil.test" in address for address in visit.asked)
    assert visit.page.evaluate(HANDLERS) == ["IMG onerror"]


def test_even_a_planted_script_would_not_run_under_the_policy_of_the_page(opened: Visit, tmp_path: Path) -> None:
    text = Path(opened.page.url.split("#")[0].removeprefix("file://")).read_text(encoding="utf-8")
    file = tmp_path / "planted.html"
    file.write_text(text.replace("<main>", f"<main>{SCRIPT}<img src='//evil.test/x.png' onerror='alert()'>"), "utf-8")
    visit = Visit(opened.page.context.browser, file)
    visit.page.wait_for_timeout(100)
    assert len(visit.asked) == 1
    assert any("Content Security Policy" in message for message in visit.told)
    assert not any(message in ("", "undefined") for message in visit.told)  # what the alerts would say


def test_no_character_is_shown_as_a_box(opened: Visit) -> None:
    drawn = opened.page.evaluate(MISSING)
    assert drawn["noticed"]
    assert drawn["count"] > 80
    assert drawn["missing"] == []


@pytest.mark.parametrize("width", [320, 400, 768, 900, 1200])
def test_it_is_never_wider_than_the_window(opened: Visit, width: int) -> None:
    opened.page.set_viewport_size({"width": width, "height": 900})
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= width


def test_it_prints_on_pages(opened: Visit) -> None:
    printed = opened.page.pdf(prefer_css_page_size=True)
    assert printed.startswith(b"%PDF")
    assert printed.count(b"/Type /Page\n") + printed.count(b"/Type /Page/") > 3
    opened.page.emulate_media(media="print")
    assert opened.page.evaluate("getComputedStyle(document.querySelector('thead')).display") == "table-header-group"
    assert not opened.page.locator("nav").first.is_visible()
    opened.page.emulate_media(media="screen")
