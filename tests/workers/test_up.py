"""`hotline up` as people start it: a real process, its nats-server, its pages; killed, refused, started again."""

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.watching import alive, eventually
from tests.workers.acting import NAME, PHONE, TEXT

pytestmark = [pytest.mark.slow, pytest.mark.nats]
ROOT = Path(__file__).parents[2]


class Up:
    """One running `hotline up` on a directory."""

    def __init__(self, data: Path, port: int, **env: str) -> None:
        self.data, self.port, self.base = data, port, f"http://127.0.0.1:{port}"
        self.env = {**{k: v for k, v in os.environ.items() if not k.startswith("HOTLINE_")}, **env}
        self.out = data.parent / f"out-{port}-{os.urandom(2).hex()}"
        with open(self.out, "wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "workers", "up", "--data", str(data), "--port", str(port)],
                cwd=ROOT, env=self.env, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
            )  # fmt: skip

    @property
    def said(self) -> str:
        return self.out.read_text(encoding="utf-8")

    @property
    def ready(self) -> bool:
        return self.get("/readyz")[0] == 200

    def wait(self) -> "Up":
        eventually(lambda: self.ready or self.process.poll() is not None, within=60, every=0.1, what="ready")
        assert self.process.poll() is None, self.said
        return self

    def nats_pid(self) -> int:
        return int((self.data / "nats" / "nats.pid").read_text())

    def get(self, path: str, **headers: str) -> tuple[int, Any]:
        return self._ask(urllib.request.Request(self.base + path, headers=headers))

    def post(self, path: str, body: Any, **headers: str) -> tuple[int, Any]:
        sent = {"Content-Type": "application/json", **{k.replace("_", "-"): v for k, v in headers.items()}}
        return self._ask(urllib.request.Request(self.base + path, json.dumps(body).encode(), sent))

    def _ask(self, request: urllib.request.Request) -> tuple[int, Any]:
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode(errors="replace")
        except (OSError, ValueError):
            return 0, None

    def hotline(self, *words: str) -> str:
        """What a `hotline` command on the same directory prints."""
        env = {**self.env, "HOTLINE_DATA": str(self.data)}
        done = subprocess.run(
            [sys.executable, "-m", "workers", *words],
            cwd=ROOT,
            env=env,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        return done.stdout.strip()

    def stop(self, sign: int = signal.SIGTERM) -> int:
        if self.process.poll() is None:
            self.process.send_signal(sign)
        return self.process.wait(20)


Start = Callable[..., Up]


@pytest.fixture
def start(tmp_path: Path, free_port: Callable[[], int]) -> Iterator[Start]:
    """Start a hotline on `tmp_path / "data"`; all are killed afterwards, with their nats-servers."""
    started: list[Up] = []

    def start_(**env: str) -> Up:
        started.append(Up(tmp_path / "data", free_port(), **env))
        return started[-1]

    yield start_
    for one in started:
        one.stop(signal.SIGKILL)


def file_a_request(up: Up, token: str, key: str) -> dict[str, Any]:
    body = {"channel": "phone", "text": TEXT, "caller": {"name": NAME, "phone": PHONE}, "contact_preference": "text"}
    status, answer = up.post("/api/v1/tickets", body, Authorization=f"Bearer {token}", Idempotency_Key=key)
    assert status == 201, answer
    found: dict[str, Any] = answer
    return found


def test_it_runs_survives_a_kill_and_ends_in_good_order(start: Start) -> None:
    """Ready; takes a request; killed, it leaves no nats-server; started again it knows the request and goes on; ends cleanly."""
    up = start().wait()
    assert (up.data.stat().st_mode & 0o777, (up.data / "master.key").stat().st_mode & 0o777) == (0o700, 0o600)
    assert "operator" in up.said
    assert f"{up.base}/" in up.said
    token = up.hotline("token", "issue", "--role", "operator")
    ticket = file_a_request(up, token, "key-1")

    server = up.nats_pid()
    up.stop(signal.SIGKILL)
    eventually(lambda: not alive(server), what="no nats-server is left")

    again = start().wait()
    assert "shown this once" not in again.said
    status, seen = again.get(f"/api/v1/tickets/{ticket['number']}", Authorization=f"Bearer {token}")
    assert status == 200, seen
    repeated = file_a_request(again, token, "key-1")
    assert (repeated["number"], repeated["query_code"]) == (ticket["number"], ticket["query_code"])

    server = again.nats_pid()
    assert again.stop(signal.SIGTERM) == 0, again.said
    assert not alive(server)
    assert again.hotline("check").startswith("检查通过")
    for personal in (NAME, PHONE, TEXT, ticket["number"], ticket["query_code"], token):
        assert personal not in up.said + again.said


def test_a_second_one_on_the_same_directory_is_refused(start: Start) -> None:
    """Two hotlines never share a directory; the second says so and what to do, and the first goes on."""
    first = start().wait()
    second = start()
    assert second.process.wait(30) == 1
    assert "belongs to a hotline that is running" in second.said
    assert "Traceback" not in second.said
    assert first.ready


def test_a_port_that_is_taken_is_said(start: Start, tmp_path: Path) -> None:
    """A port somebody else has is named with what to do, and no nats-server is started for nothing."""
    first = start().wait()
    second = Up(tmp_path / "other", first.port)
    assert second.process.wait(30) == 1
    assert "--port" in second.said
    assert not (tmp_path / "other" / "nats").exists()


def test_ctrl_c_ends_it(start: Start) -> None:
    """Ctrl-C ends everything within seconds, with a pages' stream open or not."""
    up = start().wait()
    server = up.nats_pid()
    assert up.stop(signal.SIGINT) == 0, up.said
    assert not alive(server)
