"""What all commands on a ticket share: who may act on it, and how its clocks are moved."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar

from hotline import clocks
from hotline.clocks import Reading
from hotline.command import Command, Desk, Refused, To
from hotline.counting import Limit
from hotline.facts import Actor, Fact, Role
from hotline.rules import Rules
from hotline.ticket.facts import NewAssignment
from hotline.ticket.ticket import Assignment, Part, State, Ticket

CENTRE = frozenset({Role.DISPATCHER, Role.SUPERVISOR})
ON_THE_LINE = frozenset({Role.OPERATOR, Role.SUPERVISOR})
REVIEWING = frozenset({Role.REVIEWER, Role.SUPERVISOR})
UNIT = frozenset({Role.UNIT_CLERK})


class TicketCommand(Command):
    """A command on a ticket that exists, in one of ``STATES`` (any state when empty)."""

    STATES: ClassVar[frozenset[State]] = frozenset()
    REFUSAL: ClassVar[str] = "not_now"
    """The code of the refusal when the ticket is in no state for this."""
    DECIDES: ClassVar[bool] = True
    """Whether it decides something about the ticket: who does so must have seen it as it stands, and names its version."""

    @classmethod
    def guard(cls, state: Ticket | None, desk: Desk) -> None:
        ticket = known(state)
        if desk.by.role not in cls.ROLES:
            raise Refused("wrong_role", action=cls.ACTION, role=desk.by.role.value)
        if ticket.about_team is not None and ticket.about_team == desk.by.team:
            raise Refused("own_team")
        if ticket.erased and cls.ACTION not in COUNTING:
            raise Refused("erased")
        if ticket.restricted and cls.ACTION not in KEEPING:
            raise Refused("store_only")
        if ticket.handed is not None and ticket.handed.binds and cls.ACTION not in MEANWHILE:
            raise Refused("with_other_platform", platform=ticket.handed.platform)
        if cls.STATES and ticket.state not in cls.STATES:
            raise Refused(cls.REFUSAL, state=ticket.state.value)
        cls.check(ticket, desk)

    @classmethod
    def check(cls, ticket: Ticket, desk: Desk) -> None:
        """What else must hold whatever the details.  Raises Refused."""


COUNTING = frozenset({"include", "exclude", "ring", "confirm-dues"})
"""What may still be done to a ticket whose words are gone: it still counts."""
KEEPING = COUNTING | {"hold", "release-hold", "erase", "approve-erasure", "refuse-erasure"}
"""What may still be done to a ticket that is stored only."""


MEANWHILE = KEEPING | {"attach", "escalate", "hand-off", "note", "supervise", "supplement", "unmask", "urge"}
"""What may be done to a ticket while the matter is offered to, or held by, another platform: two must not work on one."""


class PartCommand(TicketCommand):
    """A command on one unit's part; without ``assignment`` it is the part of the actor's own unit."""

    PARTS: ClassVar[tuple[Part, ...]] = ()
    assignment: str | None = None

    @classmethod
    def check(cls, ticket: Ticket, desk: Desk) -> None:
        if not cls.choices(ticket, desk.by):
            raise Refused("no_such_part", action=cls.ACTION)

    @classmethod
    def suits(cls, part: Assignment) -> bool:
        """Whether this part is in a state for this command."""
        return part.state in cls.PARTS

    @classmethod
    def choices(cls, ticket: Ticket, by: Actor) -> tuple[Assignment, ...]:
        """The parts this actor could do this to."""
        own = by.role is Role.UNIT_CLERK
        return tuple(a for a in ticket.parts() if cls.suits(a) and (not own or a.unit == by.unit))

    def part(self, ticket: Ticket, desk: Desk) -> Assignment:
        """The part meant.  Raises Refused when it is not this actor's, or not clear."""
        found = self.choices(ticket, desk.by)
        if self.assignment is not None:
            found = tuple(a for a in found if a.id == self.assignment)
        if not found:
            raise Refused("no_such_part", action=self.ACTION)
        if len(found) > 1:
            raise Refused("which_part", parts="、".join(a.id for a in found))
        return found[0]


def refuse_strangers(ticket: Ticket, desk: Desk) -> None:
    """A clerk may do this only to a ticket that his unit, or one below it, has a part in.  Raises Refused."""
    if desk.by.role is not Role.UNIT_CLERK:
        return
    unit, units = desk.by.unit or "", desk.rules.units
    if unit not in units or not any(u == unit or (u in units and desk.rules.is_below(u, unit)) for u in ticket.units):
        raise Refused("not_found")


def known(ticket: Ticket | None) -> Ticket:
    if ticket is None:
        raise Refused("not_found")
    return ticket


# -- clocks ----------------------------------------------------------------------------------------------------
def limit_of(rules: Rules, ticket: Ticket | None, clock: str) -> Limit | None:
    """The limit that rules give a clock of this name when it begins; None where they set none.  ``ticket`` is None while
    there is nothing yet to tell matters apart by."""
    kind = clock.partition(":")[0]
    type_ = ticket.type if ticket else None
    urgency, category = (ticket.urgency, ticket.category) if ticket else ("normal", ())
    match kind:
        case "citizen":
            return rules.policy_limit(type_, urgency=urgency, category=category)
        case "unit":
            return rules.unit_limit(type_, urgency=urgency, category=category)
        case _:
            return rules.small_limit(kind, urgency=urgency, category=category, type=type_)


def start(desk: Desk, ticket: Ticket | None, *names: str) -> Iterator[Reading]:
    """The clocks that begin now; a limit the profile does not set starts none."""
    for name in names:
        limit = limit_of(desk.rules, ticket, name)
        if limit is not None:
            yield clocks.start(name, limit, desk.at, desk.calendar, desk.plan(name))


def stop(desk: Desk, ticket: Ticket, *names: str) -> Iterator[Reading]:
    """The named clocks, stopped, where they have not stopped already."""
    for name in names:
        reading = ticket.clock(name)
        if reading is not None and not reading.stopped:
            yield clocks.stop(reading, desk.at)


def stop_all(desk: Desk, ticket: Ticket, *, but: Iterable[str] = ()) -> Iterator[Reading]:
    """Every clock that has not stopped, stopped."""
    left = set(but)
    yield from stop(desk, ticket, *(name for name in ticket.clocks if name not in left))


def stop_parts(desk: Desk, ticket: Ticket, parts: Iterable[str]) -> Iterator[Reading]:
    """Every clock of the given parts, stopped."""
    ended = set(parts)
    yield from stop(desk, ticket, *(r.clock for r in ticket.clocks.values() if r.assignment in ended))


PAUSED_WHILE_WAITING = (
    "dispatch",
    "citizen",
    "unit",
    "sign",
    "first_contact",
    "return_request",
    "rework",
    "rework_contact",
    "adjudication",
    "extension_decision",
    "expert",
)
"""Clocks that stand still while we wait for the caller or the matter is deferred; the statutory one never does."""


def pause(desk: Desk, ticket: Ticket) -> Iterator[Reading]:
    for reading in ticket.running(*PAUSED_WHILE_WAITING):
        yield clocks.pause(reading, desk.at)


def resume(desk: Desk, ticket: Ticket) -> Iterator[Reading]:
    for reading in ticket.clocks.values():
        if reading.paused and reading.kind in PAUSED_WHILE_WAITING:
            yield go_on(desk, ticket, reading)


def go_on(desk: Desk, ticket: Ticket, reading: Reading) -> Reading:
    """The clock running again.  What has rung on it does not ring a second time."""
    return silenced(ticket, clocks.resume(reading, desk.at, desk.calendar, desk.plan(reading.clock)))


def silenced(ticket: Ticket, reading: Reading) -> Reading:
    """The reading with only those alarms that have not rung."""
    left = {level: at for level, at in reading.alarms.items() if (reading.clock, level) not in ticket.rung}
    return reading.model_copy(update={"alarms": left})


def part_clocks(desk: Desk, ticket: Ticket, part: NewAssignment) -> Iterator[Reading]:
    """The clocks of one part from its dispatch: sign, first contact, the time to return it, and the unit's own."""
    yield from start(
        desk, ticket, *(f"{kind}:{part.id}" for kind in ("sign", "first_contact", "return_request", "unit"))
    )


def next_part(ticket: Ticket, nth: int = 0) -> str:
    return f"a{len(ticket.assignments) + nth + 1}"


Facts = Iterator[Fact | To]
