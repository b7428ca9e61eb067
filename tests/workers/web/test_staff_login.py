"""Staff sign in on a page: with a session that only pages take, and nowhere else than to our own pages."""

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from hotline.facts import Role
from tests.workers.web.desk import API
from workers.compose import House
from workers.web.pages.staff import COOKIE, own_path

NAME, PASSWORD = "fenxi", "一个足够长的口令 2026"


@pytest.fixture
def analyst(house: House) -> None:
    house.accounts.add_user(NAME, PASSWORD, Role.ANALYST)


def signed_in(web: TestClient, *, password: str = PASSWORD, name: str = NAME, **more: str) -> Response:
    form = {"name": name, "password": password, **more}
    return web.post("/login", data=form, headers={"Accept": "text/html"}, follow_redirects=False)


def token_of(answer: Response) -> str:
    return answer.headers.get_list("set-cookie")[0].partition("=")[2].partition(";")[0]


@pytest.mark.usefixtures("analyst")
def test_the_session_is_hidden_from_scripts_and_other_sites(web: TestClient, house: House) -> None:
    """The cookie is HttpOnly and SameSite=Strict, goes to staff pages alone, and is no bearer of the service API."""
    answer = signed_in(web)

    assert answer.status_code == 303
    cookies = answer.headers.get_list("set-cookie")
    assert {c.partition("Path=")[2].partition(";")[0] for c in cookies} == {"/login", "/analyst"}
    assert all("HttpOnly" in c and "samesite=strict" in c.lower() for c in cookies)
    token = token_of(answer)
    assert web.get(f"{API}/me", headers={"Authorization": f"Bearer {token}"}).status_code == 401
    assert web.get(f"{API}/me", headers={"Cookie": f"{COOKIE}={token}"}).status_code == 401


@pytest.mark.usefixtures("analyst")
def test_signing_out_ends_every_copy(web: TestClient) -> None:
    """Given a copy of the cookie, when its owner signs out, then the copy is worth nothing."""
    copy = token_of(signed_in(web))
    assert "您已登录" in web.get("/login").text

    web.post("/login/out")

    web.cookies.clear()
    seen = web.get("/login", headers={"Cookie": f"{COOKIE}={copy}"})
    assert "您已登录" not in seen.text
    assert web.post("/login/out", headers={"Cookie": f"{COOKIE}={copy}"}).status_code == 200


@pytest.mark.usefixtures("analyst")
def test_a_shut_account_is_out(web: TestClient, house: House) -> None:
    """Given somebody signed in, when the account is shut, then the next page asks to sign in."""
    signed_in(web)

    house.accounts.disable_user(NAME)

    assert "您已登录" not in web.get("/login").text


@pytest.mark.usefixtures("analyst")
def test_wrong_passwords_are_told_alike_and_run_out(web: TestClient) -> None:
    """An unknown name and a wrong password get the same words and nothing typed as a password back; after ten wrong ones
    the name is shut for a while, on the page and the API together."""
    wrong, unknown = signed_in(web, password="falsch-falsch"), signed_in(web, name="niemand")

    assert (wrong.status_code, unknown.status_code) == (401, 401)
    assert "登录名或密码不正确" in wrong.text
    assert wrong.text.replace(NAME, "niemand") == unknown.text
    assert "falsch" not in wrong.text
    for _ in range(9):
        signed_in(web, password="falsch-falsch")
    shut = signed_in(web)
    assert (shut.status_code, "频繁" in shut.text) == (429, True)
    assert int(shut.headers["Retry-After"]) > 0
    assert web.post(f"{API}/login", json={"name": NAME, "password": PASSWORD}).status_code == 429


@pytest.mark.usefixtures("analyst")
def test_a_form_of_another_site_signs_nobody_in_or_out(web: TestClient) -> None:
    """A form from elsewhere is refused, for signing in as for signing out, and the session stays."""
    elsewhere = {"Origin": "https://elsewhere.example", "Accept": "text/html"}
    form = {"name": NAME, "password": PASSWORD}
    refused = web.post("/login", data=form, headers=elsewhere)
    assert (refused.status_code, COOKIE in web.cookies) == (409, False)

    signed_in(web)
    web.post("/login/out", headers=elsewhere)

    assert "您已登录" in web.get("/login").text


@pytest.mark.parametrize(
    "next_",
    [
        "//evil.example/analyst",
        "/\\evil.example",
        "https://evil.example/",
        "/analyst/../t/1",
        "/t/1",
        "/analyst\r\nX: 1",
        "",
    ],
)
def test_signing_in_leads_only_to_our_own_pages(next_: str) -> None:
    """Whatever ``next`` says, nobody is led away from the staff's pages."""
    assert own_path(next_) is None


@pytest.mark.usefixtures("analyst")
def test_who_is_not_signed_in_comes_back_to_what_he_wanted(web: TestClient) -> None:
    """Given a stranger at /analyst with a query, when he signs in, then he is led to that very query."""
    asked = web.get("/analyst?rate=satisfaction&by=unit", headers={"Accept": "text/html"}, follow_redirects=False)
    assert asked.headers["location"] == "/login?next=%2Fanalyst%3Frate%3Dsatisfaction%26by%3Dunit"

    form = web.get(asked.headers["location"])

    assert 'value="/analyst?rate=satisfaction&amp;by=unit"' in form.text
    there = signed_in(web, next="/analyst?rate=satisfaction&by=unit")
    assert there.headers["location"] == "/analyst?rate=satisfaction&by=unit"


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.CITIZEN, Role.SYSTEM)])
def test_pages_of_numbers_are_for_those_who_answer_for_them(web: TestClient, house: House, role: Role) -> None:
    """Analysts, supervisors, leaders and auditors are led to their page; everybody else is told by name that no page of numbers
    is his, and is offered none."""
    house.accounts.add_user(NAME, PASSWORD, role, unit="wuhou-housing" if role is Role.UNIT_CLERK else None)
    theirs = role in (Role.ANALYST, Role.SUPERVISOR, Role.LEADER, Role.AUDITOR)

    led = signed_in(web).headers["location"]

    assert led == ("/analyst" if theirs else "/login")
    assert ('href="/analyst"' in web.get("/login").text) == theirs
    for path in ("/analyst", "/analyst/tickets", "/analyst/compare", "/analyst/table.csv", "/analyst/tickets.csv"):
        answer = web.get(path, headers={"Accept": "text/html"})
        assert (answer.status_code == 403) == (not theirs), path
