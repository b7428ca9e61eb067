"""Both transports, each with everything real but the network in between, which a test may cut."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.nats import NatsServer
from tests.workers.link.rig import Rig


@pytest.fixture
def rigs(tmp_path: Path) -> Iterator[Callable[..., Rig]]:
    """Call it for a rig; all are closed afterwards."""
    made: list[Rig] = []

    def open_(**given: object) -> Rig:
        made.append(Rig(tmp_path, **given))  # type: ignore[arg-type]
        return made[-1]

    yield open_
    for rig in made:
        rig.close()


@pytest.fixture(params=["http", pytest.param("nats", marks=pytest.mark.nats)])
def rig(request: pytest.FixtureRequest, rigs: Callable[..., Rig], tmp_path: Path) -> Iterator[Rig]:
    """A hotline and a stand-in, neither linked nor started yet."""
    server = NatsServer(tmp_path / "nats") if request.param == "nats" else None
    yield rigs(bus=server)
    if server is not None:
        server.kill()
