"""Rates from the command line: the answer of the API, and what is wrong with a city's own formulas."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from hotline.facts import Role
from tests.workers.acting import closed
from workers.cli import app
from workers.compose import House
from workers.web.app import create_app

MARCH = ["--from", "2026-03-01", "--to", "2026-03-31"]


@pytest.fixture
def march(house: House, monkeypatch: pytest.MonkeyPatch) -> House:
    """Two tickets that ended well; the command finds the same store, and looks at it in the month after."""
    closed(house), closed(house)
    house.catch_up()
    monkeypatch.setenv("HOTLINE_DATA", str(house.settings.data))
    monkeypatch.setenv("HOTLINE_LOG_LEVEL", "error")
    return house


def test_the_command_gives_the_answer_of_the_api(march: House) -> None:
    """All variants by unit, filtered: equal to what the interface says but for when it was computed."""
    asked = ["--rate", "satisfaction", *MARCH, "--by", "month,unit", "--where", "channel=phone", "--json"]
    told = CliRunner().invoke(app, ["rates", *asked])
    assert told.exit_code == 0, told.output
    with TestClient(create_app(march)) as web:
        query = {
            "rate": "satisfaction",
            "from": "2026-03-01",
            "to": "2026-03-31",
            "by": "month,unit",
            "channel": "phone",
        }
        token = march.accounts.issue_token(Role.ANALYST)
        over_http = web.get("/api/v1/rates", params=query, headers={"Authorization": f"Bearer {token}"}).json()
    printed = json.loads(told.stdout)
    for answer in (*printed["answers"], *over_http["answers"]):
        del answer["computed_at"]
    assert printed == over_http
    assert len(printed["answers"]) == 5


def test_people_get_a_table(march: House) -> None:
    """Without --json: a table with the percentage, what it was made of, the formula and the position."""
    told = CliRunner().invoke(
        app, ["rates", "--formula", "satisfaction.positive", *MARCH, "--by", "unit"], env={"COLUMNS": "200"}
    )
    assert told.exit_code == 0, told.output
    assert "satisfaction.positive@1" in told.stdout
    assert f"#{march.hotline.position()}" in told.stdout
    assert told.stdout.count("2 / 2") == 2


def test_what_cannot_be_answered_is_said_and_ends_with_1(march: House) -> None:
    """The refusals are those of the interface, in both languages."""
    for given, part in (
        (["--formula", "nothing", *MARCH], "There is no formula nothing"),
        (["--formula", "contact", "--from", "2026-03-02", "--to", "2026-03-01"], "after it ends"),
        (["--formula", "contact", *MARCH, "--by", "colour"], "nothing to split"),
        (["--formula", "contact", *MARCH, "--where", "colour=red"], "nothing to split"),
        (MARCH, "Name a rate"),
    ):
        told = CliRunner().invoke(app, ["rates", *given])
        assert (told.exit_code, part in told.stderr) == (1, True), told.output
    for given in (["--formula", "contact"], ["--formula", "contact", *MARCH, "--as-of", "2026-03-02"]):
        assert CliRunner().invoke(app, ["rates", *given]).exit_code == 2


def test_a_citys_own_formulas_are_checked_and_used(
    march: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A good file is said to be good and answers; a bad one is told apart and ends with 1."""
    file = tmp_path / "own.toml"
    text = """[[formula]]
id = "own.happy"
version = 1
rate = "own"
title = { zh = "甲", en = "A" }
source = "ours"
from = 2020-01-01
cohort = "closed"
denominator = { type = ["complaint"] }
terms = [{ when = { satisfied = ["satisfied"] }, weight = "0.5" }]
"""
    file.write_text(text, encoding="utf-8")
    told = CliRunner().invoke(app, ["rates", "check", str(file)])
    assert (told.exit_code, "nothing wrong found" in told.stdout) == (0, True), told.output
    monkeypatch.setenv("HOTLINE_FORMULAS", str(file))
    answered = CliRunner().invoke(app, ["rates", "--rate", "own", *MARCH, "--json"])
    [answer] = json.loads(answered.stdout)["answers"]
    assert (answer["total"]["percent"], answer["total"]["numerator"], answer["counted_from"]) == ("50.00", "1", "rows")
    file.write_text(text.replace("satisfied = ", "satisfeid = "), encoding="utf-8")
    told = CliRunner().invoke(app, ["rates", "check", str(file)])
    assert told.exit_code == 1
    assert "own.happy@1" in told.stdout
    assert "satisfied" in told.stdout
    assert CliRunner().invoke(app, ["rates", "check"], env={"HOTLINE_FORMULAS": ""}).exit_code == 0
