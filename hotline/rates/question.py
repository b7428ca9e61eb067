"""What somebody wants to know: a period, how to split it, of whom, and as of which moments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from types import MappingProxyType

from hotline.command import Refused
from hotline.rates.fields import DIMENSIONS, TIMES
from hotline.rates.outcome import FACETS
from hotline.two_times import come

MOST_DIMENSIONS = 2
"""(ours) More can neither be shown in a table nor be kept apart in a chart."""
MOST_DAYS = 366 * 30
"""The longest period (ours)."""

Filters = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Asked:
    """A question about a rate, without the formula.  ``start`` and ``end`` are local days, both within the period."""

    start: date
    end: date
    by: tuple[str, ...] = ()
    filters: Filters = field(default_factory=lambda: MappingProxyType({}))
    """Dimension to the values let through, any of them; the empty word is what is not known."""
    as_of: datetime | None = None
    happened_by: datetime | None = None

    @property
    def moved(self) -> bool:
        """Whether it is about an earlier state than the present one."""
        return self.as_of is not None or self.happened_by is not None

    def checked(self, now: datetime, zone: tzinfo) -> Asked:
        """Itself, if it can be answered.

        Raises Refused ``period_reversed``, ``period_in_future``, ``period_too_long``, ``moment_in_future``,
        ``unknown_dimension``, ``too_many_dimensions``, ``unknown_filter_value``.
        """
        _dimensions(self.by)
        _filters(self.filters)
        come(now, as_of=self.as_of, happened_by=self.happened_by)
        if self.end < self.start:
            raise Refused("period_reversed", start=self.start, end=self.end)
        if (self.end - self.start).days > MOST_DAYS:
            raise Refused("period_too_long", days=MOST_DAYS)
        known = min(moment for moment in (now, self.as_of, self.happened_by) if moment is not None)
        if self.start > known.astimezone(zone).date():
            raise Refused("period_in_future", start=self.start, today=known.astimezone(zone).date())
        return self


def _dimensions(by: Sequence[str]) -> None:
    for name in by:
        if name not in DIMENSIONS:
            raise Refused("unknown_dimension", name=name[:40], known=" ".join(DIMENSIONS))
    if len(by) > MOST_DIMENSIONS or len(set(by)) < len(by) or set(by) >= set(TIMES):
        raise Refused("too_many_dimensions", most=MOST_DIMENSIONS)


def _filters(filters: Filters) -> None:
    for name, values in filters.items():
        if name not in DIMENSIONS or name in TIMES:
            raise Refused("unknown_dimension", name=name[:40], known=" ".join(d for d in DIMENSIONS if d not in TIMES))
        if name in FACETS and (unknown := [value for value in values if value and value not in FACETS[name].values]):
            known = " ".join(FACETS[name].values)
            raise Refused("unknown_filter_value", name=name, value=unknown[0][:40], known=known)
