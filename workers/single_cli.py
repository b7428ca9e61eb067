"""Commands that run one piece alone, as in production; on the embedded store only one of them at a time."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from typing import Annotated, Any

import typer

from workers.compose import House
from workers.opening import opened, settings, told

PATIENCE = 60.0
"""Seconds without the bus after which a process leaves, so that it is started again with what is true by then."""

Port = Annotated[int | None, typer.Option(help="端口 / port", min=1, max=65535)]
Health = Annotated[
    int | None,
    typer.Option(
        "--health-port",
        help="/livez、/readyz、/metrics 的端口，默认不开 / port of these three, none by default",
        min=1,
        max=65535,
    ),
]
View = Annotated[
    list[str] | None, typer.Option("--view", help="只更新此视图，可重复 / this view alone; may be repeated")
]


def add_to(app: typer.Typer) -> None:
    for command in (web, relay, project, react, clock, notify, link):
        app.command()(command)


def web(port: Port = None) -> None:
    """网页与接口 / the web and the service API."""
    from workers.bus import Bus
    from workers.directory import listening
    from workers.running import Crew
    from workers.serving import serve

    with _alone(port=port) as house, listening(house.settings) as listen:
        bus = Bus.of(house.settings) if house.settings.nats_url else None
        serve(house, Crew({}), listen=listen, bus=bus)


def relay(health_port: Health = None) -> None:
    """把日志送上总线 / carry the log to the bus."""
    from workers import parts
    from workers.bus import Bus
    from workers.relay import Relay

    with _alone(health_port=health_port) as house:
        carrier = Relay(house.hotline, Bus.of(house.settings), PATIENCE)
        _run(house, parts.carrying(house, carrier), relay=carrier)


def project(view: View = None, health_port: Health = None) -> None:
    """更新视图 / keep the views at the end of the log."""
    from projections.registry import VIEWS
    from workers import parts

    for name in view or ():
        if name not in VIEWS:
            raise typer.BadParameter(f"没有这个视图 / no such view: {name}. " + ", ".join(VIEWS), param_hint="--view")
    with _alone(health_port=health_port) as house:
        _run(house, parts.followers(house, view or VIEWS))


def react(health_port: Health = None) -> None:
    """执行日志中的决定（如删除密钥） / carry out what the log decided, such as destroying keys."""
    from workers import parts

    with _alone(health_port=health_port) as house:
        _run(house, parts.reactions(house))


def clock(health_port: Health = None) -> None:
    """到点提醒 / ring what is due."""
    from workers import parts

    with _alone(health_port=health_port) as house:
        _run(house, parts.clock(house))


def notify(health_port: Health = None) -> None:
    """通知市民与单位 / tell citizens and units."""
    from workers import parts
    from workers.broker import Consumers
    from workers.bus import Bus

    with _alone(health_port=health_port) as house:
        consumers = Consumers(Bus.of(house.settings), parts.consumers(house), patience=PATIENCE)
        _run(house, parts.deliveries(house), consumers=consumers)


def link(health_port: Health = None) -> None:
    """与其他平台（如 110）交接 / hand matters to other platforms such as 110, and take what they say."""
    from workers import parts
    from workers.bus import Bus
    from workers.link.pieces import couriers

    with _alone(health_port=health_port) as house:
        found = couriers(house, Bus.of(house.settings) if house.settings.nats_url else None)
        _run(house, parts.links(house, found), links=found)


def _run(house: House, work: Mapping[str, Callable[..., None]], **rest: Any) -> None:
    """One piece, with its health where it is asked for; it leaves when a database or the bus is lost."""
    from workers.parts import leaves
    from workers.running import Crew
    from workers.serving import serve

    with _health(house) as listen:
        serve(house, Crew(work, leave=leaves), listen=listen, pages=False, **rest)


@contextmanager
def _alone(**given: int | None) -> Iterator[House]:
    """The house for one long-running process; on SQLite the directory is then nobody else's."""
    from workers.behind import must_fit
    from workers.bus import Bus
    from workers.directory import held
    from workers.logging import configure
    from workers.migrated import must_be_migrated

    with told():
        found = settings(**given)
        configure(found.log_level)
        if not found.embedded:
            must_be_migrated(found)
        with held(found.data) if found.embedded else nullcontext(), opened(found) as house:
            must_fit(house, Bus.of(found) if found.nats_url else None)
            yield house


@contextmanager
def _health(house: House) -> Iterator[socket.socket | None]:
    """The socket of the probes; none unless a port is set, so that several processes on one machine need no ports."""
    from workers.directory import listening

    port = house.settings.health_port
    with listening(house.settings, port) if port is not None else nullcontext() as listen:
        yield listen
