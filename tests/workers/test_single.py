"""Each piece as a process of its own, as in production: PostgreSQL, a nats-server, one command each."""

import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from hotline.ticket.facts import ClockRang
from tests.support.nats import NatsServer
from tests.support.watching import eventually
from tests.workers.acting import receive
from workers.compose import build
from workers.settings import Settings

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
PIECES = ("web", "relay", "project", "react", "clock", "notify")


def test_the_pieces_work_as_processes_of_their_own(
    postgres_url: str, nats_server: NatsServer, tmp_path: Path, free_port: Callable[[], int]
) -> None:
    """After `migrate`, a request is shown, rung about and told by six processes that share only the stores and the bus."""
    port = free_port()
    given = {
        "HOTLINE_DATA": str(tmp_path / "data"),
        "HOTLINE_STORE": postgres_url,
        "HOTLINE_NATS_URL": nats_server.url,
        "HOTLINE_PORT": str(port),
        "HOTLINE_LOG_LEVEL": "warning",
    }
    env = {k: v for k, v in os.environ.items() if not k.startswith("HOTLINE_")} | given

    def hotline(word: str) -> subprocess.Popen[bytes]:
        with open(tmp_path / f"{word}.out", "wb") as out:
            return subprocess.Popen([sys.executable, "-m", "workers", word], cwd=ROOT, env=env, stdout=out, stderr=out)

    early = hotline("project")
    assert early.wait(60) == 1
    assert "hotline migrate" in (tmp_path / "project.out").read_text()
    assert hotline("migrate").wait(60) == 0
    running = {word: hotline(word) for word in PIECES}
    settings = Settings(data=tmp_path / "data", store=postgres_url)
    house = build(settings, create=False)
    try:
        written = receive(house)
        with urllib.request.urlopen(_when_up(port), timeout=10) as page:
            assert page.status == 200
        eventually(lambda: house.outbox.count().get("waiting"), within=60, what="the caller is told")
        eventually(lambda: house.views.position("board") >= written.position, within=60, what="the board shows it")
        eventually(lambda: house.outbox.position("eraser") >= written.position, within=60, what="the eraser follows")
        assert all(one.poll() is None for one in running.values())
        assert ClockRang not in [type(r.fact) for r in house.hotline.history(written.stream)]
    finally:
        house.close()
        for one in running.values():
            one.send_signal(signal.SIGTERM)
        ended = {word: one.wait(30) for word, one in running.items()}
    assert ended == dict.fromkeys(PIECES, 0), {w: (tmp_path / f"{w}.out").read_text()[-500:] for w in PIECES}


def _when_up(port: int) -> str:
    address = f"http://127.0.0.1:{port}/livez"

    def answers() -> bool:
        try:
            with urllib.request.urlopen(address, timeout=2):
                return True
        except OSError:
            return False

    eventually(answers, within=60, every=0.2, what="the web answers")
    return address
