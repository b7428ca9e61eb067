"""Somebody who signs in, and what he sees in a list."""

from playwright.sync_api import Page

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


def numbers(page: Page) -> set[str]:
    """The tickets a list shows."""
    return set(page.locator("#tickets tbody th").all_inner_texts())
