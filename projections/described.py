"""Columns that analysts are given, described once: the SQL views, the exported files and the data dictionary are made of
these.  What each means stands in the catalogue (``hotline/texts/columns.toml``), in Chinese and English.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from hotline.facts import Role
from hotline.rates.outcome import ASPECTS, FACETS
from hotline.texts import known, say
from hotline.ticket.ticket import State
from projections.scoreboard_tables import COHORTS, DIMENSIONS

Kind = Literal["text", "word", "words", "moment", "day", "whole", "decimal", "flag", "json"]
"""``word``: one of few; ``words``: any number of them, with ``;`` between.  ``moment``: local time, to the microsecond."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column.  ``values`` are all that can stand in it, where they are few and ours."""

    name: str
    kind: Kind
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Described:
    """A view or a file that analysts are given."""

    name: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    def about(self, column: Column) -> Mapping[str, str]:
        """What a column means, by language; where tables use a name differently each has a text of its own."""
        own = f"column.{self.name}_{column.name}"
        return _both(own if known(own) else f"column.{column.name}")

    def told(self) -> Mapping[str, str]:
        """What a row is, by language."""
        return _both(f"table.{self.name}")


def value_told(column: Column, value: str) -> Mapping[str, str] | None:
    """What a value means, by language; None where it says so itself."""
    for table in (column.name, *_WORDS.get(column.name, ()), "value"):
        if known(f"{table}.{value}"):
            return _both(f"{table}.{value}")
    return None


def _both(key: str) -> Mapping[str, str]:
    return {"zh": say(key), "en": say(key, "en")}


_WORDS = {
    "resolved": ("resolution",), "claimed": ("resolution",), "inspected": ("resolution",),
    "satisfied": ("satisfaction",), "excluded": ("exclusion",),
}  # fmt: skip
"""In which tables of the catalogue values are named, where that is not the column's own name."""


def _of(kind: Kind, names: str) -> tuple[Column, ...]:
    return tuple(Column(name, kind) for name in names.split())


def _facets(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, "words" if FACETS[name].mask else "word", FACETS[name].values) for name in names)


_CALL_ONLY = ("answered_call", "waited")
_ASKED = tuple(name for name in FACETS if name not in _CALL_ONLY)
_WHOSE = (*_of("word", "unit tier"), *_of("words", "co_units"), *_of("word", "category head district"))
_WHEN = (
    *_of("moment", "received_at dispatched_at contacted_at replied_at closed_at due_at"),
    *_of("day", "received_day closed_day due_day"),
)
_COUNTED = _of("whole", "reworks returns extensions urges answers")

OUTCOMES = Described(
    "outcomes",
    (*_of("text", "ticket_id"), Column("kind", "word", ("ticket", "call")), *_of("text", "number"),
     *_facets(*FACETS), *_WHOSE, *_WHEN, *_COUNTED),
)  # fmt: skip
"""What tickets and telephone calls came to."""
V_TICKET = Described("v_ticket", (*_of("text", "ticket_id number"), *_facets(*_ASKED), *_WHOSE, *_WHEN, *_COUNTED))
V_STEP = Described(
    "v_step",
    (
        *_of("whole", "position"), *_of("text", "ticket_id number"), *_of("whole", "version"), *_of("word", "topic"),
        *_of("moment", "recorded_at happened_at"), Column("role", "word", tuple(Role)), *_of("word", "unit"),
        *_of("json", "fields"),
    ),
)  # fmt: skip
SUMMED = tuple(name for name in FACETS if any(name in aspect.facets for aspect in ASPECTS.values()))
"""Facets that some aspect knows, and so some line of the daily sums."""
V_DAILY = Described(
    "v_daily",
    (
        Column("aspect", "word", tuple(ASPECTS)), *_of("day", "day"), Column("dimension", "word", DIMENSIONS),
        *_of("word", "value"), *_facets(*SUMMED), *_of("whole", "n"),
    ),
)  # fmt: skip
V_RATE = Described(
    "v_rate",
    (
        *_of("word", "formula"), *_of("whole", "version"), *_of("word", "rate"), *_of("text", "title hash"),
        Column("cohort", "word", COHORTS), *_of("text", "month"), *_of("word", "unit"),
        *_of("decimal", "value percent numerator"), *_of("whole", "denominator population"), *_of("json", "excluded"),
        *_of("whole", "asked answered"),
    ),
)  # fmt: skip
TICKETS = Described(
    "tickets",
    (
        *_of("text", "number ticket_id"), Column("state", "word", tuple(State)), *_of("moment", "since"), *_of("word", "type"),
        *_of("words", "category"), *_of("word", "urgency channel district source"), *_of("moment", "received_at due"),
        *_of("word", "due_clock"), *_of("flag", "due_running"), *_of("moment", "statutory_due replied_at"),
        *_of("flag", "kept"), *_of("word", "lead"), *_of("words", "units wanted"), *_of("flag", "problem escalated"),
        *_of("word", "supervision"), *_of("words", "alarms"), *_of("whole", "urges"), *_of("moment", "urged_at"),
        *_of("whole", "reworks returns"), *_of("words", "excluded"), *_of("word", "outcome"), *_of("moment", "closed_at"),
        *_of("flag", "confidential minor hold restricted erased"), *_of("whole", "version position"),
    ),
)  # fmt: skip
"""The board.  Not here: who took a request down, and whom a report accuses or a complaint is about."""
FACTS = Described(
    "facts",
    (
        *_of("whole", "position"), *_of("text", "fact_id"), *_of("word", "topic"), *_of("text", "ticket_id"),
        *_of("whole", "version"), *_of("moment", "recorded_at happened_at"), Column("role", "word", tuple(Role)),
        *_of("word", "unit policy"), *_of("json", "fields"),
    ),
)  # fmt: skip

FILES: Mapping[str, Described] = MappingProxyType({told.name: told for told in (OUTCOMES, TICKETS, FACTS)})
"""What can be exported, by name."""
