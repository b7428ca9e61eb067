"""The SELECTs behind the analysts' views on PostgreSQL: numbers unpacked to words, moments told in local time.

Each is made of the columns described in ``described.py``, in their order, so that a view, an exported file and the dictionary
cannot drift apart.  What reads a table is told under which name it stands: while a view is rebuilt that is another one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import Table

from hotline.calendar import SHANGHAI
from hotline.rates.outcome import ASPECTS, FACETS, Facet
from projections import described
from projections.analyst_rates import select_all
from projections.described import Column, Described
from projections.dossier import timeline
from projections.going_out import FIELDS
from projections.scoreboard_tables import rows, sums

Names = Mapping[str, str]
"""Under which name each table stands just now, by the name it is known by."""


@dataclass(frozen=True)
class SqlView:
    """One view for analysts: what it shows, and the tables it reads."""

    told: Described
    tables: tuple[Table, ...]
    select: Callable[[Names], str]

    @property
    def name(self) -> str:
        return self.told.name


def unpacked(facet: Facet) -> str:
    """An expression for one facet of the packed number in ``facets``, in words."""
    if facet.mask:
        bits = (
            f"CASE WHEN facets & {1 << facet.shift + nth} <> 0 THEN {literal(value)} END"
            for nth, value in enumerate(facet.values)
        )
        return f"concat_ws(';', {', '.join(bits)})"
    place = f"((facets >> {facet.shift}) & {(1 << facet.bits) - 1})::int + 1"
    return f"({literal('{' + ','.join(facet.values) + '}')}::text[])[{place}]"


def literal(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def local(moment: str) -> str:
    """An expression for a moment with its zone, as the clock on the wall shows it."""
    return f"{moment} AT TIME ZONE {literal(SHANGHAI.key)}"


def _day(days: str) -> str:
    return f"date '1970-01-01' + {days}"


def _shown(column: Column) -> str:
    """A column of an outcome."""
    name = f'"{column.name}"'
    if column.name in FACETS:
        return unpacked(FACETS[column.name])
    match column.kind:
        case "moment":
            return local(f"(timestamptz 'epoch' + {name} * interval '1 microsecond')")
        case "day":
            return _day(name)
        case _:
            return name


def _list(told: Described, special: Mapping[str, str]) -> str:
    """What stands after SELECT: each column by its name."""
    return ",\n  ".join(f'{special.get(column.name) or _shown(column)} AS "{column.name}"' for column in told.columns)


def _tickets(names: Names) -> str:
    return f"SELECT {_list(described.V_TICKET, {})}\nFROM {names[rows.name]}\nWHERE kind = 'ticket'"


def _daily(names: Names) -> str:
    special = {"day": _day("start"), "dimension": '"by"', **{name: _where_known(name) for name in described.SUMMED}}
    return f"SELECT {_list(described.V_DAILY, special)}\nFROM {names[sums.name]}\nWHERE grain = 'day'"


def _where_known(facet: str) -> str:
    """A facet in the lines of those aspects that know it, and nothing in the others."""
    aspects = ", ".join(literal(name) for name, aspect in ASPECTS.items() if facet in aspect.facets)
    return f"CASE WHEN aspect IN ({aspects}) THEN {unpacked(FACETS[facet])} END"


def _steps(names: Names) -> str:
    """The dossier's timeline without its words, and of its details those that may go out; the account stays in."""
    allowed = literal("{" + ",".join(sorted(FIELDS)) + "}")
    special = {
        "position": "step.position",
        "ticket_id": "step.ticket_id",
        "number": "ticket.number",
        "version": "(told.entry ->> 'version')::int",
        "topic": "told.entry ->> 'topic'",
        "recorded_at": local("(told.entry ->> 'recorded_at')::timestamptz"),
        "happened_at": local("(told.entry ->> 'happened_at')::timestamptz"),
        "role": "told.entry ->> 'role'",
        "unit": "told.entry ->> 'unit'",
        "fields": "(SELECT jsonb_object_agg(key, value) FROM jsonb_each(told.entry -> 'details')"
        f" WHERE key = ANY ({allowed}) AND value <> 'null')",
    }
    return (
        f"SELECT {_list(described.V_STEP, special)}\nFROM {names[timeline.name]} AS step\n"
        f"CROSS JOIN LATERAL (SELECT step.doc::jsonb AS entry OFFSET 0) AS told\n"
        f"LEFT JOIN {names[rows.name]} AS ticket USING (ticket_id)"
    )


VIEWS = (
    SqlView(described.V_TICKET, (rows,), _tickets),
    SqlView(described.V_STEP, (timeline, rows), _steps),
    SqlView(described.V_DAILY, (sums,), _daily),
    SqlView(described.V_RATE, (sums, rows), select_all),
)
"""All of them."""
