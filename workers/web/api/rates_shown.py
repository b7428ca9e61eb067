"""How formulas, the tickets behind a number and the difference of two numbers are shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from fractions import Fraction
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from hotline.facts import Recorded
from hotline.rates.answer import Answer, Figure, Reason
from hotline.rates.catalogue import Catalogue, Rate
from hotline.rates.counts import weight_sum, written
from hotline.rates.formula import Composite
from hotline.rates.outcome import FACETS
from hotline.ticket.facts import TicketExcluded
from projections.moments import from_micros
from projections.rates_compare import Flip, Flips, Status
from projections.rates_tickets import Found


class FormulaSeen(BaseModel):
    """A formula as it stands in its file, with the hash of what decides its number."""

    id: str
    version: int
    name: str = Field(examples=["contact@1"])
    hash: str
    kind: Literal["formula", "composite"]
    rate: str
    title: dict[str, str]
    source: str
    since: date = Field(alias="from", serialization_alias="from")
    until: date | None = None
    content: dict[str, Any] = Field(description="What decides: population, exclusions, denominator, terms; or parts")


class ExclusionSeen(BaseModel):
    """Why a ticket was left out, and who approved it."""

    ground: str
    reason: str
    approver: str
    at: datetime


class Behind(BaseModel):
    """A ticket behind a number, as it stood at the answer's moment, and what the formula says of it."""

    ticket_id: UUID | None
    number: str | None = Field(description="Null of a call, and of a ticket that is not yours to see")
    counted: bool = Field(description="In the denominator")
    weight: str = Field(description="What it adds to the numerator")
    ground: str | None = Field(description="Left out on this ground")
    asked: bool
    answered: bool
    exclusions: list[ExclusionSeen]
    unit: str | None
    tier: str | None
    co_units: list[str]
    category: str | None
    district: str | None
    facets: dict[str, str | list[str]] = Field(description="Everything a formula can ask; see docs/rates.md")
    received_at: datetime
    dispatched_at: datetime | None
    contacted_at: datetime | None
    replied_at: datetime | None
    closed_at: datetime | None
    due_at: datetime | None
    reworks: int
    returns: int
    extensions: int
    urges: int
    answers: int


class Difference(BaseModel):
    """Of one group: what the two sides say, and by how many percentage points the second lies above the first."""

    key: dict[str, str]
    a: str | None
    b: str | None
    points: str | None = Field(description="b − a in percentage points; null where a side has no value")
    reason: Reason | None


class StatusSeen(BaseModel):
    """How one side counts a ticket."""

    stands: str = Field(description="elsewhere, not_counted, excluded or counted")
    ground: str | None
    weight: str
    due_at: datetime | None = Field(description="The citizen's due, where the sides differ in profile; else null")


class FlipSeen(BaseModel):
    """A ticket that the two sides count differently."""

    ticket_id: UUID | None
    number: str | None
    unit: str
    a: StatusSeen
    b: StatusSeen


class FlipsSeen(BaseModel):
    """How many, of which unit, and some of them; ``next`` leads to the others."""

    count: int
    by_unit: dict[str, int]
    tickets: list[FlipSeen]
    next: UUID | None


class Compared(BaseModel):
    """Both answers, and what makes the difference.  Of composites the tickets are those of their parts; ask part by part."""

    a: Answer
    b: Answer
    difference: list[Difference]
    total: Difference
    flips: FlipsSeen | None


def formula_seen(rate: Rate, catalogue: Catalogue) -> FormulaSeen:
    """A formula for the list."""
    written_as = rate.model_dump(mode="json", by_alias=True, exclude_none=True)
    head = {"id", "version", "rate", "title", "source", "from", "until"}
    return FormulaSeen(
        **{name: written_as[name] for name in head if name in written_as},
        name=rate.name,
        hash=catalogue.hash_of(rate),
        kind="composite" if isinstance(rate, Composite) else "formula",
        content={name: value for name, value in written_as.items() if name not in head},
    )


def behind(found: Found, history: Iterable[Recorded], *, hidden: bool) -> Behind:
    """One ticket of a list; of a hidden one only what was counted."""
    row, verdict = found.row, found.verdict
    moments: dict[str, Any] = {
        name: None if (at := getattr(row, name)) is None else from_micros(at)
        for name in ("dispatched_at", "contacted_at", "replied_at", "closed_at", "due_at")
    }
    numbers = ("reworks", "returns", "extensions", "urges", "answers")
    return Behind(
        ticket_id=None if hidden else found.ticket_id,
        number=None if hidden else row.number,
        counted=verdict.counted,
        weight=weight_sum(verdict.weight),
        ground=verdict.ground,
        asked=verdict.asked,
        answered=verdict.answered,
        exclusions=[] if hidden else _exclusions(row.facet("excluded"), history),
        unit=row.unit,
        tier=row.tier,
        co_units=list(row.co_units),
        category=row.category,
        district=row.district,
        facets={name: _told(row.facet(name)) for name in FACETS},
        received_at=from_micros(row.received_at),
        **moments,
        **{name: getattr(row, name) for name in numbers},
    )


def _told(value: str | frozenset[str]) -> str | list[str]:
    return value if isinstance(value, str) else sorted(value)


def _exclusions(grounds: str | frozenset[str], history: Iterable[Recorded]) -> list[ExclusionSeen]:
    """The exclusions in force, each as it was last approved."""
    last = {r.fact.ground: r for r in history if isinstance(r.fact, TicketExcluded) and r.fact.ground in grounds}
    return [
        ExclusionSeen(ground=r.fact.ground, reason=r.fact.reason, approver=r.fact.approver, at=r.recorded_at)
        for r in last.values()
        if isinstance(r.fact, TicketExcluded)
    ]


def differences(a: Answer, b: Answer) -> tuple[list[Difference], Difference]:
    """Group by group, and of all together."""
    of_a, of_b = ({tuple(g.key.values()): g for g in answer.groups} for answer in (a, b))
    keys = sorted({*of_a, *of_b})
    each = [_difference(dict(zip(a.by, key, strict=True)), of_a.get(key), of_b.get(key)) for key in keys]
    return each, _difference({}, a.total, b.total)


def _difference(key: Mapping[str, str], a: Figure | None, b: Figure | None) -> Difference:
    one, two = _exact(a), _exact(b)
    points = written((two - one).as_integer_ratio(), 2, times=100) if one is not None and two is not None else None
    percents = (f.percent if f is not None else None for f in (a, b))
    reason: Reason | None = None if points is not None else "empty_denominator"
    return Difference(key=dict(key), points=points, reason=reason, **dict(zip("ab", percents, strict=True)))


def _exact(figure: Figure | None) -> Fraction | None:
    """The rate before it was rounded; of a composite to six places."""
    if figure is None or figure.value is None:
        return None
    if figure.numerator is None or not figure.denominator:
        return Fraction(figure.value)
    return Fraction(figure.numerator) / figure.denominator


def compared(a: Answer, b: Answer, flips: Flips | None, hidden: frozenset[UUID] = frozenset()) -> Compared:
    """Both answers with what lies between them."""
    each, total = differences(a, b)
    seen = flips_seen(flips, hidden) if flips is not None else None
    return Compared(a=a, b=b, difference=each, total=total, flips=seen)


def flips_seen(flips: Flips, hidden: frozenset[UUID]) -> FlipsSeen:
    """The tickets that make the difference, without the names of those that are not this actor's to see."""
    return FlipsSeen(
        count=flips.count,
        by_unit=flips.by_unit,
        tickets=[_flip(flip, hidden=flip.ticket_id in hidden) for flip in flips.some],
        next=flips.next,
    )


def _flip(flip: Flip, *, hidden: bool) -> FlipSeen:
    number, ticket = (None, None) if hidden else (flip.number, flip.ticket_id)
    return FlipSeen(ticket_id=ticket, number=number, unit=flip.unit, a=_status(flip.a), b=_status(flip.b))


def _status(status: Status) -> StatusSeen:
    due = from_micros(status.due_at) if status.due_at is not None else None
    return StatusSeen(stands=status.stands, ground=status.ground, weight=weight_sum(status.weight), due_at=due)
