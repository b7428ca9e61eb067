"""Who works at the hotline and in the units. A ticket about a team is never given to somebody of that team."""

from __future__ import annotations

from dataclasses import dataclass

from hotline.facts import Actor, Role
from hotline.rules import Rules
from workers.simulate.case import Case

CITIZEN = Actor(id="citizen", role=Role.CITIZEN)
LEADER = Actor(id="leader-1", role=Role.LEADER)
SUPERVISOR = Actor(id="supervisor-1", role=Role.SUPERVISOR)

_AT_WORK: tuple[tuple[Role, int, str], ...] = (
    (Role.OPERATOR, 16, "intake-day"),
    (Role.OPERATOR, 8, "intake-night"),
    (Role.DISPATCHER, 4, "dispatch"),
    (Role.REVIEWER, 6, "review"),
    (Role.SUPERVISOR, 2, "supervision"),
)


@dataclass(frozen=True)
class Staff:
    """The accounts by role; teams as far as the profile has them."""

    by_role: dict[Role, tuple[Actor, ...]]

    def any(self, role: Role, case: Case) -> Actor:
        """Somebody of that role who may act on this case; a supervisor where the whole team is barred."""
        barred = case.about_team
        fit = [a for a in self.by_role[role] if barred is None or a.team != barred]
        return case.rng.choice(fit or self.by_role[Role.SUPERVISOR])

    def other(self, than: Actor) -> Actor:
        """Somebody else with a supervisor's rights: who approves."""
        return next(a for a in self.by_role[Role.SUPERVISOR] if a.id != than.id)


def staff(rules: Rules) -> Staff:
    """Everybody at the hotline under these rules."""
    found: dict[Role, tuple[Actor, ...]] = {}
    for role, heads, team in _AT_WORK:
        known = team if team in rules.teams else None
        start = len(found.get(role, ()))
        new = tuple(Actor(id=f"{role}-{start + n}", role=role, team=known) for n in range(1, heads + 1))
        found[role] = found.get(role, ()) + new
    return Staff(found)


def clerk(unit: str) -> Actor:
    """The one who works through a unit's tray."""
    return Actor(id=f"{unit}-1", role=Role.UNIT_CLERK, unit=unit)
