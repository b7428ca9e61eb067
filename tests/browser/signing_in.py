"""Somebody who signs in, and what he sees in a list."""

from collections.abc import Iterable

from playwright.sync_api import Page, expect

from hotline.facts import Role
from tests.browser.conftest import Site

PASSWORD = "一个足够长的口令 2026"


def sign_in(page: Page, site: Site, path: str = "/analyst", role: Role = Role.ANALYST, **scope: str) -> None:
    """Come to a page as somebody with an account: the form is asked for, and leads back to the page."""
    name = f"{role.value}{'-'.join(scope.values())}"
    if site.house.accounts.check_password(name, PASSWORD) is None:
        site.house.accounts.add_user(name, PASSWORD, role, **scope)
    page.goto(site.url + path)
    page.get_by_label("登录名").fill(name)
    page.get_by_label("密码").fill(PASSWORD)
    page.locator("main button").click()
    page.wait_for_url(lambda url: "/login" not in url)  # a click does not wait for where it leads


def shows(page: Page, wanted: Iterable[str]) -> None:
    """A list shows exactly these tickets, once whatever was clicked has led to it."""
    numbers = set(wanted)
    heads = page.locator("#tickets tbody th")
    for number in numbers:
        expect(heads.filter(has_text=number)).to_have_count(1)
    expect(heads).to_have_count(len(numbers))
