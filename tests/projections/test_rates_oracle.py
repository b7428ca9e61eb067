"""Rates over random lives, put through the view, are those worked out from the facts by other means, to the last ticket."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

from hotline.call.facts import CallAnswered, CallMissed, CallOffered
from hotline.facts import SYSTEM, Cause, Recorded
from hotline.rates.catalogue import load
from hotline.rates.fields import DIMENSIONS, TIMES
from hotline.rates.formula import Formula
from hotline.rates.question import Asked
from hotline.two_times import stood_from
from projections.follow import catch_up
from projections.rates import Snapshot, snapshot
from projections.rates_tickets import page
from projections.registry import VIEWS
from projections.view import Views
from tests.projections.lives import PaperLog, together
from tests.rates_oracle import CHINA, History, Oracle, Told, told, written_formulas

SEEDS = tuple(range(900, 945))


class Log(PaperLog):
    """A log in memory as answers ask for it."""

    def position(self) -> int:
        return len(self.facts)

    def facts_after(self, position: int, limit: int = 500) -> Sequence[Recorded]:
        return self.after(position, limit)


def whole_log() -> Log:
    """Lives of tickets, of which many facts came late, and calls among them."""
    chance, mixed = Random(3), list[Recorded]()
    for recorded in together(SEEDS):
        late = chance.random() < 0.2
        ago = timedelta(hours=chance.choice((0, 3, 70, 900)))
        mixed.append(replace(recorded, happened_at=recorded.recorded_at - ago) if late else recorded)
        if chance.random() < 0.05:
            mixed += call(recorded, chance)
    mixed.sort(key=lambda r: r.recorded_at)
    return Log(replace(r, position=nth) for nth, r in enumerate(mixed, start=1))


def call(beside: Recorded, chance: Random) -> list[Recorded]:
    """A call that rings when something else is recorded: answered in time, too late or never."""
    id, name = UUID(int=chance.getrandbits(128)), f"call-{chance.getrandbits(40)}"
    rang = beside.recorded_at
    told = [CallOffered(call_id=name, queue=None)]
    waited = timedelta(seconds=chance.choice((0, 4, 5, 6, 15, 16, 61, 200)))
    then = CallAnswered(call_id=name, queue=None) if chance.random() < 0.8 else CallMissed(call_id=name, queue=None)
    moments = (rang, rang + waited)
    return [
        Recorded(id, nth, rang, at, SYSTEM, Cause(correlation_id="c", policy="p"), fact)
        for nth, (fact, at) in enumerate(zip((*told, then), moments, strict=True), start=1)
    ]


def everything(log: Log, asked: Asked) -> dict[UUID, Told | None]:
    """What the facts say of every ticket and call at the moment asked for."""
    histories: dict[UUID, list[Recorded]] = {}
    for recorded in log.facts:
        histories.setdefault(recorded.originator_id, []).append(recorded)
    return {ticket: told(History(facts, asked.as_of, asked.happened_by)) for ticket, facts in histories.items()}


def oracle(all_: dict[UUID, Told | None], written: dict[str, Any], asked: Asked, today: date) -> Oracle:
    """The answer worked out from the facts."""
    found = Oracle(written, asked.start, asked.end, asked.by, asked.filters)
    for ticket, of in all_.items():
        found.take(ticket, of, today)
    return found


def questions(log: Log, chance: Random) -> list[Asked]:
    """The whole time and parts of it, as things stand and at earlier moments."""
    days = sorted({r.recorded_at.astimezone(CHINA).date() for r in log.facts})
    whole = Asked(days[0] - timedelta(days=40), days[-1] + timedelta(days=90), ("month", "unit"))
    found = [whole, replace(whole, by=("category",)), replace(whole, by=())]
    for _ in range(4):
        by = tuple(chance.sample([name for name in DIMENSIONS if name not in TIMES], k=2))
        first = chance.choice(days)
        filters = {"channel": ("phone", "web")} if chance.random() < 0.5 else {"district": ("", "wuhou")}
        found.append(Asked(first, first + timedelta(days=chance.randrange(60)), by, filters))
    moments = [chance.choice(log.facts) for _ in range(6)]
    found += [replace(whole, as_of=r.recorded_at, happened_by=None) for r in moments[:2]]
    found += [replace(whole, happened_by=stood_from(r)) for r in moments[2:4]]
    found += [replace(whole, as_of=moments[4].recorded_at, happened_by=stood_from(moments[5]))]
    return found


def moment_of(log: Log, asked: Asked) -> datetime:
    return asked.happened_by or asked.as_of or log.facts[-1].recorded_at


def test_every_rate_is_what_the_facts_say(views: Views) -> None:
    """Given random lives and calls with facts that came late, when any rate is asked for now or at any earlier moment, then its
    groups are those an independent reading of the facts gives, and the lists behind it hold the same tickets."""
    chance, log, catalogue = Random(5), whole_log(), load()
    catch_up(views, VIEWS["scoreboard"], log.after, limit=500)
    counted = 0
    with snapshot(views, log, catalogue) as look:
        for asked in questions(log, chance):
            today = moment_of(log, asked).astimezone(CHINA).date()
            known = everything(log, asked)
            for written in chance.sample(written_formulas(), 7) if counted else written_formulas():
                expected = oracle(known, written, asked, today)
                formula = catalogue.find(written["id"], asked.start)
                assert isinstance(formula, Formula)
                found = look.answer(formula, asked, log.facts[-1].recorded_at)
                assert [
                    (g.key, g.percent, Decimal(g.numerator or 0), g.denominator, g.population, g.excluded)
                    for g in found.groups
                ] == expected.groups(), (formula.id, asked)
                counted += found.total.denominator or 0
                _lists_agree(look, formula, asked, expected)
    assert counted > 500


def _lists_agree(look: Snapshot, formula: Formula, asked: Asked, expected: Oracle) -> None:
    for part in ("denominator", "numerator"):
        got = page(look, formula, asked, part, ground=None, after=None, limit=10_000)  # type: ignore[arg-type]
        assert {found.ticket_id for found in got.found} == expected.tickets(part)
    for ground in formula.leave_out:
        got = page(look, formula, asked, "excluded", ground=ground, after=None, limit=10_000)
        assert {found.ticket_id for found in got.found} == expected.tickets(f"excluded {ground}")
