"""How citizens and offices behave in a simulation: published mixes where there are any, our own guesses where not.

Shares are of 1. What is published names its source; every other number is ours and only has to be believable.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from random import Random
from typing import TypeVar

Kind = TypeVar("Kind")

TYPES = {"consult": 0.471, "help": 0.303, "suggestion": 0.148, "complaint": 0.046, "report": 0.007, "praise": 0.003, "other": 0.022}  # fmt: skip
"""One city's week 28 of 2024, n = 71,184: consult 47.1 %, help 30.3, suggestion 14.8, complaint/report 5.3 (split ours), praise 0.3."""

ANSWERED_ON_THE_LINE = {"consult": 0.94, "help": 0.40, "suggestion": 0.25, "other": 0.5, "praise": 0.9}
"""Of what is not urgent; together 52.7 % of all requests, as that week's report says. The split by type is ours."""

CAUSES = {"policy_limits": 0.2050, "recurring": 0.2051, "long_process": 0.1639, "overlapping_duties": 0.0679, "other": 0.3581}  # fmt: skip
"""Why callers were dissatisfied: one large city, a November, n = 6,479."""

RESOLUTION = {"resolved": 0.815, "explained": 0.12, "unresolved": 0.065}
"""One large city in 2021: resolution 93.53 %; how much of it is explanation is ours."""

SATISFIED = {"satisfied": 0.83, "basically": 0.11, "neutral": 0.06}
"""What a caller says whose matter was resolved or explained (ours; with `GRUMPY` it comes to that city's 94.98 %)."""

GRUMPY = 0.02
"""Share of those who are dissatisfied although the matter was settled."""

TELLS_ONLY = 0.2
"""Of what must go to other platforms: fire and medical matters, of which 119 and 120 are told (ours)."""

CHANNELS = {"phone": 0.72, "wechat": 0.10, "app": 0.07, "web": 0.05, "province": 0.03, "letter": 0.015, "police": 0.01, "visit": 0.005}  # fmt: skip

HOURS = (6, 4, 3, 2, 2, 4, 10, 24, 52, 84, 100, 78, 52, 58, 96, 92, 74, 60, 44, 38, 32, 24, 16, 10)
"""Calls by hour of the day; busy from 10 to 11 and from 14 to 15."""

DOMINATES = 20
"""Matters that 110 brings for each that goes there."""

DAY_OFF = 0.6
"""Calls on a day off against those on a working day."""

OPEN_HOURS_MEAN = {"consult": 900, "help": 1500, "suggestion": 1500, "complaint": 3200, "report": 3200, "praise": 400, "other": 1200}  # fmt: skip
"""Mean office minutes from signing to reply; with signing and review near the published 4.24 to 5.31 working days."""


@dataclass(frozen=True)
class Habits:
    """Everything that is not a mix by kind."""

    channels: Mapping[str, float] = field(default_factory=lambda: CHANNELS)
    second_matter: float = 0.04
    anonymous: float = 0.06
    confidential: float = 0.03
    minor: float = 0.004
    enterprise: float = 0.05
    on_behalf: float = 0.03
    no_callback: float = 0.04
    preferences: Mapping[str, float] = field(default_factory=lambda: {"voice": 0.86, "text": 0.11, "none": 0.03})
    nuisance: float = 0.02
    repeat_offender: float = 0.6
    state_secret: float = 0.001
    about_team: float = 0.003
    ordered: float = 0.006
    """Instruction and inspection orders."""
    accuses: float = 0.4
    """Share of reports that name a unit."""
    referred: float = 0.02
    explained: float = 0.008
    asks_first: float = 0.015
    """Share of intakes at which the operator must ask for more."""
    missed: float = 0.03
    """Share of calls that were missed at the first try; twice as many in the busiest hours, below the published duty of 95 %."""
    answered_late: float = 0.05
    recorded: float = 0.1
    """Share of calls of whose end and recording the exchange tells."""
    missed_reached: float = 0.8
    forgotten: float = 0.5
    """Of the others: those that nobody called back."""
    asks_expert: float = 0.35
    """Share of questions in an expert's subject that the operator cannot answer, or goes to ask about anyway (ours)."""
    asks_in_vain: float = 0.4
    """Of these, at hours at which operators know that hardly anybody sits there."""
    needs_expert_no_more: float = 0.03
    expert_absent: float = 0.06
    expert_declines: float = 0.04
    expert_lets_pass: float = 0.08
    expert_gives_back: float = 0.04
    expert_promises: float = 0.08
    """With these, and the hours at which nobody sits there, not far from the one published share of questions answered
    instantly: one enterprise line in Jiangsu, first month, 64.3 % of 20,192."""
    writes_back: float = 0.5
    """Of answers in a category nobody has written about yet."""
    to_police: float = 0.0005
    """Share of requests that must go to 110, 119 or 120; a twentieth of what comes from 110 (`CHANNELS`), as published:
    Jingjiang in a year 2,514 against 110, another city's first month 1,120 against 99."""
    danger: float = 0.15
    follows_up: float = 0.15
    late_to_answer: float = 0.12
    """Of offers: those that the other side has not acknowledged within the profile's wait."""
    disputes: float = 0.07
    recalls: float = 0.04
    crosses: float = 0.01
    returned: float = 0.03
    feeds_back: float = 0.4
    answers_question: float = 0.7
    urges: float = 0.09
    urges_again: float = 0.25
    withdraws: float = 0.012
    adds_unasked: float = 0.02
    rates_online: float = 0.05
    wrong_unit: float = 0.09
    co_handlers: float = 0.10
    returns_if_wrong: float = 0.9
    returns_if_right: float = 0.015
    insists: float = 0.3
    """Share of units that ask again after a refused return."""
    redispatch: float = 0.05
    signs_late: float = 0.06
    reached: float = 0.85
    passes_down: float = 0.18
    asks_more: float = 0.03
    extends: float = 0.05
    granted: float = 0.85
    defers: float = 0.01
    approved: float = 0.7
    late: float = 0.04
    claims_resolved: float = 0.9
    unmasks: float = 0.03
    notes: float = 0.03
    rejected: float = 0.07
    inspected: float = 0.06
    """Share of leads' replies that somebody goes to see for himself; some are looked at again."""
    inspected_again: float = 0.1
    found_resolved: float = 0.75
    """Of what is inspected; less than is claimed."""
    answers_voice: float = 0.72
    answers_text: float = 0.45
    rework: float = 0.6
    explains_result: float = 0.25
    carded: float = 0.004
    escalated: float = 0.002
    reopens_happy: float = 0.004
    reopens_unhappy: float = 0.12
    excluded: float = 0.01
    included_again: float = 0.25


def pick(rng: Random, shares: Mapping[Kind, float]) -> Kind:
    """One kind by its share; shares need not add up to 1."""
    return rng.choices(list(shares), list(shares.values()))[0]


def with_shares(experts: float | None, police: float | None) -> Habits:
    """Habits with other shares of what goes to experts, and of what comes from 110; each None stays as it is."""
    found = Habits()
    if experts is not None:
        found = replace(found, asks_expert=experts)
    if police is not None:
        channels = {
            **CHANNELS,
            "police": police * sum(n for name, n in CHANNELS.items() if name != "police") / max(1 - police, 1e-9),
        }
        found = replace(found, channels=channels, to_police=police / DOMINATES)
    return found
