"""The files an analyst takes away: whole, with their proof in every line, and harmless to a spreadsheet."""

import csv
import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from html import unescape
from io import StringIO
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from hotline.facts import Role
from projections.access_chain import AccessEntry
from tests.rated import FEBRUARY, FIRST, february, outcome
from workers.compose import House

PASSWORD = "一个足够长的口令 2026"


@pytest.fixture
def analyst(web: TestClient, house: House) -> TestClient:
    """A browser of somebody who has signed in."""
    house.accounts.add_user("fenxi", PASSWORD, Role.ANALYST)
    web.post("/login", data={"name": "fenxi", "password": PASSWORD})
    return web


def lines(analyst: TestClient, path: str) -> list[dict[str, str]]:
    answer = analyst.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.content.startswith(b"\xef\xbb\xbf"), "a spreadsheet needs it to see that this is UTF-8"
    assert answer.headers["content-disposition"].startswith("attachment")
    return list(csv.DictReader(StringIO(answer.text.removeprefix("\ufeff"))))


def test_the_table_carries_its_proof_in_every_line(analyst: TestClient, house: House) -> None:
    """Each line of the file has value, counts, formula with version and hash, period, position and moment; totals say so."""
    february(house.views)

    found = lines(analyst, f"/analyst/table.csv?{FEBRUARY}&what=formula:satisfaction.rated_only&by=unit")

    unit, *_, whole = found
    assert (whole["unit"], whole["percent"], whole["numerator"], whole["denominator"]) == ("*", "80.00", "4", "5")
    assert (whole["asked"], whole["answered"], whole["excluded"]) == ("7", "6", "unreasonable=1")
    assert {line["unit"] for line in found} >= {FIRST, "*"}
    assert unit["unit_name"] == house.rules.units[unit["unit"]].name
    formula = house.formulas.find("satisfaction.rated_only", date(2026, 2, 28))
    assert {line["hash"] for line in found} == {house.formulas.hash_of(formula)}
    assert (whole["from"], whole["to"], whole["cohort"]) == ("2026-02-01", "2026-02-28", "closed")
    assert whole["position"].isdecimal()


def test_a_number_stays_a_number(analyst: TestClient, house: House) -> None:
    """A value below nothing is a number in the file, not text behind an apostrophe."""
    february(
        house.views,
        outcome("26020900000001", date(2026, 2, 9), FIRST, claimed="unresolved", resolved="resolved", ended="closed"),
    )

    found = lines(analyst, f"/analyst/table.csv?{FEBRUARY}&what=formula:resolution.gap")

    assert next(line["percent"] for line in found if not line["part"]) == "-100.00"


def test_the_list_is_whole(analyst: TestClient, house: House) -> None:
    """The file behind a number holds every ticket, also where the page needs several, and each one once."""
    more = (
        outcome(f"260203{nth:08d}", date(2026, 2, 3), FIRST, satisfied="satisfied", ended="closed")
        for nth in range(700)
    )
    february(house.views, *more)

    path = f"formula=satisfaction.rated_only@1&part=denominator&{FEBRUARY}"
    found = lines(analyst, f"/analyst/tickets.csv?{path}")

    assert len(found) == len({line["工单编号"] for line in found}) == 705
    assert "下一页" in analyst.get(f"/analyst/tickets?{path}").text


def test_a_file_is_one_look(analyst: TestClient, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many pages it is read in, a list that is taken away is recorded once."""
    more = (
        outcome(f"260203{nth:08d}", date(2026, 2, 3), FIRST, satisfied="satisfied", ended="closed")
        for nth in range(450)
    )
    february(house.views, *more)
    recorded: list[AccessEntry] = []
    record = house.access.record

    def kept(entries: Iterable[AccessEntry]) -> None:
        some = list(entries)
        recorded.extend(some)
        record(some)

    monkeypatch.setattr(house.access, "record", kept)

    found = lines(analyst, f"/analyst/tickets.csv?formula=satisfaction.rated_only@1&part=denominator&{FEBRUARY}")

    assert len(found) == 455
    assert [entry.what for entry in recorded] == ["list"]


def test_a_unit_whose_name_begins_like_a_formula_is_text(analyst: TestClient, house: House) -> None:
    """Whatever stands in a cell, a spreadsheet does not run it."""
    february(house.views, outcome("26020900000001", date(2026, 2, 9), "=cmd()", satisfied="satisfied", ended="closed"))

    found = lines(analyst, f"/analyst/table.csv?{FEBRUARY}&what=formula:satisfaction.rated_only&by=unit")

    assert "'=cmd()" in {line["unit"] for line in found}


@pytest.mark.parametrize(
    "part",
    ["part=nonsense", "part=excluded&ground=nonsense", "part=numerator&after=nonsense", "part=numerator&unit=%00"],
)
def test_a_changed_address_is_refused_by_name(analyst: TestClient, part: str) -> None:
    """An address of ours that somebody changed is a named refusal on a page, never a fault and never another list."""
    answer = analyst.get(
        f"/analyst/tickets?formula=satisfaction.rated_only@1&{FEBRUARY}&{part}", headers={"Accept": "text/html"}
    )

    assert 400 <= answer.status_code < 500
    assert "没有完成" in answer.text


def test_of_a_composite_there_is_no_list(analyst: TestClient) -> None:
    """A composite has no tickets of its own, and says where they are."""
    answer = analyst.get(
        f"/analyst/tickets?formula=score.town@1&{FEBRUARY}&part=numerator", headers={"Accept": "text/html"}
    )

    assert (answer.status_code, "合成" in answer.text) == (422, True)


def test_calls_are_listed_by_their_own_ids(analyst: TestClient, house: House) -> None:
    """Behind a connection rate stand calls, each named by its id and none by a ticket's number."""
    at = outcome("", date(2026, 2, 3), FIRST, answered_call="yes", waited="10")
    call = replace(at, kind="call", number=None, unit=None, tier=None, category=None, head=None, district=None)
    february(house.views, call)

    (found,) = lines(analyst, f"/analyst/tickets.csv?formula=connection@1&part=numerator&{FEBRUARY}")

    assert (UUID(found["通话编号"]), found["接通"], found["等候不超过（秒）"]) == (UUID(int=9), "是", "10")


def test_the_bulletin_of_the_month_is_a_click_away(analyst: TestClient, house: House) -> None:
    """Of the unit that was chosen, as a page that runs nothing and as a table; the numbers are those of the page."""
    february(house.views)

    page = analyst.get(f"/analyst?{FEBRUARY}&what=rate:satisfaction&unit={FIRST}").text
    addresses = [unescape(found) for found in re.findall(r'href="(/analyst/bulletin/[^"]+)"', page)]
    printed, table = (analyst.get(address) for address in addresses)

    assert addresses == [f"/analyst/bulletin/2026-02?unit={FIRST}&format={kind}" for kind in ("html", "csv")]
    assert printed.headers["content-type"].startswith("text/html")
    assert "script-src" not in printed.headers["content-security-policy"]
    assert house.rules.units[FIRST].name in printed.text
    assert "<script" not in printed.text
    assert table.content.startswith(b"\xef\xbb\xbf")


def test_there_is_no_bulletin_of_a_month_that_is_none(analyst: TestClient, house: House) -> None:
    """Said on a page, in words."""
    answer = analyst.get("/analyst/bulletin/2026-13", headers={"Accept": "text/html"})

    assert answer.status_code == 422
    assert "2026-13" in answer.text
    assert answer.headers["content-type"].startswith("text/html")
