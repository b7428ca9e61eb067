"""A cluster of the bus on loopback: as many nodes as the compose file has, each with `deploy/nats.conf`."""

import subprocess
import urllib.request
from collections.abc import Callable
from pathlib import Path

from tests.deploy.composed import DEPLOY, nodes
from tests.support.watching import eventually
from workers.nats_server import find_binary

USER, PASSWORD, CLUSTER_PASSWORD = "hotline", "forthetest", "betweennodes"


class Cluster:
    """Nodes by name; `url` is what the hotline's processes are given."""

    def __init__(self, room: Path, free_port: Callable[[], int]) -> None:
        self.room = room
        self.clients = {name: free_port() for name in nodes()}
        self._monitors = {name: free_port() for name in nodes()}
        self._inner = {name: free_port() for name in nodes()}
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    @property
    def url(self) -> str:
        return ",".join(f"nats://{USER}:{PASSWORD}@127.0.0.1:{port}" for port in self.clients.values())

    def start(self) -> None:
        for name in self.clients:
            self.start_node(name)
        for name in self.clients:
            eventually(lambda name=name: self.well(name), within=60, every=0.1, what=f"{name} is well")

    def start_node(self, name: str) -> None:
        env = self._environment(name)
        assert set(env) == set(nodes()[name]["environment"]), "the compose file gives a node other variables"
        with open(self.room / f"{name}.out", "ab") as out:
            self._running[name] = subprocess.Popen(
                [str(find_binary()), "-c", str(DEPLOY / "nats.conf")], env=env, stdout=out, stderr=out
            )

    def well(self, name: str) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self._monitors[name]}/healthz", timeout=2) as page:
                return page.status == 200
        except OSError:
            return False

    def kill(self, name: str) -> None:
        self._running[name].kill()
        self._running[name].wait()

    def stop(self) -> None:
        for node in self._running.values():
            node.kill()
            node.wait()

    def _environment(self, name: str) -> dict[str, str]:
        routes = [f"nats-route://cluster:{CLUSTER_PASSWORD}@127.0.0.1:{port}" for port in self._inner.values()]
        return {
            "NATS_NAME": name,
            "NATS_PORT": str(self.clients[name]),
            "NATS_CLUSTER_PORT": str(self._inner[name]),
            "NATS_MONITOR": f"127.0.0.1:{self._monitors[name]}",
            "NATS_STORE": str(self.room / name),
            "NATS_USER": USER,
            "NATS_PASSWORD": PASSWORD,
            "NATS_CLUSTER_PASSWORD": CLUSTER_PASSWORD,
            **{f"NATS_ROUTE_{nth}": route for nth, route in enumerate(routes, 1)},
        }
