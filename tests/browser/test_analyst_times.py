"""Figures as they were: an answer for an earlier moment stays what it was, whatever is decided afterwards."""

from datetime import datetime
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from hotline.facts import Role
from projections.follow import wait_until
from tests.browser.conftest import Site
from tests.browser.signing_in import PASSWORD, shows, sign_in
from tests.workers.acting import REVIEWER, act, closed

PERIOD = "what=formula:satisfaction.positive&from=2026-03-01&to=2026-03-02"


@pytest.fixture
def approver(site: Site) -> str:
    """Somebody who may agree to an exclusion."""
    return site.house.accounts.add_user("zhuguan", PASSWORD, Role.SUPERVISOR).id


def followed(site: Site) -> datetime:
    """The moment everything up to now was recorded at, once the scoreboard has taken it in."""
    assert wait_until(site.house.views, "scoreboard", site.house.hotline.position(), 20)
    return site.clock()


def number_of(site: Site, ticket: UUID) -> str:
    state = site.house.hotline.ticket(ticket)
    assert state is not None
    return state.number


def test_an_exclusion_made_and_revoked_leaves_every_answer_what_it_was(
    plain_page: Page, site: Site, approver: str
) -> None:
    """Given a ticket left out tonight and let in again next week, the page as of each moment shows what was known then, and
    the lists behind its numbers hold the tickets of then."""
    kept, left_out = closed(site.house), closed(site.house)
    before = followed(site)
    site.clock.advance(hours=2)
    act(site.house, left_out, "exclude", REVIEWER, ground="unreasonable", reason="诉求无法律依据。", approver=approver)
    between = followed(site)
    site.clock.advance(days=7)
    act(site.house, left_out, "include", REVIEWER, ground="unreasonable", reason="复核后恢复。", approver=approver)
    after = followed(site)
    sign_in(plain_page, site, f"/analyst?{PERIOD}")
    line = plain_page.locator("#totals tbody tr")
    for moment, denominator in ((before, 2), (between, 1), (after, 2)):
        plain_page.goto(f"{site.url}/analyst?{PERIOD}&as_of={moment:%Y-%m-%dT%H:%M}")
        expect(plain_page.get_by_label("当时所知")).to_have_value(f"{moment:%Y-%m-%dT%H:%M}")
        expect(line.locator("[data-what=denominator]")).to_have_text(str(denominator))
    plain_page.goto(f"{site.url}/analyst?{PERIOD}&as_of={between:%Y-%m-%dT%H:%M}")
    line.locator("[data-what=excluded]").get_by_role("link").click()
    shows(plain_page, {number_of(site, left_out)})
    plain_page.go_back()
    line.locator("[data-what=denominator]").get_by_role("link").click()
    shows(plain_page, {number_of(site, kept)})


def test_a_list_says_when_the_log_has_moved_on(plain_page: Page, site: Site, approver: str) -> None:
    """Given a figure on the page and a fact after it, the list behind the figure says so, and the list as it is can be kept."""
    ticket = closed(site.house)
    followed(site)
    sign_in(plain_page, site, f"/analyst?{PERIOD}")
    behind = plain_page.locator("#totals [data-what=denominator] a").get_attribute("href")
    plain_page.goto(f"{site.url}{behind}")
    expect(plain_page.get_by_role("status")).to_have_count(0)
    plain_page.get_by_role("link", name="固定此刻的名单").click()
    frozen = plain_page.url
    site.clock.advance(hours=1)
    act(site.house, ticket, "exclude", REVIEWER, ground="unreasonable", reason="诉求无法律依据。", approver=approver)
    followed(site)
    plain_page.goto(f"{site.url}{behind}")
    expect(plain_page.get_by_role("status")).to_contain_text("又有新的事实")
    shows(plain_page, set())
    plain_page.goto(frozen)
    expect(plain_page.get_by_role("status")).to_have_count(0)
    shows(plain_page, {number_of(site, ticket)})
