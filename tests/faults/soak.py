"""The long run, and the mutants that show that its checks see what they are for: `python -m tests.faults --help`."""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import random
import sys
from collections.abc import Sequence

from tests.faults import mutants
from tests.faults.run import Plan, Report, run

FAULTS = 8
"""How many faults a mutant gets, where it says nothing else."""
TRIES = 3
"""How often a mutant that was not caught is run again, each time with twice as many faults: on a busy machine little may
happen between two of them."""


def plan_of(name: str, seed: int, times: int = 1) -> Plan:
    """The run in which a mutant has to be caught, with so many times the faults it needs on a machine of its own."""
    mutant = importlib.import_module(f"tests.faults.mutants.{name}")
    return Plan(
        seed=seed,
        mutant=name,
        faults=getattr(mutant, "FAULTS", FAULTS) * times,
        only=mutant.ONLY,
        people=getattr(mutant, "PEOPLE", 3),
        askers=getattr(mutant, "ASKERS", 2),
        pace=getattr(mutant, "PACE", 1.0),
        postgres=getattr(mutant, "POSTGRES", {}),
    )


def caught(report: Report) -> bool:
    """Whether the check that was named has failed."""
    named: str = importlib.import_module(f"tests.faults.mutants.{report.plan.mutant}").CAUGHT_BY
    return bool(report.wrong[named])


def names() -> list[str]:
    return sorted(module.name for module in pkgutil.iter_modules(mutants.__path__))


def main(arguments: Sequence[str] | None = None) -> None:
    """Run; exit 1 when a check fails or a mutant is not caught."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--faults", type=int, default=260, help="how many; some nine in ten are kills")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--pace", type=float, default=1.0, help="seconds between two faults, on the average")
    parser.add_argument("--people", type=int, default=3, help="people at work at once")
    parser.add_argument(
        "--ack-wait", type=float, default=10.0, help="seconds after which the bus brings a message again"
    )
    parser.add_argument("--away", type=float, default=120.0, help="seconds for which the bus is away once")
    parser.add_argument("--disks", action="store_true", help="fill the servers' disks too (Linux, root)")
    parser.add_argument("--only", action="append", default=[], help="only this kind of fault; may be repeated")
    parser.add_argument("--mutants", action="store_true", help="the mutants alone")
    parser.add_argument("--and-mutants", action="store_true", help="the mutants after the run, under the same seed")
    parser.add_argument("--mutant", action="append", default=[], help="this mutant alone; may be repeated")
    given = parser.parse_args(arguments)
    print(f"seed {given.seed}", flush=True)
    if given.mutants or given.mutant:
        sys.exit(0 if _mutants(given.mutant or names(), given.seed) else 1)
    plan = Plan(
        seed=given.seed, faults=given.faults, pace=given.pace, people=given.people, only=tuple(given.only),
        ack_wait=given.ack_wait, away=given.away, small_disks=given.disks,
    )  # fmt: skip
    report = run(plan, _say)
    print(report, flush=True)
    all_caught = not given.and_mutants or _mutants(names(), given.seed)
    sys.exit(0 if report.sound and all_caught else 1)


def _mutants(chosen: Sequence[str], seed: int) -> bool:
    rows = []
    for name in chosen:
        report, tried = _caught_in(name, seed)
        by = importlib.import_module(f"tests.faults.mutants.{name}").CAUGHT_BY
        found = report.wrong[by]
        rows.append(caught(report))
        others = ", ".join(check for check, broken in report.wrong.items() if broken and check != by) or "-"
        verdict = f"caught in run {tried}: {len(found)}, such as: {found[0]}" if found else "NOT CAUGHT"
        print(f"| {name} | {by} | {verdict} | also: {others} |", flush=True)
    return all(rows)


def _caught_in(name: str, seed: int) -> tuple[Report, int]:
    """The run in which a mutant was caught, or the last one, and which it was."""
    report = run(plan_of(name, seed))
    for nth in range(1, TRIES):
        if caught(report):
            return report, nth
        report = run(plan_of(name, seed, 2**nth))
    return report, TRIES


def _say(line: str) -> None:
    print(line, flush=True)
