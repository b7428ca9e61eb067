"""What an exchange runs to tell the hotline of calls, run as an exchange would."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.journeys.conftest import HOTLINE, ROOT, Running

SCRIPT = ROOT / "deploy/telephone/hotline-call"


@pytest.fixture
def environment(running: Running, tmp_path: Path) -> dict[str, str]:
    """The exchange's settings, with a token that is good for calls alone."""
    issue = [str(HOTLINE), "token", "issue", "--role", "admin", "--only", "calls"]
    given = {**os.environ, "HOTLINE_DATA": str(running.data)}
    token = subprocess.run(issue, env=given, capture_output=True, text=True, check=True, cwd=ROOT).stdout.strip()
    header = tmp_path / "hotline.header"
    header.write_text(f"Authorization: Bearer {token}\n", encoding="utf-8")
    return {**os.environ, "CALLS_URL": f"http://127.0.0.1:{running.port}", "CALLS_TOKEN_FILE": str(header)}


def tell(environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([SCRIPT, *words], env=environment, capture_output=True, text=True, timeout=30)


def test_an_exchange_tells_of_a_call_from_the_ring_to_the_end(environment: dict[str, str]) -> None:
    """Given the script with its settings, when it tells of each event of a call, then each is noted and rubbish is not."""
    for nth, words in enumerate(
        (
            ("offered", "1780000000.17", "queue=main"),
            ("joined", "1780000000.17", "party=caller", "who=caller"),
            ("answered", "1780000000.17", "queue=main"),
            ("ended", "1780000000.17", "recording=1780000000.17.wav"),
        ),
        start=1,
    ):
        told = tell(environment, *words)
        assert told.returncode == 0, told.stderr
        assert f'"version":{nth},' in told.stdout
    assert (
        '"version":4,' in tell(environment, "offered", "1780000000.17", "queue=main").stdout
    )  # told again: noted once
    for rubbish in (
        ("offered", "a b"),
        ("offered", "c1", 'queue="; rm'),
        ("offered", "c1", "colour=red"),
        ("rang", "c1"),
    ):
        refused = tell(environment, *rubbish)
        assert refused.returncode != 0
        assert refused.stderr
