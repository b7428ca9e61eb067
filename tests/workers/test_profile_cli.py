"""`hotline profile`, as a clerk uses it."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from workers.profile_cli import app

RUN = CliRunner()


@pytest.fixture(autouse=True)
def no_profile_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOTLINE_PROFILE", raising=False)


def test_without_a_name_all_profiles_are_listed() -> None:
    """Whoever does not know the names is shown them, with how far each can be trusted."""
    shown = RUN.invoke(app, ["show"])
    assert shown.exit_code == 0
    for name in ("sichuan-2025", "shandong-2020", "shanghai-street-2019", "beijing"):
        assert name in shown.output
    assert "来源较弱" in shown.output


def test_a_profile_is_shown_with_its_limits_and_sources(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limits, the exact version and the sources stand on one page, for the profile named or set."""
    named = RUN.invoke(app, ["show", "sichuan-2025"])
    assert named.exit_code == 0
    for part in ("sichuan-2025@", "15 working_days", "2 hours", "国办函〔2025〕66号", "2026-12-31"):
        assert part in named.output
    monkeypatch.setenv("HOTLINE_PROFILE", "sichuan-2025")
    assert RUN.invoke(app, ["show"]).output == named.output


def test_a_good_profile_is_confirmed() -> None:
    """Nothing wrong is said in so many words, and the exit code is 0."""
    checked = RUN.invoke(app, ["check", "beijing"])
    assert checked.exit_code == 0
    assert "没有发现问题" in checked.output


@pytest.mark.parametrize("command", ["check", "show"])
def test_mistakes_are_listed_and_the_exit_code_is_1(command: str, tmp_path: Path) -> None:
    """Each mistake with its place, in Chinese and then English, and what to do; rich's markup in a text is harmless."""
    own = tmp_path / "own.toml"
    own.write_text('extends = "beijing"\ntxt_max = 3\n[limits.small]\nsign = "[/bold]"\n')
    told = RUN.invoke(app, [command, str(own)])
    assert told.exit_code == 1
    lines = told.output.splitlines()
    place = lines.index("txt_max")
    assert "不认识的键" in lines[place + 1]
    assert "unknown key" in lines[place + 2]
    assert "text_max" in lines[place + 3]
    assert "[/bold]" in told.output


def test_a_calendar_table_is_checked_with_the_profile(tmp_path: Path) -> None:
    """A day named twice in next year's table is told before the table is used."""
    table = tmp_path / "2027.toml"
    table.write_text(
        '[[calendar]]\nyear = 2027\nholidays = [2027-01-01]\nworkdays = [2027-01-01]\nsource = "a notice"\n'
    )
    told = RUN.invoke(app, ["check", "beijing", "--calendar-tables", str(table)])
    assert told.exit_code == 1
    assert "2027-01-01" in told.output
