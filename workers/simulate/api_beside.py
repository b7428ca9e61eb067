"""What goes on beside tickets, through the service API: seats, questions, entries, calls, and 110 over its signed link."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

from hotline.command import Refused
from hotline.facts import Actor, Role
from hotline.handoff.messages import Message, write
from workers.gateways.signing import signed
from workers.link.lines import Line
from workers.simulate.beside import News
from workers.simulate.figures import CALLS, of_experts
from workers.simulate.staff import SUPERVISOR

STAGES = {"out": ("offered", "disputed", "accepted", "recalled", "told"), "in": ("offered", "disputed", "accepted", "recalled")}  # fmt: skip
MOST = 200
"""Hand-offs that the interface lists at the most."""
NOT_SHOWN = ("consult.answered", "consult.by_itself", "unavailable")
"""Figures that no route of the interface tells."""

Ask = Callable[..., Any]
"""`ask(method, path, by, body, headers)`: the content of the answer; raises Refused."""


@dataclass(frozen=True)
class QuestionNow:
    """A question as the queue shows it."""

    ticket: UUID
    phase: str
    seat: str | None
    rank: str
    way: str
    by_itself: bool


@dataclass(frozen=True)
class SeatNow:
    """A seat as the screens show it, by the name its expert has in the simulation."""

    seat: str
    presence: str


@dataclass(frozen=True)
class ParcelNow:
    """A hand-off as the list shows it."""

    stage: str
    acknowledged: bool
    confirmed: bool
    outcome: str | None


class ApiBeside:
    """Acts on what is beside tickets, and looks at the lists for what has changed there."""

    def __init__(self, ask: Ask, line: Line | None, run: str) -> None:
        self._ask, self._line, self._run = ask, line, run
        self._accounts: dict[str, str] = {}
        self._experts: dict[str, str] = {}
        self._versions: dict[UUID, int] = {}
        self._seen: dict[UUID, Any] = {}
        self._open: set[UUID] = set()
        self._under_way: set[UUID] = set()
        self._undecided: set[UUID] = set()
        self._due: list[datetime] = []
        self._parcels = False
        self.untold: set[str] = set()
        """Groups of figures that have outgrown the interface's lists."""

    @property
    def linked(self) -> bool:
        return self._line is not None

    @property
    def asked(self) -> bool:
        """Whether a question is open."""
        return bool(self._open)

    def next(self, after: datetime) -> datetime | None:
        """When an offer, a step or a promise of an open question ends."""
        return min((moment for moment in self._due if moment > after), default=None)

    # -- acting --------------------------------------------------------------------------------------------------------
    def act(self, kind: str, about: UUID | str, by: Actor, action: str, body: dict[str, Any]) -> Any:
        """Raises Refused."""
        if kind == "call":
            at = body.pop("happened_at").isoformat()
            return self._ask("POST", "/calls", by, {**body, "at": at, "call_id": about})
        if kind == "knowledge":
            named = {"Idempotency-Key": f"{self._run}.{about}"}
            return self._ask("POST", "/knowledge", by, body, named)
        if kind == "seat":
            return self._seat(str(about), by, action, body)
        assert isinstance(about, UUID)
        return self._versioned(about, by, f"/{kind}s/{about}/{action}", body)

    def _versioned(self, about: UUID, by: Actor, path: str, body: dict[str, Any]) -> Any:
        version = self._versions.get(about, 1)
        try:
            return self._ask("POST", path, by, body, {"If-Match": f'"{version}"'})
        except Refused as refusal:
            if refusal.code != "stale":
                raise
            self._versions[about] = refusal.details["version"]  # the list is looked at anew
            return self._ask("POST", path, by, body, {"If-Match": f'"{self._versions[about]}"'})

    def _seat(self, expert: str, by: Actor, action: str, body: dict[str, Any]) -> Any:
        if expert not in self._accounts:
            account = self._ask("GET", "/me", Actor(id=expert, role=Role.EXPERT))["id"]
            self._accounts[expert], self._experts[account] = account, expert
        name = self._accounts[expert]
        if action == "open-seat":
            told = self._ask("PUT", f"/seats/{name}", by, {"skills": body["skills"]})
        elif action == "set-shifts":
            version = self._versions[_named(name)]
            told = self._ask("PUT", f"/shifts/{name}", by, body, {"If-Match": f'"{version}"'})
        else:
            told = self._ask("POST", f"/seats/me/{action}", by, body)
        self._versions[_named(name)] = told["version"]
        return told

    def say(self, message: Message) -> Any:
        """110 says something, signed with the secret of its link. Raises Refused."""
        assert self._line is not None
        content = write(message)
        proof = signed(self._line.secrets[0], message.message_id, datetime.now(UTC), content)
        self._parcels = True
        headers = {"Content-Type": "application/json", **proof}
        return self._ask("POST", f"/link/{self._line.platform}", None, None, headers, content=content)

    def offered(self) -> None:
        """A matter of ours has been offered to another platform."""
        self._parcels = True

    # -- looking ---------------------------------------------------------------------------------------------------------
    def look(self, position: int, ticket_of: Callable[[str], UUID | None]) -> list[News]:
        """What has changed since somebody looked last."""
        after = f"?after_position={position}"
        news = [*self._questions(after, ticket_of), *self._seats(after)]
        return [*news, *self._handoffs(after)] if self._parcels else news

    def _questions(self, after: str, ticket_of: Callable[[str], UUID | None]) -> Iterator[News]:
        lines = self._ask("GET", f"/consultations{after}", SUPERVISOR)
        there = {UUID(line["id"]) for line in lines}
        lines += [self._ask("GET", f"/consultations/{gone}{after}", SUPERVISOR) for gone in sorted(self._open - there)]
        self._open = there
        self._due = [datetime.fromisoformat(at) for line in lines for at in (line["due"], line["not_before"]) if at]
        for line in lines:
            about, ticket = UUID(line["id"]), ticket_of(line["number"])
            self._versions[about] = line["version"]
            seat = self._experts.get(line["seat"]) if line["seat"] else None
            if ticket is not None and (seat is not None) == (line["seat"] is not None):
                now = QuestionNow(ticket, line["phase"], seat, line["rank"], line["way"], line["by_itself"])
                yield from self._changed("consultation", about, now)

    def _seats(self, after: str) -> Iterator[News]:
        for seat in self._ask("GET", f"/seats{after}", SUPERVISOR):
            if (expert := self._experts.get(seat["seat"])) is not None:
                self._versions[_named(seat["seat"])] = seat["version"]
                yield from self._changed("seat", _named(seat["seat"]), SeatNow(expert, seat["presence"]))

    def _handoffs(self, after: str) -> Iterator[News]:
        lines = self._ask("GET", f"/handoffs{after}&open_only=true", SUPERVISOR)
        there = {UUID(line["id"]) for line in lines}
        lines += [self._ask("GET", f"/handoffs/{gone}", SUPERVISOR) for gone in sorted(self._under_way - there)]
        self._under_way = there
        for line in lines:
            about = UUID(line["id"])
            self._versions[about] = line["version"]
            now = ParcelNow(line["stage"], line["acknowledged"], line["confirmed"], line["outcome"])
            yield from self._changed("handoff", about, now)
            if line["attention"] == "undecided" and about not in self._undecided:
                self._undecided.add(about)
                yield News("handoff", about, now, "handoff.undecided")

    def _changed(self, kind: str, about: UUID, now: Any) -> Iterator[News]:
        if self._seen.get(about) != now:
            self._seen[about] = now
            yield News(kind, about, now)

    def figures(self, position: int) -> Counter[str]:
        """The figures the interface gives, by the names that people count under."""
        after = f"?after_position={position}"
        counts = of_experts(self._ask("GET", f"/consultations/figures{after}", SUPERVISOR))
        calls = self._ask("GET", f"/calls/figures{after}", SUPERVISOR)["total"]
        counts.update({f"call.{name}": calls[of] for name, of in CALLS.items()})
        for way, stages in STAGES.items():
            for stage in stages:
                lines = self._ask("GET", f"/handoffs{after}&direction={way}&stage={stage}", SUPERVISOR)
                if len(lines) >= MOST:
                    self.untold.add(f"handed_{way}")
                for line in lines:
                    counts[f"handed_{way}.{stage}"] += 1
                    if line["outcome"] is not None:
                        counts[f"handed_{way}.{line['outcome']}"] += 1
        return Counter({key: n for key, n in counts.items() if n and not key.startswith(NOT_SHOWN)})


def _named(seat: str) -> UUID:
    return uuid5(UUID(int=0), seat)
