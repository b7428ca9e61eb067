"""What one ticket, or one telephone call, came to: the only thing a rate is ever computed from.

An outcome is short on purpose.  Most of it are *facets*: fields with a handful of values each, packed into one number, so that
a year of a large city can be counted without reading words.  The order of a facet's values is how they are stored and never
changes; new ones are put at the end.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import get_args

from hotline.ticket.fact import Channel, Dissatisfaction, Outcome, Resolution, Satisfaction, Type, Urgency
from hotline.ticket.keeping_facts import Exclusion

NONE = "none"
"""A facet of which there is nothing to say."""
NOT_ASKED, SILENT = "not_asked", "silent"
"""The caller was never asked; was asked and has not answered."""


@dataclass(frozen=True, slots=True)
class Facet:
    """A field with few values.  ``shift`` and ``bits`` are its place in the packed number; a ``mask`` facet holds any number
    of its values at once, one bit for each."""

    name: str
    values: tuple[str, ...]
    shift: int
    bits: int
    mask: bool = False

    @property
    def every_bit(self) -> int:
        """All the bits it has in the packed number."""
        return ((1 << self.bits) - 1) << self.shift

    def pack(self, value: str | frozenset[str]) -> int:
        """The value in its place.  Raises ValueError for a value the facet does not have."""
        if isinstance(value, str):
            return self.values.index(value) << self.shift
        return sum(1 << self.values.index(one) for one in value) << self.shift

    def unpack(self, packed: int) -> str | frozenset[str]:
        """The value in a packed number."""
        code = (packed >> self.shift) & ((1 << self.bits) - 1)
        if self.mask:
            return frozenset(value for nth, value in enumerate(self.values) if code >> nth & 1)
        return self.values[code]


def _placed() -> Iterator[Facet]:
    shift = 0
    for name, values, bits, mask in (
        ("ended", (NONE, "closed", "withdrawn", "voided"), 3, False),
        ("outcome", (NONE, *get_args(Outcome)), 4, False),
        ("direct", ("no", "yes"), 1, False),
        ("contacted", (NOT_ASKED, SILENT, "yes", "no"), 3, False),
        ("resolved", (NOT_ASKED, SILENT, *get_args(Resolution)), 3, False),
        ("satisfied", (NOT_ASKED, SILENT, *get_args(Satisfaction)), 3, False),
        ("cause", (NONE, *get_args(Dissatisfaction)), 4, False),
        ("claimed", (NONE, *get_args(Resolution)), 3, False),
        ("inspected", (NONE, *get_args(Resolution)), 3, False),
        ("on_time", (NONE, "pending", "kept", "late"), 2, False),
        ("excluded", get_args(Exclusion), 10, True),
        ("answered_call", ("no", "yes"), 1, False),
        ("waited", (NONE, "5", "10", "15", "20", "30", "60", "longer"), 4, False),
        ("type", (NONE, *get_args(Type)), 4, False),
        ("urgency", (NONE, *get_args(Urgency)), 2, False),
        ("channel", (NONE, *get_args(Channel)), 5, False),
        ("source", (NONE, "citizen", "instruction", "province"), 3, False),
    ):
        yield Facet(name, values, shift, bits, mask)
        shift += bits


FACETS: Mapping[str, Facet] = MappingProxyType({facet.name: facet for facet in _placed()})
"""``waited``: at most so many seconds between ringing and answer.  ``direct``: answered on the line, without any dispatch.
``on_time``: whether the lead replied by the citizen's due time; ``pending`` while neither is certain, and none where something
else ended the ticket before the due.  ``contacted``, ``resolved``, ``satisfied``: the caller's last answer to each, ``cause``
that of the last dissatisfied one; silent where he was to be asked, or was tried in vain.  ``claimed`` is what the lead's last
reply says, ``resolved`` what the caller says, ``inspected`` what an inspector found last."""


@dataclass(frozen=True, slots=True)
class Aspect:
    """What one kind of formula looks at together: sums are kept aspect by aspect, because a sum over all facets at once would
    have nearly as many lines as there are tickets."""

    of: str
    cohort: str
    """The date that puts a ticket into a period: received, closed or due."""
    facets: tuple[str, ...]

    @property
    def mask(self) -> int:
        """The bits of its facets."""
        return sum(FACETS[name].every_bit for name in self.facets)


ASPECTS: Mapping[str, Aspect] = MappingProxyType(
    {
        "intake": Aspect("ticket", "received", ("ended", "excluded", "outcome", "direct")),
        "calls": Aspect("call", "received", ("answered_call", "waited")),
        "satisfaction": Aspect("ticket", "closed", ("ended", "excluded", "contacted", "satisfied", "cause")),
        "resolution": Aspect("ticket", "closed", ("ended", "excluded", "resolved", "claimed", "inspected")),
        "punctuality": Aspect("ticket", "due", ("ended", "excluded", "on_time")),
    }
)
"""A formula that looks at nothing beyond one of them can be computed from sums."""


def pack(values: Mapping[str, str | frozenset[str]]) -> int:
    """Facets as one number; a facet not named has its first value, or none.  Raises KeyError, ValueError."""
    return sum(FACETS[name].pack(value) for name, value in values.items())


def unpack(packed: int) -> dict[str, str | frozenset[str]]:
    """Every facet of a packed number."""
    return {name: facet.unpack(packed) for name, facet in FACETS.items()}


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    """One ticket (``kind`` ticket) or telephone call (``call``) as it stood at some moment.

    Moments are microseconds since 1970, days are counted from 1970-01-01 in local time; None where it has not come to that.
    They are those at which it was recorded, but for calls and ``contacted_at``, which are when it was so.
    ``received_*`` of a call is when it rang: one of whose ringing nothing was told has no row.  ``closed_*`` is any end,
    withdrawn and void ones too.  ``due_*`` is the citizen's due, extensions included; one at
    24:00 is of the day that it ends.  ``unit`` is the lead that answers, or
    answered last, for the ticket, ``co_units`` those beside it; a part that was given back or taken away counts for neither.
    """

    kind: str
    number: str | None
    facets: int
    unit: str | None
    tier: str | None
    co_units: tuple[str, ...]
    category: str | None
    """The lowest level chosen, as ``head.leaf``; ``head`` is what comes before the dot."""
    head: str | None
    district: str | None
    received_at: int
    dispatched_at: int | None
    contacted_at: int | None
    """The first time a unit reached the caller."""
    replied_at: int | None
    """The lead's reply that stopped the citizen's clock: not one that review sent back, nor one after a rework."""
    closed_at: int | None
    due_at: int | None
    received_day: int
    closed_day: int | None
    due_day: int | None
    reworks: int
    returns: int
    """Returns that were asked for, by any unit."""
    extensions: int
    urges: int
    answers: int
    """How often the caller has answered; the last answer to each question counts."""

    def facet(self, name: str) -> str | frozenset[str]:
        """One facet's value.  Raises KeyError."""
        return FACETS[name].unpack(self.facets)
