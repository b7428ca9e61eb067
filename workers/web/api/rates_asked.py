"""How rates are asked for over the interface."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, StringConstraints

from hotline.command import Moment, clean
from hotline.rates.question import Asked
from hotline.ticket.keeping_facts import Exclusion
from projections.rates_tickets import Part


def _written_out(given: Any) -> Any:
    """A day as it is written; pydantic alone would take any number for seconds since 1970."""
    if not isinstance(given, date) and not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", str(given), re.ASCII):
        raise ValueError("日期应写作 2026-03-02 / write a day as 2026-03-02")
    return given


Day = Annotated[date, BeforeValidator(_written_out)]
Word = Annotated[str, StringConstraints(max_length=64), AfterValidator(clean)]
Name = Annotated[str, StringConstraints(max_length=80)]


class OfWhom(BaseModel):
    """What is let through, by dimension: any of the values given; an empty one is what is not known."""

    model_config = {"extra": "forbid"}

    unit: list[Word] = Field(default=[], max_length=500)
    head: list[Word] = Field(default=[], max_length=500)
    category: list[Word] = Field(default=[], max_length=500)
    channel: list[Word] = Field(default=[], max_length=50)
    district: list[Word] = Field(default=[], max_length=500)
    source: list[Word] = Field(default=[], max_length=50)
    type: list[Word] = Field(default=[], max_length=50)
    tier: list[Word] = Field(default=[], max_length=50)
    urgency: list[Word] = Field(default=[], max_length=50)

    def filters(self) -> Mapping[str, tuple[str, ...]]:
        given = {name: tuple(getattr(self, name)) for name in OfWhom.model_fields}
        return MappingProxyType({name: values for name, values in given.items() if values})


class InPeriod(OfWhom):
    """A period of local days, both within it, and the moments it is looked at from."""

    start: Day = Field(alias="from", examples=["2026-01-01"])
    end: Day = Field(alias="to", examples=["2026-01-31"])
    as_of: Moment | None = Field(default=None, description="As it was known at that moment")
    happened_by: Moment | None = Field(default=None, description="As things stood at that moment")
    after_position: int | None = Field(default=None, ge=0, lt=2**62, description="Wait for this write to show")

    def asked(self, by: tuple[str, ...] = ()) -> Asked:
        """The question, not yet checked."""
        return Asked(self.start, self.end, by, self.filters(), self.as_of, self.happened_by)


class RatesQuery(InPeriod):
    """Which rate, or which formulas, split by what."""

    rate: Name | None = Field(default=None, description="Alone: all its variants side by side")
    formula: list[Name] = Field(default=[], max_length=20, description="`id`, or `id@version` whatever the day")
    by: list[Name] = Field(default=[], max_length=10, description="`month,unit`, or one at a time")

    @property
    def dimensions(self) -> tuple[str, ...]:
        return split(self.by)


class BehindQuery(InPeriod):
    """Which tickets of which formula."""

    formula: Name
    part: Part = "population"
    ground: Exclusion | None = Field(default=None, description="Of `part=excluded`: that ground alone")
    limit: int = Field(default=50, ge=1, le=200)
    after: str | None = Field(default=None, max_length=64, description="From the `Link` of the page before")


class Way(BaseModel):
    """One way to count."""

    model_config = {"extra": "forbid"}

    formula: Name
    as_of: Moment | None = None
    happened_by: Moment | None = None
    profile: Name | None = Field(
        default=None, description="Told under this profile's limits and calendar; else as recorded"
    )


class Comparison(OfWhom):
    """Two ways to count one period."""

    a: Way
    b: Way
    start: Day = Field(alias="from")
    end: Day = Field(alias="to")
    by: list[Name] = Field(default=["unit"], max_length=10)
    limit: int = Field(default=50, ge=0, le=200, description="How many flipped tickets to show")
    after: UUID | None = Field(default=None, description="`next` of the page before")

    def asked(self, way: Way) -> Asked:
        """One side's question, not yet checked."""
        return Asked(self.start, self.end, split(self.by), self.filters(), way.as_of, way.happened_by)


def split(by: list[str]) -> tuple[str, ...]:
    """Dimensions written one at a time or with commas between."""
    return tuple(name.strip() for each in by for name in each.split(",") if name.strip())
