"""What a profile says of other platforms: who they are, how they are told, how long is waited, and whose a matter is.

The boundary between 12345 and 110 is published (国办发〔2022〕12号); waits and counts are ours and stand in the profiles as
such. Boundary rules decide nothing: they are shown to the person who decides, each with its reason and source.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, Any, Literal, get_args

from pydantic import Field

from hotline.counting import Limit
from hotline.rules.parts import Match, Words
from hotline.rules.written import TYPES, URGENCIES, Count, Part, Slug, Text, WrittenLimit

Danger = Literal[
    "crime", "public_order", "traffic", "mass_incident", "facility_danger", "life_danger", "police_misconduct",
    "fire", "medical", "instability", "civil_dispute",
]  # fmt: skip
"""What an operator notices about a matter and ticks: what the boundary between platforms is drawn by."""
DANGERS: tuple[Danger, ...] = get_args(Danger)
Channel = Literal["phone", "web", "letter", "province", "police"]


class Line(Part):
    """Another platform. To a two-way one custody can pass; one that is only told (`tell_and_keep`) never holds a matter
    of ours. `channel` is that of a ticket that comes from it."""

    name: Words
    kind: Literal["two_way", "tell_and_keep"]
    link: Literal["http", "nats", "none"]
    channel: Channel = "phone"


class Waits(Part):
    """How long an offer may go without a sign that it was received, by the way it was made: a call put through, an urgent
    push, an ordinary push. The first two alarm again and again, each time after twice the wait and at most after `again`;
    the last goes to the daily list. What lies before our own people may go unanswered for as long, and then alarms once."""

    voice: WrittenLimit
    urgent: WrittenLimit
    ordinary: WrittenLimit
    again: WrittenLimit


class PlatformRule(Part):
    """Other platforms, as one profile has them. `own` is our name on every link: it must not change while matters are
    under way. `undecided` is how long platforms may disagree before the one that received a matter first has it."""

    own: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$")]
    ping_pong: Count
    undecided: WrittenLimit
    no_result: WrittenLimit
    """How long we wait for the result of what another platform holds before somebody asks."""
    unaccepted: WrittenLimit
    """How long the words of what another platform offered us are kept while we have not accepted it."""
    waits: Waits
    lines: dict[Slug, Line]

    def wait(self, way: str, urgency: str, danger: bool, alarms: int = 0) -> Limit:
        """How long to wait for an offer to be received, after so many alarms about it."""
        if way == "push" and urgency == "normal" and not danger:
            return self.waits.ordinary
        first = self.waits.urgent if way == "push" else self.waits.voice
        return doubled(first, alarms, self.waits.again)

    def listed(self, way: str, urgency: str, danger: bool) -> bool:
        """Whether an offer nobody has received goes to the daily list instead of alarming."""
        return way == "push" and urgency == "normal" and not danger


class BoundaryRule(Match):
    """Whose such a matter is: it holds when all of `signs` were noticed, for the types and categories it fits."""

    id: Slug
    signs: tuple[Danger, ...] = ()
    owner: Slug
    at_once: bool = False
    """Whether the owner must be told before anything else is done, and disagreed with later."""
    reason: Words
    source: Text

    def holds(self, type_: str | None, urgency: str, category: tuple[str, ...], signs: frozenset[str]) -> bool:
        return self.fits(type_, urgency, category) and signs >= set(self.signs)


US = "12345"
"""How a boundary rule names ourselves."""


def doubled(first: Limit, times: int, most: Limit) -> Limit:
    """A wait doubled so many times, in seconds, and never longer than `most`."""
    longest, amount = seconds(most), seconds(first)
    for _ in range(times):
        if amount >= longest:
            break
        amount *= 2
    return Limit(amount=min(amount, max(longest, seconds(first))), unit="seconds")


def seconds(limit: Limit) -> int:
    """A limit in natural time, in seconds."""
    return limit.amount * int(timedelta(**{limit.unit: 1}).total_seconds())


def mistakes(
    rule: PlatformRule, boundary: tuple[BoundaryRule, ...], categories: set[str]
) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """What the form cannot see, as (code of the finding, where, details)."""
    waits = {"voice": rule.waits.voice, "urgent": rule.waits.urgent, "again": rule.waits.again}
    for name, limit in waits.items():
        if limit.unit not in ("seconds", "minutes", "hours"):
            yield "wait_in_days", f"platforms.waits.{name}", {"name": name}
        elif limit.amount == 0:
            yield "wait_of_nothing", f"platforms.waits.{name}", {"name": name}
    if rule.unaccepted.amount == 0:
        yield "wait_of_nothing", "platforms.unaccepted", {"name": "unaccepted"}
    if rule.own in rule.lines:
        yield "own_line", f"platforms.lines.{rule.own}", {"name": rule.own}
    known = (US, *rule.lines)
    for row in boundary:
        if row.owner not in known:
            yield "unknown_platform", f"boundary[{row.id}].owner", {"name": row.owner, "known": " ".join(known)}
        for code in row.categories:
            if code not in categories:
                yield "unknown_category", f"boundary[{row.id}].categories", {"code": code}
        if not row.signs and not row.categories and row.types == TYPES and row.urgencies == URGENCIES:
            yield "boundary_of_nothing", f"boundary[{row.id}]", {"id": row.id}
