"""The browser that the page tests stand on: real, Chinese, with the accessibility checker at hand."""

from playwright.sync_api import Page

PAGE = "<!doctype html><html lang='zh'><title>热线</title><main><h1>热线</h1>{}</main></html>"


def test_the_browser_has_chinese_letters(browser_page: Page) -> None:
    """A page shows 工单 in a font that has the letters: two different ones look different."""
    browser_page.set_content(PAGE.format("<p id=a style='display:inline'>工</p><p id=b style='display:inline'>单</p>"))
    assert browser_page.evaluate("navigator.language") == "zh-CN"
    assert browser_page.locator("#a").screenshot() != browser_page.locator("#b").screenshot()


def test_axe_finds_what_a_blind_reader_would_miss(browser_page: Page, axe: str) -> None:
    """The checker passes a sound page and names an image without a text."""
    browser_page.set_content(PAGE.format("<p>好</p>"))
    browser_page.evaluate(axe)
    assert browser_page.evaluate("axe.run().then(r => r.violations)") == []
    browser_page.set_content(PAGE.format("<img src='data:image/gif;base64,R0lGODlhAQABAAAAACw='>"))
    browser_page.evaluate(axe)
    found = browser_page.evaluate("axe.run().then(r => r.violations.map(v => v.id))")
    assert "image-alt" in found
