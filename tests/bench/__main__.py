"""`python -m tests.bench [NAME…]`: measure, and print one table with the machine it was measured on."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from functools import cache
from pathlib import Path

from tests.bench import experts, handoffs, lag, log, pg, rates, reading, rebuild, start, throughput, year
from tests.bench.figure import HEAD, Figure, facts_of, lines_of
from tests.bench.machine import machine
from tests.faults.servers import Postgres

RUNS = 3
LAG_SECONDS = 60.0
THROUGHPUT_SECONDS = 10.0
YEAR_IN_SHORT = 100_000
"""Tickets of the year whose rates are counted, in a trial."""
_SHORT = 0.1
"""The share of the full time a trial of the benchmarks themselves takes."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help="start, rebuild, reading, lag, lag-http, throughput, experts, handoffs, rates, pg; all when none is named",
    )
    parser.add_argument("--runs", type=int, default=RUNS, help="of each, of which the median counts (default 3)")
    parser.add_argument(
        "--short", action="store_true", help="a tenth of the time and size: to try the benchmarks, not the hotline"
    )
    parser.add_argument("--time", type=float, default=1.0, help="share of the time each figure takes (default 1)")
    parser.add_argument("--parts", default=",".join(pg.PARTS), help="of pg, with commas between (default: %(default)s)")
    asked = parser.parse_args()
    for name in [name for name in os.environ if name.startswith("HOTLINE_")]:
        del os.environ[name]  # nothing is measured on a store that belongs to somebody
    print("\n".join([*facts_of(machine()), "", *HEAD]), flush=True)
    with ExitStack() as ends:
        room = Path(ends.enter_context(tempfile.TemporaryDirectory(prefix="hotline-bench-")))
        size = _SHORT if asked.short else 1.0
        benches = _benches(room, size, size * asked.time, asked.parts.split(","), ends)
        unknown = set(asked.names) - set(benches)
        if unknown:
            parser.error(f"no such benchmark: {', '.join(sorted(unknown))}; there are {', '.join(benches)}")
        for name in asked.names or benches:
            runs = []
            for n in range(asked.runs):
                print(f"{name}: run {n + 1} of {asked.runs}", file=sys.stderr, flush=True)
                with tempfile.TemporaryDirectory(prefix=f"{name}-", dir=room) as own:
                    runs.append(benches[name](Path(own)))
            print("\n".join(lines_of(runs)), flush=True)


def _benches(
    room: Path, size: float, share: float, parts: Sequence[str], ends: ExitStack
) -> Mapping[str, Callable[[Path], list[Figure]]]:
    @cache
    def the_log() -> Path:
        print(f"acting out a month and telling it to {log.FACTS:,} facts", file=sys.stderr, flush=True)
        return log.make(room / "log")

    @cache
    def the_server() -> Postgres:
        return ends.enter_context(pg.cluster())

    @cache
    def the_cities() -> list[pg.Filled]:
        return ends.enter_context(pg.cities(room / "cities", size))

    @cache
    def the_year() -> rates.City:
        return rates.filled(the_server(), YEAR_IN_SHORT if size < 1 else year.TICKETS)

    return {
        "start": start.run,
        "rebuild": lambda own: rebuild.run(own, the_log()),
        "reading": reading.run,
        "lag": lambda own: lag.in_process(own, LAG_SECONDS * share),
        "lag-http": lambda own: lag.over_http(own, LAG_SECONDS * share),
        "throughput": lambda own: throughput.run(own, THROUGHPUT_SECONDS * share),
        "experts": lambda own: experts.run(own, the_server(), share),
        "handoffs": lambda own: handoffs.run(own, the_server(), share),
        "rates": lambda own: rates.run(own, the_year()),
        "pg": lambda own: pg.run(own, the_cities(), share, parts),
    }


if __name__ == "__main__":
    main()
