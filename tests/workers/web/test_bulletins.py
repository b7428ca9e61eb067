"""Bulletins over the interface: who gets which, in three forms, the same again as of their moment."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest

from hotline.facts import Role
from tests.support.clock import SettableClock
from tests.workers.acting import closed, dispatched, units
from tests.workers.web.desk import NAME, PHONE, TEXT, Desk
from workers.compose import House

MARCH = "/bulletins/2026-03"
READERS = (Role.ANALYST, Role.SUPERVISOR, Role.LEADER, Role.AUDITOR)


@pytest.fixture
def analyst(desk_of: Callable[..., Desk]) -> Desk:
    return desk_of(Role.ANALYST)


@pytest.fixture
def month(house: House, clock: SettableClock) -> str:
    """A closed ticket and one in hand, both of the first unit; gives that unit."""
    closed(house)
    clock.advance(minutes=5)
    dispatched(house)
    house.catch_up()
    clock.advance(minutes=5)
    return units(house)[0]


def counted(answer: Any) -> dict[str, int]:
    assert answer.status_code == 200, answer.text
    return {volume["key"]: volume["count"] for volume in answer.json()["volumes"]}


def test_a_months_bulletin_is_had_again_as_of_its_moment(
    house: House, analyst: Desk, month: str, clock: SettableClock
) -> None:
    """Given a bulletin, when tickets come and it is asked for again as of the moment it names, in any form, then it is equal to
    the byte but for when it was computed."""
    first = {form: analyst.get(MARCH, params={"format": form}).text for form in ("json", "html", "csv")}
    as_of, then = analyst.get(MARCH).json()["as_of"], clock()
    assert counted(analyst.get(MARCH)) == {"received": 2, "closed": 1, "answered_on_the_line": 0}
    clock.advance(days=1)
    closed(house)
    house.catch_up()
    assert counted(analyst.get(MARCH))["received"] == 3
    assert counted(analyst.get(MARCH, params={"as_of": as_of}))["received"] == 2
    clock.set(then)  # so that it is even computed at the same time
    for form, text in first.items():
        assert analyst.get(MARCH, params={"format": form, "as_of": as_of}).text == text, form


def test_the_running_month_is_marked_and_the_next_refused(analyst: Desk, month: str) -> None:
    """The month that is not over says so; one that has not begun, one that is none and strangers are refused by name."""
    assert analyst.get(MARCH).json()["unfinished"] is True
    for path, code in {
        "/bulletins/2026-04": "period_in_future",
        "/bulletins/2026-3": "unknown_month",
        f"{MARCH}?unit=nobody": "unknown_unit",
        f"{MARCH}?district=atlantis": "unknown_district",
        f"{MARCH}?as_of=2027-01-01T00:00:00%2B08:00": "moment_in_future",
    }.items():
        answer = analyst.get(path)
        assert (answer.status_code // 100, answer.json()["code"]) == (4, code), path


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.CITIZEN, Role.SYSTEM)])
def test_bulletins_are_for_those_who_judge(desk_of: Callable[..., Desk], month: str, role: Role) -> None:
    """Analysts, supervisors, leaders and auditors get them; every other role is refused."""
    scope = {"unit": month} if role is Role.UNIT_CLERK else {}
    answer = desk_of(role, **scope).get(MARCH)
    assert answer.status_code == (200 if role in READERS else 403), answer.text


def test_an_account_of_one_unit_or_district_gets_its_own(
    house: House, desk_of: Callable[..., Desk], month: str
) -> None:
    """Without naming any it gets its own, and for another's it is refused."""
    district = house.rules.units[month].district
    elsewhere = next(code for code in house.rules.districts if code != district)
    other = next(unit for unit in units(house)[1:] if not house.rules.units[unit].government)
    of_unit, of_other = desk_of(Role.ANALYST, unit=month), desk_of(Role.LEADER, unit=other)
    assert (of_unit.get(MARCH).json()["subject"]["unit"], counted(of_unit.get(MARCH))["received"]) == (month, 2)
    assert counted(of_other.get(MARCH))["received"] == 0
    for desk, asked in (
        (of_other, {"unit": month}),
        (desk_of(Role.ANALYST, district=district), {"district": elsewhere}),
    ):
        answer = desk.get(MARCH, params=asked)
        assert (answer.status_code, answer.json()["code"]) == (403, "outside_scope")


def test_the_page_needs_nothing_and_runs_nothing(analyst: Desk, month: str) -> None:
    """The page has no script, fetches nothing, and its policy lets in its own style sheet alone; in either language."""
    for lang, words in (("zh", "12345 热线月报"), ("en", "monthly bulletin")):
        answer = analyst.get(MARCH, params={"format": "html", "lang": lang})
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert answer.headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")
        assert words in answer.text
        for outside in ("<script", "src=", "href=", "url(", "@import", "http://", "https://"):
            assert outside not in answer.text, outside


def test_the_table_opens_in_a_spreadsheet(analyst: Desk, month: str) -> None:
    """The table begins with the mark of UTF-8, every row is as wide as its head, changes below nothing are numbers, and no
    cell can be run."""
    answer = analyst.get(MARCH, params={"format": "csv"})
    assert answer.headers["content-disposition"] == 'attachment; filename="bulletin-2026-03.csv"'
    assert answer.content.startswith(b"\xef\xbb\xbf")
    head, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""))
    assert {len(row) for row in rows} == {len(head)}
    assert {"分子", "分母", "剔除", "已询问", "已回答", "公式", "版本", "公式指纹", "等级"} <= {*head}
    cells = [cell for row in rows for cell in row]
    assert not [cell for cell in cells if cell[:1] in ("=", "+", "@", "\t")]
    assert not [cell for cell in cells if cell.startswith("-") and not cell[1:].replace(".", "").isdigit()]


def test_nothing_in_it_points_at_a_person(analyst: Desk, month: str) -> None:
    """In no form does it hold a caller's name, number or words."""
    for form in ("json", "html", "csv"):
        text = analyst.get(MARCH, params={"format": form}).text
        assert not [word for word in (NAME, PHONE, TEXT) if word in text]
