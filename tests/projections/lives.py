"""Histories to look at: many random lives told one through the other, as in a log."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from uuid import UUID

from pydantic_core import from_json, to_json
from sqlalchemy import select

from hotline.application import Hotline
from hotline.facts import Recorded
from hotline.ticket.facts import TicketFact
from projections.follow import fold_into, taken_in
from projections.view import Doc, View, Views
from tests.lives import Life


def ticket_id(seed: int) -> UUID:
    return UUID(int=seed << 64 | seed)


@cache
def life(seed: int, steps: int = 45) -> tuple[Recorded, ...]:
    """The ticket facts of one random life."""
    lived = Life(seed)
    for _ in range(steps):
        lived.step()
    ours = [r for r in lived.story.log if isinstance(r.fact, TicketFact)]
    return tuple(replace(r, originator_id=ticket_id(seed)) for r in ours)


@cache
def together(seeds: Sequence[int]) -> tuple[Recorded, ...]:
    """Several lives one through the other, each in its order, with positions from 1."""
    chance, left, mixed = random.Random(1), [list(life(seed)) for seed in seeds], list[Recorded]()
    while any(left):
        mixed.append(chance.choice([rest for rest in left if rest]).pop(0))
    return tuple(replace(r, position=nth) for nth, r in enumerate(mixed, start=1))


class PaperLog:
    """A log in memory: what ``Hotline.facts_after`` gives."""

    def __init__(self, facts: Iterable[Recorded] = ()) -> None:
        self.facts = list(facts)

    def after(self, position: int, limit: int) -> list[Recorded]:
        return self.facts[position : position + limit]


def write_down(hotline: Hotline, facts: Iterable[Recorded]) -> None:
    """Put a history into a real log, as it is."""
    hotline.store.insert_events([hotline.facts.to_stored_event(r) for r in facts])  # type: ignore[call-arg]  # both recorders take it alone


def rows_of(views: Views, view: View) -> str:
    """Everything that stands in a view's tables."""
    with views.engine.connect() as connection:
        return "\n".join(str(tuple(row)) for table in view.tables for row in connection.execute(select(table)))


def docs_of(view: View, facts: Iterable[Recorded]) -> dict[UUID, Doc]:
    """What a view's function makes of a history, as it would come back from the database."""
    docs: dict[UUID, Doc] = {}
    fold_into(view, docs, taken_in(view, facts))
    return {ticket: from_json(to_json(doc)) for ticket, doc in docs.items()}
