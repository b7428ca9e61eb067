"""A hotline of this process, with web and link on real sockets, beside a stand-in for 110 that is a process of its own."""

from __future__ import annotations

import socket
import threading
from pathlib import Path
from typing import Any
from uuid import UUID

import uvicorn

from hotline.command import Command
from hotline.facts import Actor, Role
from hotline.handoff.handoff import HandOff, stream_of
from hotline.ticket.actions import ACTIONS
from tests.handoff_rule import judge_all, of_house, of_standin
from tests.support.door import Door
from tests.support.nats import NatsServer
from tests.support.police_desk import SECRET, PoliceDesk
from tests.support.watching import eventually
from tests.workers.acting import OPERATOR, receive
from workers.bus import Bus
from workers.compose import House, build
from workers.link.pieces import couriers, works
from workers.running import Crew
from workers.settings import Settings
from workers.web.app import create_app

POLICE_DESK = Actor(id="pd1", role=Role.POLICE_DESK)
BY_BUS = """
extends = "sichuan-2025"
id = "linked-by-a-bus"
[platforms.lines.{name}]
name = {{ zh = "测试平台", en = "Platform of a test" }}
kind = "two_way"
link = "{link}"
"""


class Rig:
    """Our side and theirs. `to_them` and `to_us` can be shut: the network in either direction."""

    def __init__(self, room: Path, *, bus: NatsServer | None = None, name: str = "110", more: str = "") -> None:
        self._room, self.name = room, name
        self.listen = socket.create_server(("127.0.0.1", 0))
        self.desk = PoliceDesk(room / "desk", name=name)
        self.to_us, self.to_them = Door(self.listen.getsockname()[1]), Door(bus.port if bus else self.desk.port)
        self.desk.peer = bus.url if bus else f"http://127.0.0.1:{self.to_us.port}/api/v1/link/{name}"
        secrets = room / "secrets"
        secrets.mkdir()
        (secrets / name).write_text(SECRET)
        profile = room / "profile.toml"
        profile.write_text(BY_BUS.format(name=name, link="nats" if bus else "http") + more, encoding="utf-8")
        address = f"nats://127.0.0.1:{self.to_them.port}" if bus else f"http://127.0.0.1:{self.to_them.port}/link"
        self.settings = Settings.model_validate(
            {"data": room / "data", "profile": str(profile), "links": f"{name}={address}", "link_keys": secrets}
        )
        self.house: House = build(self.settings)
        self.desk.peer_name = self.house.rules.platforms.own
        self._server = uvicorn.Server(uvicorn.Config(create_app(self.house), log_config=None, lifespan="on"))
        threading.Thread(target=self._server.run, args=([self.listen],), daemon=True).start()
        self._crew: Crew | None = None
        self.bus = Bus(bus.url) if bus else None

    # -- the link of ours ------------------------------------------------------------------------------------------
    def link(self) -> None:
        """Begin to carry."""
        self._crew = Crew(works(self.house, couriers(self.house, self.bus)))
        self._crew.start()

    def unlink(self) -> None:
        """End it, as if its process had gone."""
        if self._crew is not None:
            self._crew.stop()
            self._crew = None

    def close(self) -> None:
        self.unlink()
        self.desk.kill()
        self._server.should_exit = True
        for door in (self.to_us, self.to_them):
            door.close()
        eventually(lambda: not self._server.started or self.listen.fileno() < 0 or self._ended(), within=10)
        self.house.close()

    def _ended(self) -> bool:
        return not any(thread.name.startswith("uvicorn") for thread in threading.enumerate())

    # -- what our people do ----------------------------------------------------------------------------------------
    def give(self, **more: Any) -> str:
        """Offer a new ticket to the other side; the hand-off's id."""
        ticket = receive(self.house).stream
        body = {"to": self.name, "way": "push", "summary": "试验用的警情", "reason": "属公安职责", **more}
        self.house.hotline.handle(ACTIONS["hand-off"](**body), on=ticket, by=OPERATOR)
        handed = self.house.hotline.ticket(ticket)
        assert handed is not None
        assert handed.handed is not None
        state = self.house.hotline.streams.read("handoff", handed.handed.handoff)[1]
        return str(state.id)

    def do(self, handoff: str, command: Command) -> None:
        self.house.hotline.handle(command, on=self.stream(handoff), by=POLICE_DESK)

    def stream(self, handoff: str) -> UUID:
        return stream_of(self.name, UUID(handoff))

    def state(self, handoff: str) -> HandOff | None:
        found: HandOff | None = self.house.hotline.streams.read("handoff", self.stream(handoff))[1]
        return found

    def stage(self, handoff: str) -> str:
        state = self.state(handoff)
        return state.stage if state is not None else ""

    def until(self, handoff: str, stage: str, within: float = 20.0) -> None:
        eventually(lambda: self.stage(handoff) == stage, within=within, what=f"ours: {stage}")

    # -- the rule --------------------------------------------------------------------------------------------------
    def wrong(self, *, settled: bool = True) -> list[str]:
        """What is wrong by both logs."""
        return judge_all(of_house(self.house), of_standin(self.name, self.desk.log()), settled=settled)

    def settle(self, within: float = 30.0) -> None:
        """Wait until all is said; the rule must hold all the while."""

        def done() -> bool:
            told = self.wrong()
            broken = [one for one in told if "not settled" not in one and "at the end" not in one]
            assert not broken, broken
            return not told

        eventually(done, within=within, every=0.2, what=f"settled: {self.wrong()}")
