"""A year of a large city as the scoreboard keeps it, drawn by PostgreSQL itself: rows, and from them the sums.

The rows are drawn and not told by facts: to act out and fold some hundred million facts would take a day.  Shares are those of
the simulation (`workers/simulate/habits.py`) where it has them; the rest only has to be believable.  The seed is fixed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import Connection, text

from hotline.rates.outcome import FACETS, pack
from hotline.rules import load
from projections.scoreboard import VIEW
from projections.scoreboard_tables import rows, sums
from projections.view import Views
from workers.simulate.habits import CAUSES, CHANNELS, TYPES

TICKETS = 5_937_000
"""Chengdu in 2021."""
CALLS = 0.1
"""Calls told for each ticket: some, so that calls are counted too."""
UNITS, SEED = 100, 0.12345
START, DAYS = date(2021, 1, 1), 365
NOVEMBER = date(2019, 11, 1)
"""A month apart with exactly the counts of a bulletin."""
CLOSED, DISSATISFIED = 107_957, 6_479
CAUSES_TOLD = {
    "policy_limits": (1_328, "20.50"), "recurring": (1_329, "20.51"), "long_process": (1_062, "16.39"),
    "overlapping_duties": (440, "6.79"), "other": (2_320, "35.81"),
}  # fmt: skip
"""Counts that give the published shares."""

_EPOCH = date(1970, 1, 1)
_DAY = 86_400_000_000
_AHEAD = 28_800_000_000
"""Microseconds by which the clock on the wall is ahead of UTC."""
_DIRECT = 0.527


def draw(views: Views, tickets: int) -> None:
    """Fill empty tables with a year and the month apart."""
    with views.writing() as connection:
        connection.execute(text("SET LOCAL work_mem = '256MB'"))
        connection.execute(text("SET LOCAL maintenance_work_mem = '512MB'"))
        connection.execute(text("SELECT setseed(:seed)"), {"seed": SEED})
        _insert(connection, _ticket(), _drawn(1, tickets))
        _insert(connection, _call(), _drawn(tickets + 1, tickets + round(tickets * CALLS)))
        _insert(connection, _november(), _drawn(10**9, 10**9 + CLOSED - 1))
        _sum_up(connection)


def _sum_up(connection: Connection) -> None:
    """Count the sums as a rebuild does, their key made at the end to save time."""
    assert VIEW.sums is not None
    key = f"{sums.name}_pkey"
    connection.exec_driver_sql(f"ALTER TABLE {sums.name} DROP CONSTRAINT {key}")
    for statement in VIEW.sums.filled(rows, sums):
        connection.execute(statement)
    names = ", ".join(f'"{column.name}"' for column in sums.primary_key)
    connection.exec_driver_sql(f"ALTER TABLE {sums.name} ADD CONSTRAINT {key} PRIMARY KEY ({names})")


def tidy(views: Views) -> None:
    """What PostgreSQL does by itself in time."""
    with views.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("VACUUM (ANALYZE)"))


def _insert(connection: Connection, values: Mapping[str, str], drawn: str) -> None:
    names = [column.name for column in rows.columns]
    chosen = ", ".join(f"{values.get(name, 'NULL')} AS {name}" for name in names)
    connection.exec_driver_sql(f"INSERT INTO {rows.name} ({', '.join(names)}) SELECT {chosen} FROM {drawn} AS d")


def _drawn(first: int, last: int) -> str:
    """Numbers in a row, each with chances of its own, and what hangs on the first of them."""
    chances = ", ".join(f"random() AS c{nth}" for nth in range(16))
    return (
        f"(SELECT e.*, {(START - _EPOCH).days} + floor(c0 * {DAYS})::int AS day, c1 < {_DIRECT} AS direct,"
        f" (c2 * c2 * {len(_categories())})::int AS category"
        f" FROM (SELECT n, {chances} FROM generate_series({first}, {last}) AS n OFFSET 0) AS e OFFSET 0)"
    )


def _ticket() -> dict[str, str]:
    direct, worked = _packed(ended="closed", outcome="answered", direct="yes"), _worked()
    after = "CASE WHEN direct THEN 0 ELSE 1 + floor(-ln(1 - c4) * 5)::int END"
    whole = {
        "facets": f"CASE WHEN direct THEN {direct} ELSE {worked} END | {_kind()}",
        "unit": f"CASE WHEN NOT direct THEN {_unit()} END",
        "tier": f"CASE WHEN NOT direct THEN {_word(['city', 'district', 'street'], 'c3')} END",
        "received_day": "day", "closed_day": f"day + {after}", "due_day": f"day + {_word(['5', '10', '20'], 'c5')}::int",
        "received_at": _at("day", "c6"), "closed_at": f"{_at(f'day + {after}', '0.5 + c6 / 2')}",
        "due_at": "(day + 10)::bigint * 86400000000",
        "dispatched_at": f"CASE WHEN NOT direct THEN {_at('day', 'c6')} + 600000000 END",
        "contacted_at": f"CASE WHEN NOT direct THEN {_at('day', 'c6')} + 7200000000 END",
        "replied_at": f"CASE WHEN NOT direct THEN {_at(f'day + {after}', 'c6 / 2')} END",
        "reworks": "(c7 < 0.04)::int", "returns": "(c8 < 0.09)::int", "extensions": "(c9 < 0.05)::int",
        "urges": "(c10 < 0.09)::int", "answers": "(NOT direct AND c11 < 0.7)::int",
    }  # fmt: skip
    return {**_common("ticket"), **whole}


def _call() -> dict[str, str]:
    waits = {"5": 0.7, "10": 0.18, "15": 0.06, "20": 0.03, "60": 0.02, "longer": 0.01}
    answered = (
        f"CASE WHEN c3 < 0.03 THEN 0 ELSE {_packed(answered_call='yes')} | {_by_share('waited', waits, 'c4')} END"
    )
    return {**_common("call"), "facets": answered, "received_day": "day", "received_at": _at("day", "c6")}


def _november() -> dict[str, str]:
    """The bulletin's month: so many closed, so many of them dissatisfied, each with its cause; of the rest some are silent."""
    day, steps, told = f"{(NOVEMBER - _EPOCH).days} + mod(n, 30)::int", [], 0
    for cause, (count, _) in CAUSES_TOLD.items():
        told += count
        packed = _packed(
            ended="closed", outcome="handled", satisfied="dissatisfied", cause=cause, resolved="unresolved"
        )
        steps.append(f"WHEN n - 1000000000 < {told} THEN {packed}")
    rest = _packed(ended="closed", outcome="handled") | 0
    happy = _by_share("satisfied", {"silent": 0.55, "satisfied": 0.4, "basically": 0.05}, "c3")
    return {
        **_common("ticket"), "facets": f"CASE {' '.join(steps)} ELSE {rest} | {happy} END | {_kind()}", "unit": _unit(),
        "tier": "'district'", "received_day": day, "closed_day": day, "due_day": f"{day} + 10",
        "received_at": _at(day, "c6 / 2"), "closed_at": _at(day, "0.5 + c6 / 2"),
    }  # fmt: skip


def _common(kind: str) -> dict[str, str]:
    counts = dict.fromkeys(("reworks", "returns", "extensions", "urges", "answers"), "0")
    if kind == "call":
        return {**counts, "ticket_id": _id(), "kind": "'call'", "co_units": "''"}
    codes = _categories()
    return {
        **counts, "ticket_id": _id(), "kind": "'ticket'", "number": "lpad(n::text, 14, '0')", "co_units": "''",
        "category": _nth(codes), "head": _nth([code.partition(".")[0] for code in codes]),
        "district": _word([f"district-{nth:02}" for nth in range(1, 24)], "c12"),
    }  # fmt: skip


def _worked() -> str:
    """Facets of what went to a unit, put together so that what a caller says fits."""
    closed = _packed(ended="closed")
    said = (
        f"CASE WHEN c11 < 0.30 THEN {_packed(contacted='silent', resolved='silent', satisfied='silent')}"
        f" WHEN c11 < 0.35 THEN {_packed(contacted='yes', resolved='unresolved', satisfied='dissatisfied')}"
        f" | {_by_share('cause', CAUSES, 'c13')}"
        f" ELSE {_by_share('contacted', {'yes': 0.95, 'no': 0.05}, 'c14')}"
        f" | {_by_share('resolved', {'resolved': 0.87, 'explained': 0.13}, 'c13')}"
        f" | {_by_share('satisfied', {'satisfied': 0.83, 'basically': 0.11, 'neutral': 0.06}, 'c15')} END"
    )
    grounds = dict.fromkeys(FACETS["excluded"].values, 0.004)
    excluded = f"CASE {' '.join(_ground(nth, ground) for nth, ground in enumerate(grounds))} ELSE 0 END"
    parts = (
        f"{closed}", _by_share("outcome", {"handled": 0.85, "explained": 0.1, "unresolved": 0.05}, "c8"), said,
        _by_share("claimed", {"resolved": 0.9, "explained": 0.07, "unresolved": 0.03}, "c9"),
        f"CASE WHEN c10 > 0.98 THEN {_packed(inspected='resolved')} ELSE 0 END",
        _by_share("on_time", {"kept": 0.96, "late": 0.04}, "c5"), excluded,
    )  # fmt: skip
    return "(" + " | ".join(f"({part})" for part in parts) + ")"


def _ground(nth: int, ground: str) -> str:
    return f"WHEN c7 > {0.976 + nth * 0.004:.3f} THEN {FACETS['excluded'].pack(frozenset({ground}))}"


def _kind() -> str:
    return (
        f"({_by_share('type', TYPES, 'c7')} | {_by_share('channel', CHANNELS, 'c9')}"
        f" | {_by_share('urgency', {'normal': 0.95, 'urgent': 0.045, 'emergency': 0.005}, 'c10')}"
        f" | {_packed(source='citizen')})"
    )


def _by_share(facet: str, shares: Mapping[str, float], chance: str) -> str:
    """The packed value of a facet, drawn by its shares."""
    whole, bounds, upto = sum(shares.values()), [], 0.0
    for share in list(shares.values())[:-1]:
        upto += share / whole
        bounds.append(f"{upto:.6f}")
    values = ",".join(str(FACETS[facet].pack(value)) for value in shares)
    if not bounds:
        return values
    return f"('{{{values}}}'::bigint[])[1 + width_bucket({chance}, '{{{','.join(bounds)}}}'::float8[])]"


def _packed(**facets: str) -> int:
    return pack(facets)


def _word(words: list[str], chance: str) -> str:
    return f"('{{{','.join(words)}}}'::text[])[1 + floor({chance} * {len(words)})::int]"


def _nth(codes: list[str]) -> str:
    return f"('{{{','.join(codes)}}}'::text[])[1 + least(d.category, {len(codes) - 1})]"


def _unit() -> str:
    return f"'unit-' || lpad((1 + floor(c2 * {UNITS}))::int::text, 3, '0')"


def _id() -> str:
    return "md5(n::text)::uuid"


def _at(day: str, share: str) -> str:
    return f"(({day})::bigint * {_DAY} - {_AHEAD} + (({share}) * {_DAY - 1})::bigint)"


def _categories() -> list[str]:
    return [code for code in load("sichuan-2025").categories if "." in code]
