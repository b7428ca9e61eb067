"""Who may see which ticket, and how much of it.

Out of scope means: it is not there.  In scope, handlers read the text with persons and numbers redacted and always
see the place of the problem; who called, and the unredacted text, need a reason that is recorded and runs out.
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
"""Roles whose scope is the whole city, or the one district their account names."""

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


def scope_of(actor: Actor, rules: Rules) -> Scope:
    """What this actor may see at all.  A unit sees its own tickets and those of the units below it."""
    if actor.role in EVERYWHERE:
        return Scope(units=None, district=actor.district, not_about=actor.team, never_accused=frozenset())
    unit = actor.unit
    if actor.role is Role.UNIT_CLERK and unit is not None and unit in rules.units:
        below = {u for u in rules.units if rules.is_below(u, unit)}
        over = {u.id for u in rules.above(unit)}
        return Scope(
            units=frozenset({unit, *below}), district=None, not_about=None, never_accused=frozenset({unit, *over})
        )
    return NOTHING


def sees(scope: Scope, ticket: Seen) -> bool:
    """Whether a ticket lies in a scope: the same answer as the query gives."""
    if scope.units is not None and scope.units.isdisjoint(ticket.units):
        return False
    if scope.district is not None and ticket.district != scope.district:
        return False
    if scope.not_about is not None and ticket.about_team == scope.not_about:
        return False
    return not (ticket.type == "report" and ticket.accused_unit in scope.never_accused)


def text_shown(actor: Actor, ticket: Seen, *, unmasked: bool) -> TextShown:
    """How the words of the caller are shown.  The operator who wrote them down reads them whole."""
    if actor.role is Role.ANALYST:
        return "hidden"
    if actor.role is Role.OPERATOR or unmasked:
        return "full"
    return "redacted"


def file_shown(actor: Actor, ticket: Seen, *, unmasked: bool, by: str) -> bool:
    """Whether a photo or document is shown.  Nothing in it can be covered: where the caller is protected it takes what
    his unredacted words take.  ``by`` is the account that added it, which may always see it."""
    if actor.role is Role.ANALYST:
        return False
    protected = ticket.confidential or ticket.type == "report"
    return not protected or by == actor.id or text_shown(actor, ticket, unmasked=unmasked) == "full"


def caller_shown(actor: Actor, ticket: Seen, *, unmasked: bool) -> CallerShown:
    """How the caller's name and number are shown."""
    if unmasked:
        return "full"
    protected = ticket.confidential or ticket.type == "report"
    return "masked" if actor.role is Role.OPERATOR and not protected else "hidden"
