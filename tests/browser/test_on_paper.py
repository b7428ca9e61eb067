"""What comes out of a printer: numbers with their proof, whole tables, and nothing to press."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site
from tests.browser.signing_in import sign_in
from tests.rated import FEBRUARY, february

SHEET = 1_032
"""Pixels across the printed part of a landscape A4 sheet: 273 mm at 96 to the inch."""


@pytest.fixture
def counted(site: Site) -> Site:
    """A site with a February that can be counted by hand."""
    february(site.house.views)
    return site


def test_rates_on_paper_have_no_buttons_and_all_columns(browser_page: Page, counted: Site) -> None:
    """Given rates by unit, when they are printed, then forms, menus, links to press and charts are left out, the proof stays, and
    no table is wider than the sheet."""
    sign_in(browser_page, counted, f"/analyst?{FEBRUARY}&by=unit")
    shown = browser_page.locator("form, nav, .export, .shortcuts, a.formula, figure")
    assert shown.first.is_visible()
    browser_page.emulate_media(media="print")
    browser_page.set_viewport_size({"width": SHEET, "height": 800})
    assert [each.evaluate("e => e.outerHTML.slice(0, 80)") for each in shown.all() if each.is_visible()] == []
    expect(browser_page.locator("#position")).to_be_visible()
    tables = browser_page.locator("table")
    assert tables.count() == 2
    for table in tables.all():
        box = table.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= SHEET


@pytest.mark.parametrize(
    ("lang", "head"),
    [("zh", "12345 热线月报 · 全市"), ("en", "12345 hotline, monthly bulletin · The city")],
    ids=["zh", "en"],
)
def test_every_sheet_of_a_bulletin_says_of_what_it_is(browser_page: Page, counted: Site, lang: str, head: str) -> None:
    """When a bulletin is printed, then its style, which its policy lets in, puts title, subject and month on each sheet; what is
    on the page is within the sheet, and nothing on it is to be pressed."""
    broken: list[str] = []
    sign_in(browser_page, counted, f"/analyst?{FEBRUARY}")
    browser_page.on("console", lambda said: broken.append(said.text))
    browser_page.goto(f"{counted.url}/analyst/bulletin/2026-02?lang={lang}")
    rules = browser_page.evaluate("[...document.styleSheets[0].cssRules].map(rule => rule.cssText).join(' ')")
    assert head in rules
    assert re.search(r"@bottom-right .*counter\(page\)", rules)
    browser_page.emulate_media(media="print")
    browser_page.set_viewport_size({"width": 703, "height": 1000})
    assert browser_page.locator("a, button, form, nav, script").count() == 0
    assert browser_page.evaluate("document.documentElement.scrollWidth") <= 703
    assert browser_page.pdf(prefer_css_page_size=True).startswith(b"%PDF")
    assert broken == []
