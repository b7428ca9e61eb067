"""How a matter would count, as far as those who worked on it know: by what they did, heard and were told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from hotline.ticket.ticket import State

Citizen = Literal["", "runs", "kept", "late"]
"""What an act did to the citizen's clock: nothing, it runs (again), or it stopped in time or late."""
Book = Literal["scored", "summed"]
"""The scoreboard's rows, or its sums."""
BOOKS: tuple[Book, ...] = ("scored", "summed")
_ENDED = {State.CLOSED: "closed", State.ARCHIVED: "closed", State.WITHDRAWN: "withdrawn", State.VOID: "voided"}
_QUESTIONS = {"contacted": "contacted", "resolution": "resolved", "satisfaction": "satisfied"}


@dataclass
class Score:
    """What people remember of one matter."""

    said: dict[str, str] = field(default_factory=dict)
    kept: bool = False
    direct: bool = False
    left_out: set[str] = field(default_factory=set)

    def note(self, action: str, body: Mapping[str, Any], citizen: Citizen, dispatched: bool) -> None:
        """Somebody has acted."""
        if citizen == "runs":
            self.kept = False
        elif citizen and action == "reply":
            self.kept = citizen == "kept"
        match action:
            case "answer":
                self.direct = not dispatched
            case "reopen":
                self.direct = False
            case "exclude":
                self.left_out.add(body["ground"])
            case "include":
                self.left_out.discard(body["ground"])
            case "inspect":
                self.said["inspected"] = body["resolution"]
            case "call-back" | "rate" if body.get("reached", True):
                self._hear(body)

    def _hear(self, body: Mapping[str, Any]) -> None:
        for asked, name in _QUESTIONS.items():
            if (answer := body.get(asked)) is not None:
                self.said[name] = {True: "yes", False: "no"}.get(answer, answer)
        if "satisfaction" in body:
            self.said.pop("cause", None)
            if body.get("cause"):
                self.said["cause"] = body["cause"]

    def keys(self, stage: State | None, book: Book) -> Iterator[str]:
        """The figures it is one of, where it stands at the end.  Sums tell what callers say, and inspectors found, by the day of the close,
        and so nothing of what is still open."""
        if stage in _ENDED:
            yield f"ended_{_ENDED[stage]}"
        if stage in _ENDED or book == "scored":
            yield from (f"{name}_{answer}" for name, answer in self.said.items())
        yield from (f"left_out_{ground}" for ground in self.left_out)
        if self.kept:
            yield "kept"
        if self.direct:
            yield "direct"


def of_calls(counts: Counter[str]) -> Iterator[tuple[str, int]]:
    """The calls of the connection rate count on the scoreboard as well."""
    yield from ((f"calls_{name}", counts[f"call.{name}"]) for name in ("offered", "answered", "in_time"))
