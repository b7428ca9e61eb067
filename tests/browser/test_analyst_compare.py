"""Two ways of counting one period: the difference, by whom, and the tickets that make it."""

import pytest
from playwright.sync_api import Page, expect

from projections.follow import wait_until
from tests.browser.conftest import Site
from tests.browser.signing_in import sign_in
from tests.browser.test_analyst_page import clean
from tests.rated import FEBRUARY, FIRST, SECOND, february
from tests.workers.acting import REVIEWER, act, closed, dispatched, reply

FORMULAS = "a=formula:satisfaction.rated_only&b=formula:satisfaction.silence_counts"


@pytest.fixture
def counted(site: Site) -> Site:
    """A site with a February that can be counted by hand."""
    february(site.house.views)
    return site


def test_two_formulas_side_by_side_and_the_tickets_that_flip(plain_page: Page, counted: Site) -> None:
    """Given two variants, each unit's line has both rates and the points between, and below stand exactly the tickets that one
    counts otherwise than the other, with how each counts them."""
    sign_in(plain_page, counted, f"/analyst?{FEBRUARY}&what=formula:satisfaction.rated_only")
    plain_page.get_by_role("main").get_by_role("link", name="对比").click()
    expect(plain_page.get_by_label("从")).to_have_value("2026-02-01")
    expect(plain_page.locator("#a")).to_have_value("formula:satisfaction.rated_only")
    plain_page.locator("#b").select_option("formula:satisfaction.silence_counts")
    plain_page.get_by_role("main").get_by_role("button", name="对比").click()
    first = plain_page.locator(f"#compared tr[data-key='{FIRST}']")
    expect(first.locator("td").nth(0)).to_contain_text("66.67 %")
    expect(first.locator("td").nth(1)).to_contain_text("75.00 %")
    expect(first.locator("td").nth(2)).to_contain_text("+8.33 个百分点")
    expect(first.locator("td").nth(3)).to_have_text("1")
    expect(plain_page.locator("#compared tr.total td").nth(2)).to_contain_text("+5.71 个百分点")
    expect(plain_page.locator("#flips")).to_have_text("2")
    assert set(plain_page.locator("#flipped tbody th").all_inner_texts()) == {"26020200000044", "26020200000088"}
    flipped = plain_page.locator("#flipped tbody tr", has_text="26020200000044")
    expect(flipped.locator("td").nth(1)).to_contain_text("不在分母")
    expect(flipped.locator("td").nth(2)).to_contain_text("计入")


def test_two_moments_of_one_formula(plain_page: Page, site: Site) -> None:
    """Given an exclusion made between two moments, comparing them shows that ticket and no other."""
    approver = site.house.accounts.add_user("zhuguan", "一个足够长的口令 2026", REVIEWER.role).id
    closed(site.house)
    left_out = closed(site.house)
    then = f"{site.clock():%Y-%m-%dT%H:%M}"
    site.clock.advance(hours=2)
    act(site.house, left_out, "exclude", REVIEWER, ground="unreasonable", reason="诉求无法律依据。", approver=approver)
    assert wait_until(site.house.views, "scoreboard", site.house.hotline.position(), 20)
    formula = "formula:satisfaction.positive"
    sign_in(
        plain_page, site, f"/analyst/compare?from=2026-03-01&to=2026-03-02&a={formula}&b={formula}&a_as_of={then}&go=1"
    )
    state = site.house.hotline.ticket(left_out)
    assert state is not None
    assert plain_page.locator("#flipped tbody th").all_inner_texts() == [state.number]
    expect(plain_page.locator("#flipped tbody td").nth(2)).to_contain_text("不合理诉求")
    expect(plain_page.locator("#compared")).to_contain_text("当时所知")


def test_what_cannot_be_compared_is_told(plain_page: Page, counted: Site) -> None:
    """A moment that has not come is refused by name, and the form keeps it."""
    sign_in(plain_page, counted, f"/analyst/compare?{FEBRUARY}&{FORMULAS}&b_as_of=2031-01-01T00:00&go=1")
    expect(plain_page.get_by_role("alert")).to_contain_text("尚未到来")
    expect(plain_page.locator("#b_as_of")).to_have_value("2031-01-01T00:00")
    expect(plain_page.locator("#compared")).to_have_count(0)


@pytest.mark.parametrize("unit", [FIRST, SECOND])
def test_a_unit_compares_itself_alone(plain_page: Page, counted: Site, unit: str) -> None:
    """Given an account of one unit, both sides and the flips are that unit's."""
    sign_in(plain_page, counted, f"/analyst/compare?{FEBRUARY}&{FORMULAS}&go=1", unit=unit)
    lines = plain_page.locator("#compared tbody tr:not(.total)")
    expect(lines).to_have_count(1)
    expect(lines).to_have_attribute("data-key", unit)


def test_comparing_is_readable_by_everybody(browser_page: Page, counted: Site, axe: str) -> None:
    """No finding of the accessibility checker, narrow or wide."""
    sign_in(browser_page, counted, "/analyst/compare")
    for width in (360, 1280):
        browser_page.set_viewport_size({"width": width, "height": 800})
        for path in ("/analyst/compare", f"/analyst/compare?{FEBRUARY}&{FORMULAS}&go=1"):
            browser_page.goto(counted.url + path)
            clean(browser_page, axe, f"{path} at {width}")
            assert browser_page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, f"{path} at {width}"


def test_a_past_month_under_another_citys_rules(plain_page: Page, site: Site) -> None:
    """Given an answer in nine days, when five working days are tried in place of fifteen, then it flips, and both due times
    stand beside each other."""
    ticket = dispatched(site.house)
    site.clock.advance(days=9)
    reply(site.house, ticket)
    site.clock.advance(days=60)
    assert wait_until(site.house.views, "scoreboard", site.house.hotline.position(), 20)
    sign_in(plain_page, site, "/analyst/compare?from=2026-03-01&to=2026-03-31&a=formula:on_time&b=formula:on_time")
    plain_page.locator("#b_profile").select_option("shandong-2020")
    plain_page.get_by_role("main").get_by_role("button", name="对比").click()
    total = plain_page.locator("#compared tr.total td")
    expect(total.nth(0)).to_contain_text("100.00 %")
    expect(total.nth(1)).to_contain_text("0.00 %")
    expect(total.nth(2)).to_contain_text("-100.00 个百分点")
    expect(plain_page.locator("#compared")).to_contain_text("shandong-2020@")
    flipped = plain_page.locator("#flipped tbody td")
    expect(flipped.nth(1)).to_contain_text("2026-03-2")
    expect(flipped.nth(2)).to_contain_text("2026-03-10 00:00")
