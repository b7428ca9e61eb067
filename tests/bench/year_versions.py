"""Every state that the tickets of the drawn year were ever in, drawn from what they came to in the end.

A ticket that went to a unit has eight states, one answered on the line three, one that was excluded another.  A state knows what was
known by its step, and the last of a ticket is its row.  They lie as they would have been written: month by month, in the order
of their moments.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, DropIndex

from hotline.rates.outcome import FACETS
from projections.scoreboard_tables import rows, versions
from projections.view import Views

_BATCH = 30
"""Days whose tickets are told together."""
_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]
_KIND = ("type", "urgency", "channel", "source")
_ASKED = ("contacted", "resolved", "satisfied")
_MINUTE, _HOUR, _DAY = 60_000_000, 3_600_000_000, 86_400_000_000
_COUNTED = ("reworks", "returns", "extensions", "urges", "answers")
_PLACED = ("category", "head")
_SENT = ("unit", "tier", "due_at", "due_day", "dispatched_at")


@dataclass(frozen=True)
class _Step:
    """One kind of state: whose, when it began, and what is known by then."""

    of: str
    stood: str
    facets: str
    knows: tuple[str, ...] = ()
    late: int = 0
    """Microseconds until it was known."""


def _bits(*names: str) -> str:
    return f"(facets & {sum(FACETS[name].every_bit for name in names)})"


def _silent() -> str:
    """The questions as put and not answered, where they were put at all."""
    packed = sum(FACETS[name].pack("silent") for name in _ASKED)
    return f"CASE WHEN {_bits(*_ASKED)} = 0 THEN 0 ELSE {packed} END"


_PENDING = FACETS["on_time"].pack("pending")
_WORKED = "dispatched_at IS NOT NULL"
_REPLIED = (*_PLACED, *_SENT, "contacted_at", "replied_at")
_EXCLUDED = f"{_bits('excluded')} <> 0"
_BEFORE_EXCLUSION = f"facets & {~FACETS['excluded'].every_bit & (2**63 - 1)}"
_ALL = tuple(c.name for c in rows.columns if c.name not in ("ticket_id", "kind", "facets", "co_units"))
_STEPS = (
    _Step("kind = 'call'", "received_at", "facets"),
    _Step("kind = 'ticket'", "received_at", _bits(*_KIND)),
    _Step("kind = 'ticket'", f"received_at + {_MINUTE}", _bits(*_KIND), _PLACED),
    _Step(_WORKED, "dispatched_at", f"{_bits(*_KIND)} | {_PENDING}", (*_PLACED, *_SENT)),
    _Step(_WORKED, "contacted_at", f"{_bits(*_KIND)} | {_PENDING}", (*_PLACED, *_SENT, "contacted_at"), _HOUR),
    _Step(_WORKED, "replied_at", _bits(*_KIND, "claimed", "on_time"), _REPLIED),
    _Step(
        _WORKED, "replied_at + (closed_at - replied_at) / 4",
        f"{_bits(*_KIND, 'claimed', 'on_time')} | {_silent()}", _REPLIED,
    ),
    _Step(
        _WORKED, "replied_at + (closed_at - replied_at) / 2",
        _bits(*_KIND, "claimed", "on_time", *_ASKED, "cause"), (*_REPLIED, *_COUNTED),
    ),
    _Step("kind = 'ticket'", f"greatest(closed_at, received_at + {2 * _MINUTE})", _BEFORE_EXCLUSION, _ALL),
    _Step(f"kind = 'ticket' AND {_EXCLUDED}", f"greatest(closed_at, received_at) + {3 * _DAY}", "facets", _ALL),
)  # fmt: skip


def draw(views: Views) -> int:
    """Fill the empty table from the rows, its indexes made at the end to save time; returns how many states there are."""
    names, key = ", ".join(column.name for column in versions.columns), f"{versions.name}_pkey"
    with views.writing() as connection:
        connection.exec_driver_sql("SET LOCAL work_mem = '256MB'")
        connection.exec_driver_sql("SET LOCAL maintenance_work_mem = '512MB'")
        connection.exec_driver_sql(f"ALTER TABLE {versions.name} DROP CONSTRAINT {key}")
        for index in versions.indexes:
            connection.execute(DropIndex(index))
        count = 0
        for start in range(*_days(connection), _BATCH):
            whose = f"received_day BETWEEN {start} AND {start + _BATCH - 1}"
            each = " UNION ALL ".join(_states(nth, step, whose) for nth, step in enumerate(_STEPS))
            count += connection.exec_driver_sql(f"INSERT INTO {versions.name} ({names}) {each} ORDER BY stood").rowcount
        columns = ", ".join(column.name for column in versions.primary_key)
        connection.exec_driver_sql(f"ALTER TABLE {versions.name} ADD CONSTRAINT {key} PRIMARY KEY ({columns})")
        for index in versions.indexes:
            connection.execute(CreateIndex(index))
    return count


def _days(connection: Connection) -> tuple[int, int]:
    first, last = connection.exec_driver_sql(f"SELECT min(received_day), max(received_day) + 1 FROM {rows.name}").one()
    return first, last


def _states(nth: int, step: _Step, whose: str) -> str:
    """The states of one kind of some tickets, with the columns of ``versions``."""
    always = {
        "ticket_id": "ticket_id",
        "kind": "kind",
        "number": "number",
        "co_units": "co_units",
        "district": "district",
    }
    begun = {"received_at": "received_at", "received_day": "received_day", **dict.fromkeys(_COUNTED, "0")}
    told = {"stood": step.stood, "position": str(nth), "known_at": f"{step.stood} + {step.late}", "facets": step.facets}
    said = {**always, **begun, **told, **{name: name for name in step.knows}}
    columns = (f"{said.get(c.name, 'NULL')}::{c.type.compile(_DIALECT)} AS {c.name}" for c in versions.columns)
    return f"SELECT {', '.join(columns)} FROM {rows.name} WHERE {step.of} AND {whose}"
