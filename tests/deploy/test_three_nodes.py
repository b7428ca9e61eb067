"""The processes of `deploy/compose.yaml`, started by hand with the same words: PostgreSQL and a bus of three nodes."""

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
from uuid import uuid4

import nats
import pytest

from tests.deploy.cluster import Cluster
from tests.deploy.composed import ours
from tests.support.watching import eventually
from tests.workers.acting import NAME, PHONE, TEXT

pytestmark = [pytest.mark.slow, pytest.mark.nats, pytest.mark.timeout(600)]
ROOT = Path(__file__).parents[2]
FIGURES = {"relay": "hotline_relay_behind", "clock": "hotline_clock_late_seconds", "notify": "hotline_dead_letters"}


class Deployment:
    """The hotline's services of the compose file, each with a port of its own on loopback."""

    def __init__(self, room: Path, store: str, bus: str, free_port: Callable[[], int]) -> None:
        self.room = room
        self.ports = {name: free_port() for name, one in ours().items() if name != "migrate"}
        given = {
            "HOTLINE_STORE": store,
            "HOTLINE_NATS_URL": bus,
            "HOTLINE_NATS_REPLICAS": ours()["relay"]["environment"]["HOTLINE_NATS_REPLICAS"],
            "HOTLINE_PROFILE": "sichuan-2025",
            "HOTLINE_PUBLIC_URL": f"http://127.0.0.1:{self.ports['web-1']}",
        }
        given |= {"HOTLINE_LINKS": "", "HOTLINE_LINK_KEYS": str(room / "links")}
        assert set(given) == set(ours()["relay"]["environment"]), "the compose file gives other settings"
        outside = {name: value for name, value in os.environ.items() if not name.startswith("HOTLINE_")}
        self.env = {**outside, **given, "HOTLINE_DATA": str(room / "data")}  # the image sets the last
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str) -> None:
        words = [str(self.ports[name]) if word == "8345" else word for word in ours()[name]["command"]]
        with open(self.room / f"{name}.out", "wb") as out:
            self.running[name] = subprocess.Popen(
                [sys.executable, "-m", "workers", *words], cwd=ROOT, env=self.env, stdout=out, stderr=out
            )

    def hotline(self, *words: str) -> str:
        command = [sys.executable, "-m", "workers", *words]
        return subprocess.run(
            command, cwd=ROOT, env=self.env, check=True, capture_output=True, text=True, timeout=120
        ).stdout.strip()

    def get(self, name: str, path: str, token: str = "") -> tuple[int, str]:
        return self._ask(urllib.request.Request(self._address(name, path), headers=_bearer(token)))

    def post(self, name: str, path: str, body: Any, token: str) -> tuple[int, str]:
        headers = {**_bearer(token), "Content-Type": "application/json", "Idempotency-Key": str(uuid4())}
        return self._ask(urllib.request.Request(self._address(name, path), json.dumps(body).encode(), headers))

    def figure(self, name: str, figure: str) -> float | None:
        lines = self.get(name, "/metrics")[1].splitlines()
        return next((float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(f"{figure} ")), None)

    def ready(self, name: str) -> bool:
        assert self.running[name].poll() is None, (self.room / f"{name}.out").read_text()[-2000:]
        return self.get(name, "/readyz")[0] == 200

    def drain(self) -> dict[str, int]:
        for one in self.running.values():
            one.send_signal(signal.SIGTERM)
        return {name: one.wait(60) for name, one in self.running.items()}

    def kill(self) -> None:
        for one in self.running.values():
            one.kill()
            one.wait()

    def _address(self, name: str, path: str) -> str:
        return f"http://127.0.0.1:{self.ports[name]}{path}"

    @staticmethod
    def _ask(request: urllib.request.Request) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()
        except OSError:
            return 0, ""


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"} if token else {}


@pytest.fixture
def cluster(tmp_path: Path, free_port: Callable[[], int]) -> Iterator[Cluster]:
    found = Cluster(tmp_path, free_port)
    try:
        found.start()
        yield found
    finally:
        found.stop()


@pytest.fixture
def deployment(
    tmp_path: Path, cluster: Cluster, postgres_url: str, free_port: Callable[[], int]
) -> Iterator[Deployment]:
    found = Deployment(tmp_path, postgres_url, cluster.url, free_port)
    yield found
    found.kill()


async def on_the_bus(url: str) -> tuple[list[str], int, int]:
    """The facts on the stream by id, how many servers keep it, and how many of them are up to date."""
    client = await nats.connect(url.split(","), connect_timeout=5)
    try:
        js = client.jetstream(timeout=10)
        info = await js.stream_info("HOTLINE")
        facts = [
            str(((await js.get_msg("HOTLINE", seq)).headers or {})["ce-id"])
            for seq in range(info.state.first_seq, info.state.last_seq + 1)
        ]
        others = (info.cluster.replicas or []) if info.cluster else []
        return facts, 1 + len(others), 1 + sum(bool(one.current) for one in others)
    finally:
        await client.close()


def take(deployment: Deployment, web: str, token: str) -> dict[str, Any]:
    body = {"channel": "phone", "text": TEXT, "caller": {"name": NAME, "phone": PHONE}, "contact_preference": "text"}
    status, answer = deployment.post(web, "/api/v1/tickets", body, token)
    assert status == 201, answer
    found: dict[str, Any] = json.loads(answer)
    return found


async def test_a_city_on_three_nodes_loses_one_and_works_on(deployment: Deployment, cluster: Cluster) -> None:
    """What one web takes the other shows, three nodes keep it; with a node lost the next fact gets there too; SIGTERM
    ends every process in good order."""
    deployment.start("migrate")
    assert deployment.running.pop("migrate").wait(120) == 0, (deployment.room / "migrate.out").read_text()
    for name in deployment.ports:
        deployment.start(name)
    token = deployment.hotline("token", "issue", "--role", "operator")
    for name in deployment.ports:
        eventually(lambda name=name: deployment.ready(name), within=180, every=0.5, what=f"{name} is ready")

    first = take(deployment, "web-1", token)
    path = f"/api/v1/tickets/{first['number']}?after_position={first['position']}"
    eventually(
        lambda: deployment.get("web-2", path, token)[0] == 200, within=60, every=0.2, what="the other web shows it"
    )
    eventually(lambda: deployment.figure("relay", "hotline_relay_behind") == 0, within=60, every=0.2, what="relayed")
    facts, kept_on, current = await on_the_bus(cluster.url)
    assert f"{first['ticket_id']}:1" in facts
    assert (kept_on, current) == (3, 3)

    cluster.kill("nats-1")
    second = take(deployment, "web-2", token)

    def arrived() -> bool:
        return deployment.figure("relay", "hotline_relay_behind") == 0 and deployment.ready("notify")

    eventually(arrived, within=90, every=0.5, what="the next fact is on the bus of two nodes")
    facts, kept_on, current = await on_the_bus(cluster.url)
    assert f"{second['ticket_id']}:1" in facts
    assert len(facts) == len(set(facts))
    assert current >= 2
    for name, figure in FIGURES.items():
        assert deployment.figure(name, figure) == 0, name

    cluster.start_node("nats-1")
    eventually(lambda: cluster.well("nats-1"), within=60, every=0.2, what="the node is back")
    assert deployment.drain() == dict.fromkeys(deployment.ports, 0)
    assert deployment.hotline("check").startswith("检查通过")
    for said in deployment.room.glob("*.out"):
        for personal in (NAME, PHONE, TEXT, first["query_code"], token):
            assert personal not in said.read_text(errors="replace"), said.name
