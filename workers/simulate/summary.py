"""The summary of a simulation, as a table for people and as JSON for programs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.table import Table

from hotline import texts
from workers.simulate.tally import Tally

GROUPS = (
    "intake", "call", "type", "channel", "reading", "line", "consult", "depth", "unavailable", "promise", "knowledge", "seat", "given", "part", "unit", "return", "more_time", "supplement", "review",
    "call_back", "rated", "contacted", "resolution", "satisfaction", "cause", "inspected", "triage", "outcome", "end", "state",
    "pressed", "card", "alarm", "order", "rates", "scored", "ladder", "handed_in", "handed_out", "handoff", "custody",
)  # fmt: skip
"""In the order of a ticket's life."""

_WORDS = {
    "type": "type",
    "channel": "channel",
    "state": "state",
    "resolution": "resolution",
    "inspected": "resolution",
    "satisfaction": "satisfaction",
}
"""Groups whose names have words in the catalogue already."""

Differences = Mapping[str, tuple[int, int]]


def table(tally: Tally) -> Table:
    """Everything that was counted, group by group."""
    found = Table(title=_both("simulate.title"), show_lines=False)
    for column in ("group", "what"):
        found.add_column(_both(f"simulate.{column}"))
    found.add_column(_both("simulate.count"), justify="right")
    for group in GROUPS:
        for nth, (name, n) in enumerate(tally.group(group).items()):
            found.add_row("" if nth else _both(f"simulate_group.{group}"), named(f"{group}.{name}"), f"{n:,}")
    for nth, (code, n) in enumerate(sorted(tally.refused.items())):
        found.add_row("" if nth else _both("simulate_group.refused"), code, f"{n:,}")
    return found


def difference_table(differing: Differences) -> Table:
    """Where the people and the hotline disagree."""
    found = Table(_both("simulate.what"), _both("simulate.counted"), _both("simulate.reckoned"))
    for key, (counted, reckoned) in differing.items():
        found.add_row(named(key), f"{counted:,}", f"{reckoned:,}")
    return found


def as_json(tally: Tally, plan: Mapping[str, Any], differing: Differences | None) -> dict[str, Any]:
    """The same with stable names; `differences` is null when nobody has compared."""
    return {
        "plan": dict(plan),
        "counts": dict(sorted(tally.counts.items())),
        "refused": dict(sorted(tally.refused.items())),
        "unexpected": list(tally.surprises),
        "differences": None
        if differing is None
        else {key: {"counted": counted, "reckoned": reckoned} for key, (counted, reckoned) in differing.items()},
    }


def named(key: str) -> str:
    """A figure in words, in both languages."""
    group, _, name = key.partition(".")
    for candidate in (f"simulate.{key}", f"{_WORDS.get(group, 'simulate_other')}.{name}"):
        if texts.known(candidate):
            return _both(candidate)
    return key


def _both(key: str) -> str:
    return f"{texts.say(key)} {texts.say(key, 'en')}"
