"""`hotline up`: the whole hotline in one process and one directory, with nothing to install."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Callable

from hotline.facts import Role
from hotline.texts import say
from workers.behind import must_be_finished, must_fit
from workers.bus import Bus
from workers.compose import House, build
from workers.directory import held, listening
from workers.nats_child import NatsChild
from workers.settings import Settings

Say = Callable[[str], None]


def up(settings: Settings, *, demo: bool = False, out: Say = print) -> None:
    """Run everything until SIGINT or SIGTERM. Raises CannotStart, workers.nats_server.NatsServerError and what
    `compose.build` raises."""
    with held(settings.data), listening(settings) as listen:
        nats = NatsChild(settings.nats_directory) if settings.nats_url is None else None
        try:
            url = nats.start() if nats else str(settings.nats_url)
            must_be_finished(settings)
            house = build(settings)
            try:
                must_fit(house, Bus.of(settings, url))
                _run(house, url, listen, demo, out)
            finally:
                house.close()
        finally:
            if nats:
                nats.stop()


def _run(house: House, url: str, listen: socket.socket, demo: bool, out: Say) -> None:
    from workers import parts
    from workers.broker import Consumers
    from workers.link.pieces import couriers
    from workers.relay import Relay
    from workers.running import Crew
    from workers.serving import serve

    logins = first_logins(house) if not house.accounts.has_users() else {}
    bus = Bus.of(house.settings, url)
    relay = Relay(house.hotline, bus)
    work = parts.followers(house) | parts.clock(house) | parts.reactions(house) | parts.deliveries(house)
    links = couriers(house, bus)
    work |= parts.carrying(house, relay) | parts.links(house, links)
    if demo:
        work |= parts.demo(house)
    consumers = Consumers(bus, parts.consumers(house))
    serve(
        house,
        Crew(work),
        listen=listen,
        bus=bus,
        consumers=consumers,
        relay=relay,
        links=links,
        ready=lambda: _greet(house.settings, logins, out),
    )


def first_logins(house: House) -> dict[str, str]:
    """One account for each role of the staff, named like the role: name to password. They are shown once."""
    unit = next(u.id for u in house.rules.units.values() if u.tier == "district")
    logins = {}
    for role in Role:
        if role in (Role.CITIZEN, Role.SYSTEM):
            continue
        logins[role.value] = secrets.token_urlsafe(12)
        house.accounts.add_user(role.value, logins[role.value], role, unit=unit if role is Role.UNIT_CLERK else None)
    return logins


def _greet(settings: Settings, logins: dict[str, str], out: Say) -> None:
    base = f"http://{settings.host}:{settings.port}"
    out(say("up.running", "zh", data=settings.data) + "  " + say("up.running", "en", data=settings.data))
    for page, path in (("home", "/"), ("analyst", "/analyst"), ("docs", "/docs"), ("ready", "/readyz")):
        out(f"  {base}{path}  {say(f'up.{page}', 'zh')} / {say(f'up.{page}', 'en')}")
    if logins:
        out(say("up.logins", "zh") + "  " + say("up.logins", "en"))
        for name, password in logins.items():
            out(f"  {name:<12} {password}  {say(f'role.{name}', 'zh')}")
    out(say("up.stop", "zh") + "  " + say("up.stop", "en"))
