"""A month's report on the city, a district or a unit: what it holds, in the order in which it is read.

Everything in it is counted as of one moment, which it names: asked for again as of that moment, it is the same for ever, but
for when it was computed.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from hotline.rates.answer import Figure, FormulaShown, Shown
from hotline.rates.grading import Grade, Ungraded

NoChange = Literal["no_value", "none_before", "unfinished"]
"""Why a month is not compared with the one before: it has no value, that one had none, or it is not over, so that a count of
it says nothing beside a whole month's."""


class Change(Shown):
    """Against the month before."""

    value: str | None = Field(description="Of counts in percent of the month before, of rates in percentage points")
    unit: Literal["percent", "points"]
    reason: NoChange | None = Field(default=None, description="Why there is no value")


class Volume(Shown):
    """How many there were."""

    key: str = Field(description="What was counted; empty where it is not known", examples=["received", "phone"])
    count: int
    before: int = Field(description="In the month before")
    change: Change
    share: str | None = Field(default=None, description="Of those received, in percent")


class RateLine(Shown):
    """One formula in both months; the month before is counted by this month's formula, so that the two can be compared."""

    formula: FormulaShown
    short_hash: str = Field(examples=["a7dfc5c3f49b"])
    now: Figure
    before: Figure
    change: Change
    grade: Grade | None
    ungraded: Ungraded | None = Field(description="Why there is no grade")
    too_few: bool = Field(description="Of fewer tickets than the profile thinks worth a grade")


class Gap(Shown):
    """What units claim to have resolved against what others say of it, in percentage points; null where either has no value."""

    claimed: RateLine
    confirmed: RateLine
    inspected: RateLine
    claimed_less_confirmed: str | None
    claimed_less_inspected: str | None


class Subject(Shown):
    """Of whom a bulletin is."""

    kind: Literal["city", "district", "unit"]
    district: str | None = None
    unit: str | None = None
    name: str
    name_en: str


class Bulletin(Shown):
    """A month's report."""

    month: str = Field(examples=["2026-10"])
    month_before: str = Field(examples=["2026-09"])
    unfinished: bool = Field(description="The month was not over at ``as_of``")
    subject: Subject
    profile: str = Field(description="Whose grades and names these are", examples=["sichuan-2025@0f3a5c7e9b12"])
    as_of: datetime = Field(description="Known by then; asked for again as of this moment it is the same")
    position: int = Field(description="Where the log stood at that moment")
    computed_at: datetime
    minimum: int = Field(description="Rates of fewer tickets get no grade")
    volumes: list[Volume] = Field(description="received, closed, answered_on_the_line")
    by_channel: list[Volume]
    by_type: list[Volume]
    categories: list[Volume] = Field(description="Those most asked about")
    calls: list[RateLine] | None = Field(description="Null of a district or a unit: a call has neither")
    rates: list[RateLine] = Field(description="Every way each rate is counted, side by side")
    resolution: Gap
    causes: list[RateLine] = Field(description="Why callers were dissatisfied, as shares of the dissatisfied")
    handling: list[RateLine] = Field(description="Reworks, return requests, extensions, overdue")
