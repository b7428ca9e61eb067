"""Named moments at which a process kills itself: between two steps that must hold together whatever happens between them.

The product knows nothing of this. `watch` puts a look at a file around the functions on either side of the moment, in the
process that is to die; whoever runs the faults arms a moment by making the file.
"""

from __future__ import annotations

import importlib
import inspect
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

BEFORE, AFTER = "before", "after"

MOMENTS: dict[str, tuple[str, str, str]] = {
    # name: command, function, whether before or after it
    "web before the commit": ("web", "hotline.store_postgres:PostgresLog.insert_events", BEFORE),
    "web after the commit": ("web", "hotline.store_postgres:PostgresLog.insert_events", AFTER),
    "relay after publishing": ("relay", "workers.relay:_send", AFTER),
    "project before the rows": ("project", "projections.follow:apply", BEFORE),
    "project between rows and position": ("project", "projections.follow:move_on", BEFORE),
    "project after the commit": ("project", "projections.view:Views.tell", BEFORE),
    "react before its position": ("react", "workers.outbox:Outbox.move", BEFORE),
    "react before an offer is written": ("react", "workers.expert_desk:ExpertDesk._ask", BEFORE),
    "react after an offer is written": ("react", "workers.expert_desk:ExpertDesk._ask", AFTER),
    "clock between two rings": ("clock", "hotline.store_postgres:PostgresLog.insert_events", AFTER),
    "clock before the view has seen": ("clock", "workers.clock:wait_until", BEFORE),
    "link before it has noted what is to be said": ("link", "workers.link.ledger:Ledger.note", BEFORE),
    "link after the other side has it, before the record": ("link", "workers.link.ledger:Ledger.acknowledged", BEFORE),
    "notify before the effect": ("notify", "workers.outbox:Outbox.take", BEFORE),
    "notify after the effect, before the ack": ("notify", "workers.outbox:Outbox.take", AFTER),
    "notify after the gateway, before the record": ("notify", "workers.gateways.errands:Errands.came_of", BEFORE),
}


def watch(command: str, room: Path) -> None:
    """Put the looks into this process."""
    for name, (whose, where, when) in MOMENTS.items():
        if whose == command:
            _around(where, file_of(room, name), when)


def file_of(room: Path, name: str) -> Path:
    return room / "armed" / name.replace(" ", "_").replace(",", "")


def arm(room: Path, name: str) -> None:
    """The process concerned dies when it is next there."""
    file_of(room, name).touch()


def disarm(room: Path, name: str) -> None:
    file_of(room, name).unlink(missing_ok=True)


def armed(room: Path, name: str) -> bool:
    """Whether it has not been there yet."""
    return file_of(room, name).exists()


def _around(where: str, file: Path, when: str) -> None:
    module_name, _, path = where.partition(":")
    owner: Any = importlib.import_module(module_name)
    *steps, last = path.split(".")
    for step in steps:
        owner = getattr(owner, step)
    whole: Callable[..., Any] = getattr(owner, last)

    def watched(*args: Any, **kwargs: Any) -> Any:
        if when == BEFORE:
            _die_if_armed(file)
        result = whole(*args, **kwargs)
        if when == AFTER:
            _die_if_armed(file)
        return result

    async def watched_too(*args: Any, **kwargs: Any) -> Any:
        result = await whole(*args, **kwargs)
        _die_if_armed(file)
        return result

    setattr(owner, last, watched_too if inspect.iscoroutinefunction(whole) else watched)


def _die_if_armed(file: Path) -> None:
    try:
        file.unlink()
    except FileNotFoundError:
        return
    os.kill(os.getpid(), signal.SIGKILL)
