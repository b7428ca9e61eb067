"""The hotline's own commands as the processes of a run: with its clock, and with the named moments.

What differs from `hotline COMMAND`: the clock is the run's quick one, waits of the bus are short, one in five messages comes
out of turn or twice, and a mutant may be in place. Everything else is the program as it is.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

from tests.support.lifetime import die_with_parent

ROOM, SEED, MUTANT, ACK_WAIT = "FAULTS_ROOM", "FAULTS_SEED", "FAULTS_MUTANT", "FAULTS_ACK_WAIT"
LADDER = (0.5, 2.0, 4.0, 8.0, 8.0)  # seconds; the product's own lasts for twelve minutes
DISTURBED = 0.2
"""The share of messages that come later than their turn, or twice."""
SLOW = 0.1
"""The share of commits that take their time."""


def prepare(command: str) -> None:
    """Make this process one of the run."""
    from tests.faults import moments
    from tests.faults.clock import QuickClock
    from workers import broker, compose, parts

    room = Path(os.environ[ROOM])
    compose._utc_now = QuickClock(room / "clock").now
    broker.ACK_WAIT = float(os.environ[ACK_WAIT])
    broker.Consumers.__init__.__defaults__ = (LADDER,)
    whole = parts.consumers
    if command == "notify":
        parts.consumers = lambda house: {
            name: replace(reader, handler=disturbed(reader.handler)) for name, reader in whole(house).items()
        }
    slow_commits()
    moments.watch(command, room)
    if mutant := os.environ.get(MUTANT):
        importlib.import_module(f"tests.faults.mutants.{mutant}").apply()


def slow_commits() -> None:
    """Let one commit in ten take its time, as on a busy disk: that is when readers of the log could skip a fact."""
    from hotline.store_postgres import PostgresLog

    whole, chance = PostgresLog._insert_stored_events, Random(os.environ[SEED])

    def insert(self: Any, curs: Any, *args: Any, **kwargs: Any) -> None:
        whole(self, curs, *args, **kwargs)
        if chance.random() < SLOW:
            curs.execute("SELECT pg_sleep(0.06)")

    PostgresLog._insert_stored_events = insert  # type: ignore[method-assign]


class OutOfTurn(Exception):
    """The bus shall bring this message once more, later."""


def disturbed(handler: Callable[[Any], object]) -> Callable[[Any], object]:
    """The handler of a bus that shuffles and repeats: half of the disturbed messages come back later, half come twice."""
    seen: Counter[str] = Counter()

    def handle(recorded: Any) -> object:
        drawn = Random(f"{os.environ[SEED]}:{recorded.id}").random()
        seen[recorded.id] += 1
        if drawn < DISTURBED / 2 and seen[recorded.id] == 1:
            raise OutOfTurn
        result = handler(recorded)
        if DISTURBED / 2 <= drawn < DISTURBED:
            handler(recorded)
        return result

    return handle


def main(words: list[str], given: dict[str, str], out: str) -> None:
    """Be `hotline WORDS…` with these settings, in a process that has just been forked; what is said goes to `out`."""
    die_with_parent()
    for name in [name for name in os.environ if name.startswith("HOTLINE_")]:
        del os.environ[name]
    os.environ.update(given)
    with open(out, "ab") as log:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
            os.dup2(log.fileno(), stream.fileno())
    if words[0] == "standin":
        from workers.gateways import standin

        standin.main(words[1:])
        return
    if words[0] != "police-desk-standin":  # another platform has a clock of its own
        prepare(words[0])
    from workers.cli import app

    app(words)
