"""`hotline routing`: why a matter goes where it goes, and what another catalogue would have done with past tickets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table

from hotline.application import Hotline
from hotline.rules import load
from hotline.rules.dispatching import Matter
from hotline.rules.what_if import WhatIf, what_if
from hotline.texts import LANGUAGES, say
from hotline.ticket import facts as f
from hotline.ticket.reading_facts import TicketRead
from workers.opening import opened

app = typer.Typer(name="routing", help="派单目录 / the dispatch catalogue", no_args_is_help=True)
out = Console(soft_wrap=True, highlight=False)
Day = Annotated[
    datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="按哪一天的规则 / by the rules of a day")
]
AT_ONCE = 1_000
"""Facts read at a time."""


@app.callback()
def routing() -> None:
    """派单目录 / the dispatch catalogue."""


@app.command("what-if")
def what_if_command(
    profile: Annotated[str, typer.Argument(help="另一套规则：名称或 TOML 文件 / other rules: a name or a TOML file")],
    on: Day = None,
    as_json: Annotated[bool, typer.Option("--json", help="只输出 JSON / JSON alone")] = False,
) -> None:
    """若改用另一套派单目录，以往工单会改派多少（只读）/ how many past tickets would go elsewhere; nothing is changed."""
    with opened() as house:
        day = on.date() if on is not None else house.rules.calendar.local(house.now()).date()
        then = load(profile, calendar_tables=house.settings.calendar_tables)
        found = what_if(house.rules, then, past(house.hotline), day)
        _tell(found, house.rules.profile.catalogue, then.profile.catalogue, day, as_json)


def past(hotline: Hotline) -> Iterator[Matter]:
    """Every ticket of the log as it was last classified, or was read where nobody classified it."""
    known: dict[UUID, tuple[Matter, bool]] = {}
    position = 0
    while facts := hotline.facts_after(position, AT_ONCE):
        position = facts[-1].position
        for recorded in facts:
            ticket, fact = recorded.originator_id, recorded.fact
            if isinstance(fact, f.TicketReceived):
                known[ticket] = _received(fact), bool(fact.category)
            elif ticket in known and isinstance(fact, f.TicketClassified):
                known[ticket] = _classified(known[ticket][0], fact), True
            elif ticket in known and isinstance(fact, TicketRead):
                known[ticket] = _read(*known[ticket], fact), known[ticket][1]
    yield from (matter for matter, _ in known.values() if matter.category)


def _received(fact: f.TicketReceived) -> Matter:
    return Matter(fact.type, fact.category, fact.urgency, fact.district, None, fact.accused_unit)


def _classified(matter: Matter, fact: f.TicketClassified) -> Matter:
    return replace(matter, type=fact.type, category=fact.category, urgency=fact.urgency, accused=fact.accused_unit)


def _read(matter: Matter, classified: bool, fact: TicketRead) -> Matter:
    read = fact.proposal
    placed = replace(matter, district=matter.district or read.district, street=read.street)
    return placed if classified else replace(placed, type=matter.type or read.type, category=read.category)


def _tell(found: WhatIf, now: str, then: str, day: date, as_json: bool) -> None:
    moved = sorted(found.moved.items(), key=lambda one: (-one[1], str(one[0])))
    if as_json:
        rows = [{"from": before, "to": after, "tickets": n} for (before, after), n in moved]
        told = {"catalogue": now, "other": then, "on": day.isoformat(), "tickets": found.tickets}
        print(json.dumps({**told, "elsewhere": found.elsewhere, "moved": rows}, ensure_ascii=False))
        return
    out.print(f"{now} → {then}  ({day})", markup=False)
    table = Table(*(_both(f"routing.{name}") for name in ("from", "to", "tickets")))
    for (before, after), n in moved:
        table.add_row(before or _both("routing.nobody"), after or _both("routing.nobody"), f"{n:,}")
    out.print(table)
    out.print(_both("routing.in_all", tickets=found.tickets, elsewhere=found.elsewhere), markup=False)


def _both(key: str, **slots: object) -> str:
    return " / ".join(say(key, language, **slots) for language in LANGUAGES)
