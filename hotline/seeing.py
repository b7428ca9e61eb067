"""Who may see which ticket, and how much of it.

Out of scope means: it is not there.  In scope, handlers read the text with persons and numbers redacted and always
see the place of the problem; who called, and the unredacted text, need a reason that is recorded and runs out.  Operators
read the text without one, but for that of a protected caller which another took down.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal, Protocol

from hotline.facts import Actor, Role
from hotline.rules import Rules

EVERYWHERE = frozenset(
    {
        Role.OPERATOR,
        Role.DISPATCHER,
        Role.REVIEWER,
        Role.SUPERVISOR,
        Role.LEADER,
        Role.AUDITOR,
        Role.ANALYST,
        Role.SYSTEM,
    }
)
"""Roles whose scope is the whole city, or the unit or district their account is limited to."""

TextShown = Literal["full", "redacted", "hidden"]
CallerShown = Literal["full", "masked", "hidden"]


class Seen(Protocol):
    """What of a ticket decides who sees it."""

    @property
    def type(self) -> str | None: ...
    @property
    def confidential(self) -> bool: ...
    @property
    def about_team(self) -> str | None: ...
    @property
    def accused_unit(self) -> str | None: ...
    @property
    def district(self) -> str | None: ...
    @property
    def units(self) -> Collection[str]:
        """Units with a part in it that they did not lose by return, adjudication or redispatch."""


class Looked(Seen, Protocol):
    """What decides besides whether it is looked into at all."""

    @property
    def restricted(self) -> bool: ...
    @property
    def erased(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Scope:
    """The tickets an actor sees, as a query can use it.  ``units`` None means not limited by unit."""

    units: frozenset[str] | None
    district: str | None
    not_about: str | None
    never_accused: frozenset[str]
    """Reports that accuse one of these units are not there."""

    @property
    def empty(self) -> bool:
        return self.units is not None and not self.units


NOTHING = Scope(units=frozenset(), district=None, not_about=None, never_accused=frozenset())


@dataclass(frozen=True, slots=True)
class Limits:
    """Where an account ends, whatever its role: in its tickets and in every figure counted from them.  None is no limit."""

    units: frozenset[str] | None
    """The account's unit and those below it."""
    district: str | None


def limits_of(actor: Actor, rules: Rules) -> Limits:
    """The limits of an account.  A unit that the profile no longer knows has none below it."""
    units = None
    if actor.unit is not None:
        known = actor.unit in rules.units
        units = frozenset({actor.unit, *(u for u in rules.units if known and rules.is_below(u, actor.unit))})
    return Limits(units, actor.district)


def scope_of(actor: Actor, rules: Rules) -> Scope:
    """What this actor may see at all.  Of a report of misconduct nobody of the accused unit or of one below it knows, in whatever
    role (信访工作条例 46(5)); so who is of a unit that the profile no longer places sees nothing."""
    limits, unit = limits_of(actor, rules), actor.unit
    if actor.role not in EVERYWHERE and (actor.role is not Role.UNIT_CLERK or unit is None):
        return NOTHING
    if unit is not None and unit not in rules.units:
        return NOTHING
    accused = frozenset[str]() if unit is None else frozenset({unit, *(u.id for u in rules.above(unit))})
    return Scope(units=limits.units, district=limits.district, not_about=actor.team, never_accused=accused)


def sees(scope: Scope, ticket: Seen) -> bool:
    """Whether a ticket lies in a scope: the same answer as the query gives."""
    if scope.units is not None and scope.units.isdisjoint(ticket.units):
        return False
    if scope.district is not None and ticket.district != scope.district:
        return False
    if scope.not_about is not None and ticket.about_team == scope.not_about:
        return False
    return not (ticket.type == "report" and ticket.accused_unit in scope.never_accused)


def knows(actor: Actor, rules: Rules, ticket: Seen | None) -> bool:
    """Whether somebody may know of a ticket, and of what is about it; of none there is nothing to know."""
    return ticket is not None and sees(scope_of(actor, rules), ticket)


def knows_question(actor: Actor, rules: Rules, seat: str | None, ticket: Seen | None) -> bool:
    """Whether somebody may know of a question to the expert seats: an expert of what lies, or lay, at his own ``seat``, others of
    what is about tickets in their scope."""
    return seat == actor.id if actor.role is Role.EXPERT else knows(actor, rules, ticket)


def shown_at_a_ring(actor: Actor, rules: Rules, ticket: Looked | None) -> bool:
    """Whether an earlier ticket is shown when its caller's number rings: what is only stored, or erased, is not."""
    return ticket is not None and not ticket.restricted and not ticket.erased and knows(actor, rules, ticket)


def protected(ticket: Seen) -> bool:
    """Whether its caller asked that nobody learn of him, or reports misconduct: then nobody reads of him without a reason."""
    return ticket.confidential or ticket.type == "report"


def text_shown(actor: Actor, ticket: Seen, *, unmasked: bool, by: str) -> TextShown:
    """How the words of the caller are shown.  Operators read them whole, since the caller may ring again and they are asked; those
    of a protected one only the operator who took it down, whose account is ``by``."""
    if actor.role is Role.ANALYST:
        return "hidden"
    if unmasked or (actor.role is Role.OPERATOR and (not protected(ticket) or by == actor.id)):
        return "full"
    return "redacted"


def file_shown(actor: Actor, ticket: Seen, *, text: TextShown, by: str) -> bool:
    """Whether a photo or document is shown.  Nothing in it can be covered: where the caller is protected it takes what
    his unredacted words take, ``text``.  ``by`` is the account that added it, which may always see it."""
    if actor.role is Role.ANALYST:
        return False
    return not protected(ticket) or by == actor.id or text == "full"


def caller_shown(actor: Actor, ticket: Seen, *, unmasked: bool) -> CallerShown:
    """How the caller's name and number are shown."""
    if unmasked:
        return "full"
    return "masked" if actor.role is Role.OPERATOR and not protected(ticket) else "hidden"
