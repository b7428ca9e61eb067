"""Commands that run one piece alone, as in production; on the embedded store only one of them at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import typer

from workers.compose import House
from workers.opening import opened, settings, told
from workers.settings import Settings


def add_to(app: typer.Typer) -> None:
    for command in (web, relay, project, react, clock, notify):
        app.command()(command)


def web() -> None:
    """网页与接口 / the web and the service API."""
    from workers.directory import listening
    from workers.running import Crew
    from workers.serving import serve

    with _alone() as house, listening(house.settings) as listen:
        serve(house, Crew({}), listen=listen)


def relay() -> None:
    """把日志送上总线 / carry the log to the bus."""
    from workers.relay import Relay
    from workers.running import Crew
    from workers.serving import serve

    with _alone() as house:
        serve(house, Crew({"relay": Relay(house.hotline, _bus(house.settings)).run}))


def project() -> None:
    """更新视图 / keep the views at the end of the log."""
    _run("project")


def react() -> None:
    """执行日志中的决定（如删除密钥） / carry out what the log decided, such as destroying keys."""
    _run("react")


def clock() -> None:
    """到点提醒 / ring what is due."""
    _run("clock")


def notify() -> None:
    """通知市民与单位 / tell citizens and units."""
    from workers import parts
    from workers.broker import Consumers
    from workers.running import Crew
    from workers.serving import serve

    with _alone() as house:
        serve(house, Crew({}), consumers=Consumers(_bus(house.settings), parts.consumers(house)))


def _run(part: str) -> None:
    from workers.parts import PARTS
    from workers.running import Crew
    from workers.serving import serve

    with _alone() as house:
        serve(house, Crew(PARTS[part](house)))


@contextmanager
def _alone() -> Iterator[House]:
    """The house for one long-running process; on SQLite the directory is then nobody else's."""
    from workers.directory import held
    from workers.logging import configure

    with told():
        given = settings()
        configure(given.log_level)
        with held(given.data) if given.embedded else nullcontext(), opened() as house:
            yield house


def _bus(given: Settings) -> str:
    from workers.directory import CannotStart

    if given.nats_url is None:
        raise CannotStart("请设置 HOTLINE_NATS_URL。 / Set HOTLINE_NATS_URL to the address of the bus.")
    return given.nats_url
