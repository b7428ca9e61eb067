"""Outcome rows of named days, and put where the scoreboard keeps them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from hotline.calendar import SHANGHAI
from hotline.rates.fields import day_number
from hotline.rates.outcome import OutcomeRow
from projections.moments import micros
from projections.view import Views
from tests.hotline.rates.outcomes import outcome as any_day
from tests.projections.filled import fill

_NOON = time(12)


def outcome(
    received: date = date(2026, 3, 2), closed: date | None = None, due: date | None = None, **fields: Any
) -> OutcomeRow:
    """A ticket received, closed and due at noon of these days; facets by name, everything else by its field's name."""
    days = {"received": received, "closed": closed, "due": due}
    moments = {f"{name}_at": day and micros(datetime.combine(day, _NOON, SHANGHAI)) for name, day in days.items()}
    numbers = {f"{name}_day": day and day_number(day) for name, day in days.items()}
    return any_day(**{"number": "26030212345678", **moments, **numbers, **fields})


def put(views: Views, outcomes: Iterable[OutcomeRow]) -> list[UUID]:
    """Write rows and sums as the scoreboard would; returns the tickets' ids, which count up from 1."""
    pairs = [(UUID(int=nth), one) for nth, one in enumerate(outcomes, 1)]
    fill(views, pairs)
    return [ticket for ticket, _ in pairs]
