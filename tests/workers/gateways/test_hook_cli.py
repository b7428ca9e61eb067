"""`hotline hook`: subscribing, listing, ending, and what is refused with a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tests.workers.acting import units
from tests.workers.conftest import Open
from workers.cli import app

TARGET = "http://127.0.0.1:9/hook"


@pytest.fixture
def unit(open_house: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A unit of a house that the command line opens."""
    monkeypatch.setenv("HOTLINE_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("HOTLINE_WEBHOOK_ALLOW", "127.0.0.1:9")
    return units(open_house())[0]


def hook(*words: str) -> Result:
    return CliRunner().invoke(app, ["hook", *words])


def test_a_subscription_from_its_start_to_its_end(unit: str) -> None:
    """`add` prints id and secret; `secret` the same again, with `--new` another; `remove` ends it, once."""
    id_, secret = hook("add", TARGET, "--unit", unit, "--kind", "dispatched").stdout.split()
    assert secret.startswith("whsec_")
    assert hook("secret", id_).stdout.split() == [id_, secret]
    turned = hook("secret", id_, "--new").stdout.split()
    assert turned[0] == id_
    assert turned[1] != secret
    assert f"{id_}  unit:{unit}  {TARGET}  dispatched\n" in hook("list").stdout
    assert hook("remove", id_).exit_code == 0
    assert hook("remove", id_).exit_code == 1
    assert hook("secret", id_).exit_code == 1
    assert "asked" in hook("list").stdout


def test_a_mailbox_has_no_secret(unit: str) -> None:
    """Its id alone is printed."""
    assert len(hook("add", "mailto:desk@unit.example").stdout.split()) == 1


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("http://127.0.0.1:8/hook",), "https://"),
        (("https://127.0.0.1/hook",), "HOTLINE_WEBHOOK_ALLOW"),
        (("https://user:pw@127.0.0.1:9/hook",), "signed"),
        (("mailto:nobody",), "mailbox"),
        ((TARGET, "--kind", "nonsense"), "dispatched"),
        ((TARGET, "--unit", "nobody"), "no such unit"),
    ],
)
def test_what_cannot_be_is_refused_with_what_to_do(unit: str, words: tuple[str, ...], told: str) -> None:
    """In both languages, with an exit code, and nothing is subscribed."""
    refused = hook("add", *words)
    assert refused.exit_code != 0
    assert told in refused.output
    assert hook("list").stdout == ""
