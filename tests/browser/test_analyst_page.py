"""What an analyst sees: figures with their proof, and every one of them leads to its tickets."""

import re
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from hotline.facts import Role
from tests.browser.conftest import Site
from tests.browser.signing_in import shows, sign_in
from tests.rated import FEBRUARY, FIRST, RATED, SECOND, february, outcome

RATED_ONLY, SILENCE = "satisfaction.rated_only", "satisfaction.silence_counts"


@pytest.fixture
def counted(site: Site) -> Site:
    """A site with a February that can be counted by hand."""
    february(site.house.views)
    return site


def row(page: Page, formula: str) -> Locator:
    return page.locator(f"#totals tr[data-formula='{formula}']")


def what(line: Locator, name: str) -> Locator:
    return line.locator(f"td[data-what={name}]")


def test_all_variants_stand_side_by_side_with_their_proof(plain_page: Page, counted: Site) -> None:
    """Given scripts are off, every variant shows value, numerator, denominator, exclusions, asked, answered, coverage and the
    formula's version and hash, and the position they were counted at."""
    sign_in(plain_page, counted, f"/analyst?{FEBRUARY}")
    rated_only, silence = row(plain_page, RATED_ONLY), row(plain_page, SILENCE)
    expect(what(rated_only, "rate")).to_have_text("80.00 %")
    expect(what(rated_only, "numerator")).to_have_text("4")
    expect(what(rated_only, "denominator")).to_have_text("5")
    expect(what(rated_only, "excluded")).to_contain_text("不合理诉求 1")
    expect(what(rated_only, "asked")).to_have_text("7")
    expect(what(rated_only, "answered")).to_have_text("6")
    expect(what(rated_only, "coverage")).to_have_text("85.71 %")
    expect(what(rated_only, "population")).to_have_text("8")
    expect(what(silence, "rate")).to_have_text("85.71 %")
    expect(what(silence, "denominator")).to_have_text("7")
    expect(rated_only).to_contain_text(f"{RATED_ONLY}@1")
    formula = counted.house.formulas.find(RATED_ONLY, counted.clock().date())
    expect(rated_only).to_contain_text(counted.house.formulas.hash_of(formula).removeprefix("sha256:")[:10])
    expect(plain_page.locator("#position")).to_have_text(re.compile(r"^\d+$"))


@pytest.mark.parametrize(
    ("part", "behind"),
    [
        ("numerator", {"satisfied", "basically", "neutral"}),
        ("denominator", {"satisfied", "basically", "neutral", "dissatisfied"}),
        ("asked", {"satisfied", "basically", "neutral", "dissatisfied", "silent", "unreasonable"}),
        ("answered", {"satisfied", "basically", "neutral", "dissatisfied", "unreasonable"}),
        ("population", {"satisfied", "basically", "neutral", "dissatisfied", "silent", "unreasonable", "not_asked"}),
        ("excluded", {"unreasonable"}),
    ],
)
def test_a_number_leads_to_exactly_its_tickets(plain_page: Page, counted: Site, part: str, behind: set[str]) -> None:
    """Given a number on the page, when it is clicked, then the list holds the tickets it was counted from and no other."""
    sign_in(plain_page, counted, f"/analyst?{FEBRUARY}")
    what(row(plain_page, RATED_ONLY), part).get_by_role("link").click()
    wanted = {number for number, (_, said, grounds) in RATED.items() if (grounds or (said,))[0] in behind}
    shows(plain_page, wanted)
    expect(plain_page.locator("#number")).to_have_text(str(len(wanted)))
    plain_page.get_by_role("link", name="回到指标").click()
    expect(what(row(plain_page, RATED_ONLY), "rate")).to_have_text("80.00 %")


def test_a_units_number_leads_to_that_units_tickets(plain_page: Page, counted: Site) -> None:
    """Given a split by month and unit, a number in a line leads to tickets of that month and that unit alone."""
    sign_in(plain_page, counted, f"/analyst?from=2026-01-01&to=2026-02-28&by=month&by=unit&what=formula:{RATED_ONLY}")
    line = plain_page.locator(f"#by-group tr[data-key='2026-02 {FIRST}']")
    expect(line).to_contain_text(counted.house.rules.units[FIRST].name)
    expect(what(line, "rate")).to_have_text("66.67 %")
    what(line, "denominator").get_by_role("link").click()
    shows(plain_page, {"26020200000011", "26020200000022", "26020200000033"})
    expect(plain_page.get_by_text("2026-02-01 至 2026-02-28").first).to_be_visible()


def test_groups_can_be_had_with_the_lowest_first(plain_page: Page, counted: Site) -> None:
    """One click puts the lowest rate of a variant at the top, and the next one the old order back."""
    sign_in(plain_page, counted, f"/analyst?{FEBRUARY}&by=unit&what=formula:{RATED_ONLY}")
    keys = plain_page.locator("#by-group tbody tr:not(.total)")
    assert [line.get_attribute("data-key") for line in keys.all()] == [SECOND, FIRST]
    plain_page.get_by_role("link", name="低的在前").click()
    expect(keys.first).to_have_attribute("data-key", FIRST)
    assert [line.get_attribute("data-key") for line in keys.all()] == [FIRST, SECOND]
    plain_page.get_by_role("link", name="恢复原序").click()
    expect(keys.first).to_have_attribute("data-key", SECOND)
    assert [line.get_attribute("data-key") for line in keys.all()] == [SECOND, FIRST]


def test_a_composite_leads_to_its_parts_and_they_to_their_tickets(plain_page: Page, site: Site) -> None:
    """A composite has no tickets of its own: its number leads to its parts, and each of theirs to its tickets."""
    more = outcome("26021500000001", date(2026, 2, 15), FIRST, claimed="resolved", resolved="resolved", ended="closed")
    february(site.house.views, more)
    sign_in(plain_page, site, f"/analyst?{FEBRUARY}&by=unit&what=rate:resolution")
    plain_page.locator(f"#by-group tr[data-key='{FIRST}'] td").last.get_by_role("link").first.click()
    expect(plain_page.get_by_label("主办单位")).to_have_value(FIRST)
    parts = row(plain_page, "resolution.gap").locator("td.parts li")
    expect(parts).to_have_count(2)
    parts.first.get_by_role("link").last.click()
    shows(plain_page, {"26021500000001"})


def test_where_there_is_nothing_to_divide_by_no_rate_is_shown(plain_page: Page, counted: Site) -> None:
    """An empty denominator is said in words; neither 0 nor 100 stands in its place."""
    sign_in(plain_page, counted, "/analyst?from=2026-01-01&to=2026-01-31")
    rate = what(row(plain_page, RATED_ONLY), "rate")
    expect(rate).to_contain_text("分母为空")
    assert "%" not in rate.inner_text()
    expect(what(row(plain_page, RATED_ONLY), "denominator")).to_have_text("0")


def test_the_form_and_the_shortcuts_ask_for_another_period(plain_page: Page, counted: Site) -> None:
    """A month is one click away and keeps what else was chosen; the form asks for a unit."""
    sign_in(plain_page, counted, "/analyst")
    expect(plain_page.get_by_label("从")).to_have_value("2026-03-01")
    plain_page.get_by_label("主办单位").select_option(SECOND)
    plain_page.get_by_role("button", name="查看").click()
    plain_page.get_by_role("link", name="2026 年 2 月").click()
    expect(plain_page.get_by_label("从")).to_have_value("2026-02-01")
    expect(plain_page.get_by_label("主办单位")).to_have_value(SECOND)
    expect(what(row(plain_page, RATED_ONLY), "denominator")).to_have_text("2")


def test_a_question_that_cannot_be_answered_is_told_and_kept(plain_page: Page, counted: Site) -> None:
    """A period the wrong way round is refused in words, and what was chosen stands in the form."""
    sign_in(plain_page, counted, "/analyst?from=2026-02-28&to=2026-02-01&by=unit")
    expect(plain_page.get_by_role("alert")).to_contain_text("起始日期 2026-02-28 晚于结束日期 2026-02-01")
    expect(plain_page.get_by_label("到")).to_have_value("2026-02-01")
    expect(plain_page.locator("#by")).to_have_value("unit")
    expect(plain_page.locator("#totals")).to_have_count(0)


def test_charts_are_drawn_under_the_policy_and_told_without_colour(browser_page: Page, counted: Site) -> None:
    """With scripts on, bars and lines are drawn as SVG from our own files, with patterns and words for who cannot see
    colours, and the page's policy is not broken once."""
    broken: list[str] = []
    browser_page.on("console", lambda said: broken.append(said.text) if said.type in ("error", "warning") else None)
    browser_page.on("pageerror", lambda error: broken.append(str(error)))
    sign_in(browser_page, counted, f"/analyst?{FEBRUARY}")
    for query in ("", "&by=unit", "&by=day", "&by=month&by=unit"):
        browser_page.goto(f"{counted.url}/analyst?{FEBRUARY}{query}")
        drawn = browser_page.locator("figure svg")
        expect(drawn).to_be_visible()
        assert browser_page.locator("figure .chart").get_attribute("aria-label")
    browser_page.goto(f"{counted.url}/analyst?{FEBRUARY}&by=unit")
    assert browser_page.locator("figure svg pattern").count() > 0
    browser_page.locator("figure svg").hover(position={"x": 300, "y": 100})
    assert broken == []


def test_a_chart_speaks_both_languages_of_its_page(browser_page: Page, counted: Site) -> None:
    """What a chart names, and what is told of it to who cannot see it, stands there in Chinese and in English."""
    sign_in(browser_page, counted, f"/analyst?{FEBRUARY}&by=unit")
    told = browser_page.locator("figure .chart")
    expect(told).to_have_attribute(
        "aria-label", re.compile("图：满意率.*Chart: Satisfaction.*条形图.*Chart of bars: 5 series")
    )
    drawn = browser_page.locator("figure svg")
    expect(drawn).to_contain_text("满意率（加权） Satisfaction, weighted")
    expect(drawn).to_contain_text("锦江区住房和城乡建设局 Jinjiang Housing and Construction Bureau")
    expect(browser_page.locator("figcaption .en")).to_have_text("Chart: Satisfaction")


def test_whatever_an_address_says_is_text(browser_page: Page, counted: Site) -> None:
    """Markup in an address is shown as text or refused, and no script of it runs."""
    ran: list[str] = []
    browser_page.on("dialog", lambda dialog: (ran.append(dialog.message), dialog.dismiss()))
    evil = "%22%3E%3Cscript%3Ealert(1)%3C/script%3E"
    sign_in(browser_page, counted, f"/analyst?{FEBRUARY}&by=unit&unit={evil}&as_of={evil}")
    for query in (
        f"unit={evil}&by=unit",
        f"category={evil}",
        f"sort={evil}",
        f"what={evil}",
        f"what=rate:{evil}",
        f"by={evil}",
    ):
        browser_page.goto(f"{counted.url}/analyst?{FEBRUARY}&{query}")
        expect(browser_page.get_by_role("heading", name="统计分析")).to_be_visible()
    assert ran == []
    assert browser_page.locator("script:not([src])").count() == 0


def test_scripts_off_leaves_nothing_missing(plain_page: Page, counted: Site) -> None:
    """Without scripts there is no empty frame where a chart would be; the table is there."""
    sign_in(plain_page, counted, f"/analyst?{FEBRUARY}&by=unit")
    expect(plain_page.locator("figure")).to_be_hidden()
    expect(plain_page.locator("#by-group tbody tr")).to_have_count(3)


def test_pages_of_numbers_are_readable_by_everybody(browser_page: Page, counted: Site, axe: str) -> None:
    """No finding of the accessibility checker on any of these pages, narrow or wide, and none is wider than the screen."""
    browser_page.goto(f"{counted.url}/login")
    clean(browser_page, axe, "/login")
    sign_in(browser_page, counted, f"/analyst?{FEBRUARY}")
    tickets = what(row(browser_page, RATED_ONLY), "denominator").get_by_role("link").get_attribute("href")
    paths = [
        f"/analyst?{FEBRUARY}",
        f"/analyst?{FEBRUARY}&by=unit",
        f"/analyst?what=rate:score&{FEBRUARY}&by=month",
        tickets,
        "/login",
    ]
    for width in (360, 1280):
        browser_page.set_viewport_size({"width": width, "height": 800})
        for path in paths:
            browser_page.goto(f"{counted.url}{path}")
            clean(browser_page, axe, f"{path} at {width}")
            assert browser_page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, f"{path} at {width}"


def clean(page: Page, axe: str, where: str) -> None:
    page.evaluate(axe)
    found: Any = page.evaluate("axe.run().then(r => r.violations.map(v => v.id + ': ' + v.nodes[0].html))")
    assert found == [], where


def test_english_stands_beside_chinese(plain_page: Page, counted: Site) -> None:
    """Every heading of the table and every name of a variant is there in both languages."""
    sign_in(plain_page, counted, f"/analyst?{FEBRUARY}&by=unit")
    for heading in plain_page.locator("#totals thead th, #by-group thead th, #totals tbody th").all():
        expect(heading.locator("[lang=en]").first).to_be_visible()
    expect(plain_page.locator("html")).to_have_attribute("lang", "zh-CN")


def test_others_are_told_that_these_pages_are_not_theirs(plain_page: Page, counted: Site) -> None:
    """Given an operator's account, the page is refused with words and a way out, and shows no figure."""
    sign_in(plain_page, counted, f"/analyst?{FEBRUARY}", Role.OPERATOR)
    expect(plain_page.get_by_role("alert")).to_contain_text("角色")
    expect(plain_page.locator("#totals")).to_have_count(0)
    plain_page.get_by_role("link", name="返回").click()
    plain_page.get_by_role("button", name="退出").click()
    expect(plain_page.get_by_role("status")).to_contain_text("您已退出")


def test_an_account_of_a_district_sees_that_district(plain_page: Page, counted: Site) -> None:
    """Given an analyst of one district, figures and lists hold its tickets alone, whatever the address asks for."""
    sign_in(plain_page, counted, f"/analyst?{FEBRUARY}", district="wuhou")
    expect(what(row(plain_page, RATED_ONLY), "denominator")).to_have_text("3")
    what(row(plain_page, RATED_ONLY), "population").get_by_role("link").click()
    shows(plain_page, {number for number, (unit, *_) in RATED.items() if unit == FIRST})
