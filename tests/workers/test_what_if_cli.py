"""`hotline rates what-if`: a past period under another profile, from the command line."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from click.testing import Result
from typer.testing import CliRunner

from hotline.rules import load
from tests import tickets as t
from tests.other_rules import own
from tests.projections.lives import write_down
from tests.spec import moment
from workers.cli import app
from workers.compose import House

MARCH = ("--from", "2024-03-01", "--to", "2024-03-31")
OTHER = 'extends = "sichuan-2025"\nid = "other"\n[limits]\npolicy = "1 working_days"\n'
WhatIf = Callable[..., Result]


@pytest.fixture
def past(house: House, monkeypatch: pytest.MonkeyPatch) -> House:
    """Two answered tickets, one after three hours and one after three days."""
    facts = [
        replace(r, originator_id=UUID(int=nth))
        for nth, after in enumerate(({"hours": 3}, {"days": 3}), 1)
        for r in own(t.a_contacted_ticket(at=moment("2024-03-04 09:00")).do(t.ENVIRONMENT, t.the_reply(), **after))  # type: ignore[arg-type]  # hours and days
    ]
    write_down(house.hotline, sorted(facts, key=lambda r: r.recorded_at))
    house.catch_up()
    monkeypatch.setenv("HOTLINE_DATA", str(house.settings.data))
    return house


@pytest.fixture
def ask(past: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> WhatIf:
    """Asks for the rate on time under a profile that gives one working day."""
    other = tmp_path / "other.toml"
    other.write_text(OTHER, encoding="utf-8")
    monkeypatch.setenv("COLUMNS", "300")

    def asked(*said: str, profile: str = str(other)) -> Result:
        return CliRunner().invoke(app, ["rates", "what-if", "--profile", profile, *said])

    return asked


def test_both_answers_come_with_their_proof_and_the_tickets_between_them(past: House, ask: WhatIf) -> None:
    """Given two answered tickets, when one working day is tried, then both answers are there with formula, hash, profile and
    position, the one ticket that flips has both dues, and nothing was written."""
    before = past.hotline.position()
    told = ask("--formula", "on_time", *MARCH, "--by", "unit", "--json")
    assert told.exit_code == 0, told.output
    (one,) = json.loads(told.stdout)["compared"]
    assert [one[side]["total"]["percent"] for side in "ab"] == ["100.00", "50.00"]
    assert one["a"]["formula"] == one["b"]["formula"]
    assert one["a"]["formula"]["hash"].startswith("sha256:")
    assert (one["a"]["profile"], one["b"]["profile"]["id"]) == (None, "other")
    assert one["b"]["profile"]["version"].startswith("other@")
    assert one["a"]["position"] == one["b"]["position"] == before == past.hotline.position()
    assert one["difference"] == [one["total"] | {"key": {"unit": t.ENV}}]
    assert (one["total"]["a"], one["total"]["b"], one["total"]["points"]) == ("100.00", "50.00", "-50.00")
    flips = one["flips"]
    assert flips["by_unit"] == {t.ENV: 1}
    assert [(f["a"]["due_at"][:10], f["b"]["due_at"][:10]) for f in flips["tickets"]] == [("2024-03-26", "2024-03-06")]


def test_a_person_reads_both_figures_the_profile_and_the_units(past: House, ask: WhatIf) -> None:
    """Given two answered tickets, when a rate is tried, then all its formulas stand there with hash, profile and difference."""
    told = ask("--rate", "on_time", *MARCH, "--by", "unit")
    assert told.exit_code == 0, told.output
    for words in ("按时办结率", "超期率", "sha256:", "other@", "-50.00", "+50.00", t.ENV, "未发送任何消息"):
        assert words in told.stdout


def test_two_profiles_can_be_set_side_by_side(past: House, ask: WhatIf) -> None:
    """Given two answered tickets, when a third profile is named, then the first side is told under that."""
    told = ask("--formula", "on_time", *MARCH, "--against", "shandong-2020", "--json")
    assert told.exit_code == 0, told.output
    (one,) = json.loads(told.stdout)["compared"]
    assert one["a"]["profile"]["version"] == load("shandong-2020").version
    assert [one[side]["total"]["percent"] for side in "ab"] == ["100.00", "50.00"]


def test_a_moment_and_a_filter_narrow_it(past: House, ask: WhatIf) -> None:
    """Given two answered tickets, when only what was known on the second evening and one unit are asked for, then only that is
    told again; of a unit without tickets there is nothing."""
    told = ask(
        "--formula", "overdue", *MARCH, "--where", f"unit={t.ENV}", "--as-of", "2024-03-05T20:00:00+08:00", "--json"
    )
    assert told.exit_code == 0, told.output
    (one,) = json.loads(told.stdout)["compared"]
    assert one["b"]["as_of"] == "2024-03-05T20:00:00+08:00"
    assert [one[side]["total"]["denominator"] for side in "ab"] == [1, 1]
    assert ask("--formula", "overdue", *MARCH, "--where", "unit=nobody-there").exit_code == 1


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (("--formula", "on_time", "--from", "2024-03-31", "--to", "2024-03-01"), "晚于结束日期"),
        (("--formula", "on_time", "--from", "2127-01-01", "--to", "2127-01-31"), "尚未到来"),
        (("--formula", "on_time", "--from", "2023-01-01", "--to", "2023-01-31"), "没有此指标所计的工单"),
        (("--formula", "connection", *MARCH), "来电没有办理时限"),
        (("--formula", "no_such_thing", *MARCH), "没有公式 no_such_thing"),
        (("--rate", "no_such_thing", *MARCH), "没有指标 no_such_thing"),
        (("--formula", "on_time", *MARCH, "--by", "weather"), "weather"),
        (("--formula", "on_time", *MARCH, "--where", "weather=fine"), "weather"),
        (MARCH, "请给出 rate"),
    ],
)
def test_a_question_that_cannot_be_answered_is_refused_in_a_sentence(
    ask: WhatIf, said: tuple[str, ...], words: str
) -> None:
    """Given any question that makes no sense, when it is asked, then a sentence says what is wrong and the command ends with 1."""
    told = ask(*said)
    assert (told.exit_code, words in told.output) == (1, True), told.output


def test_a_moment_without_its_zone_and_half_a_filter_are_no_question(ask: WhatIf) -> None:
    """Given a moment without a zone, or a filter without a value, when they are asked for, then the command says so and ends
    with 2."""
    for said in (("--as-of", "2024-03-05T20:00:00"), ("--as-of", "yesterday"), ("--where", "unit")):
        assert ask("--formula", "on_time", *MARCH, *said).exit_code == 2


def test_a_profile_that_is_none_is_told_with_its_findings(ask: WhatIf, tmp_path: Path) -> None:
    """Given a profile that is not there, and one that fails its check, when they are tried, then the findings are listed and the
    command ends with 1."""
    missing = ask("--formula", "on_time", *MARCH, profile="nowhere")
    assert (missing.exit_code, "nowhere" in missing.output) == (1, True)
    broken = tmp_path / "broken.toml"
    broken.write_text('extends = "sichuan-2025"\nid = "broken"\n[limits]\npolicy = "soon"\n', encoding="utf-8")
    found = ask("--formula", "on_time", *MARCH, profile=str(broken))
    assert (found.exit_code, "limits.policy" in found.output) == (1, True), found.output
