"""What another catalogue would have done with past tickets, and what people corrected, from the command line."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hotline.facts import SYSTEM, Actor, Role
from hotline.ticket.classifying import Classify
from hotline.ticket.receiving import Receive
from workers.cli import app
from workers.compose import House

OPERATOR = Actor(id="op1", role=Role.OPERATOR)
CITIZEN = Actor(id="citizen", role=Role.CITIZEN)
OTHER = 'extends = "sichuan-2025"\nid = "other"\n[dispatch.water]\ntier = "district"\nlead = ["{district}-housing", "city-housing"]\n'


@pytest.fixture
def past(house: House, monkeypatch: pytest.MonkeyPatch) -> House:
    """Three tickets: two about water as people classified them, one only read."""
    for text, code in (("水管爆了", "utilities.water"), ("停水", "utilities.water"), ("玉林北街路灯不亮了", "")):
        told = Receive.model_validate({"channel": "phone", "text": text, "place": {"district": "wuhou"}})
        made = house.hotline.receive(told, by=OPERATOR)
        if code:
            path = house.rules.category_path(code)
            house.hotline.handle(Classify(type="help", category=path), on=made.stream, by=OPERATOR)
    house.catch_up()
    monkeypatch.setenv("HOTLINE_DATA", str(house.settings.data))
    return house


def test_what_another_catalogue_would_have_done_is_told_and_nothing_is_changed(past: House, tmp_path: Path) -> None:
    """How many past tickets would go elsewhere, by unit from and to."""
    other, before = tmp_path / "other.toml", past.hotline.position()
    other.write_text(OTHER, encoding="utf-8")

    told = CliRunner().invoke(app, ["routing", "what-if", str(other), "--on", "2026-03-02", "--json"])

    assert told.exit_code == 0, told.output
    found = json.loads(told.stdout)
    assert (found["tickets"], found["elsewhere"]) == (3, 2)
    assert found["moved"] == [{"from": "city-water", "to": "wuhou-housing", "tickets": 2}]
    assert past.hotline.position() == before
    shown = CliRunner().invoke(app, ["routing", "what-if", "sichuan-2025"])
    assert "0 would go elsewhere" in shown.stdout


def test_corrections_are_listed_without_a_word(past: House) -> None:
    """One JSON a line for programs, a line each for people."""
    told = CliRunner().invoke(app, ["reading", "corrections", "--json"])
    assert told.exit_code == 0, told.output
    for line in told.stdout.splitlines():
        assert json.loads(line)["what"]
    assert "停水" not in told.stdout
    assert "tickets corrected" in CliRunner().invoke(app, ["reading", "corrections"]).stdout


def test_a_routine_form_is_dispatched_by_rule_at_once_where_the_profile_says_so(
    open_house: Callable[..., House], tmp_path: Path
) -> None:
    """By the system, with the form as its cause; where the profile is silent it waits for a person."""
    own = tmp_path / "own.toml"
    own.write_text(
        'extends = "sichuan-2025"\nid = "own"\n[reading]\nautomatic = true\nconfidence = 0.3\n', encoding="utf-8"
    )
    form = Receive.model_validate({"channel": "web", "text": "玉林北街的路灯坏了好几盏，晚上黑漆漆的，请尽快修"})
    house = open_house(profile=str(own))
    made = house.hotline.receive(form, by=CITIZEN)
    ticket = house.hotline.ticket(made.stream)
    assert ticket is not None
    assert ticket.lead is not None
    assert ticket.lead.unit == "wuhou-city-management"
    dispatched = next(r for r in house.hotline.history(made.stream) if r.fact.TOPIC == "ticket.dispatched")
    assert (dispatched.by, dispatched.cause.causation_id) == (SYSTEM, f"{made.stream}:1")
