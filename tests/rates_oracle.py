"""What a rate is, worked out once more from facts and from the formulas' own text, by other means than the product's: it shares
no code with the scoreboard and none with the evaluation of formulas, so that a mistake would have to be made twice."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from importlib.resources import files
from typing import Any
from uuid import UUID

from hotline.call.facts import CallAnswered, CallOffered
from hotline.facts import Recorded
from hotline.ticket import facts as f
from hotline.ticket import handoff_facts as h

_TICK = timedelta(microseconds=1)
CHINA = timezone(timedelta(hours=8))
Told = dict[str, Any]


def written_formulas() -> list[Told]:
    """The shipped formulas as they are written."""
    pages = [page for page in (files("hotline.rates") / "formulas").iterdir() if page.name.endswith(".toml")]
    return [formula for page in pages for formula in tomllib.loads(page.read_text("utf-8")).get("formula", [])]


class History:
    """The facts of one ticket or call that count, in the order of the log."""

    def __init__(self, facts: Iterable[Recorded], as_of: datetime | None, happened_by: datetime | None) -> None:
        self.facts = [
            r
            for r in facts
            if (as_of is None or r.recorded_at <= as_of)
            and (
                happened_by is None
                or (r.recorded_at if isinstance(r.fact, f.TicketReceived) else r.when) <= happened_by
            )
        ]
        begins = [
            n for n, r in enumerate(self.facts) if isinstance(r.fact, f.TicketReceived | CallOffered | CallAnswered)
        ]
        self.facts = self.facts[begins[0] :] if begins else []

    def last(self, *kinds: type) -> Recorded | None:
        return next((r for r in reversed(self.facts) if isinstance(r.fact, kinds)), None)

    def all(self, *kinds: type) -> list[Recorded]:
        return [r for r in self.facts if isinstance(r.fact, kinds)]


def told(history: History) -> Told | None:
    """Everything a formula may ask of a ticket or call; None where there is none."""
    if not history.facts:
        return None
    if history.last(f.TicketReceived) is None:
        return _of_call(history)
    begun = history.all(f.TicketReceived)[0]
    classified = history.last(f.TicketClassified, f.TicketReceived)
    assert classified is not None
    category = classified.fact.category[-1] if classified.fact.category else ""  # type: ignore[attr-defined]
    lead = _lead(history, len(history.facts))
    ended, outcome, closed = _ended(history)
    heard = history.all(f.CallerAnswered)
    was_asked = bool(
        history.all(f.CallerNotReached)
        or [r for r in history.all(f.ReplyAccepted) if r.fact.call_back is not None]  # type: ignore[attr-defined]
        or [r for r in heard if r.fact.way in ("voice", "text")]  # type: ignore[attr-defined]
    )

    def said(name: str) -> str:
        answers = [getattr(r.fact, name) for r in heard if getattr(r.fact, name) is not None]
        last = {True: "yes", False: "no"}.get(answers[-1], answers[-1]) if answers else None
        return str(last or ("silent" if was_asked else "not_asked"))

    graded = [r.fact for r in heard if r.fact.satisfaction is not None]  # type: ignore[attr-defined]
    dispatched = history.all(f.TicketDispatched, f.DisputeAdjudicated)
    dispatched = [r for r in dispatched if getattr(r.fact, "replacement", True) is not None]
    due, on_time = _on_time(history)
    return {
        "kind": "ticket",
        "ended": ended, "outcome": outcome, "direct": "yes" if outcome == "answered" and not dispatched else "no",
        "contacted": said("contacted"), "resolved": said("resolution"), "satisfied": said("satisfaction"),
        "cause": (graded[-1].cause or "none") if graded else "none",  # type: ignore[attr-defined]
        "claimed": _claimed(history), "inspected": _inspected(history), "on_time": on_time,
        "excluded": _excluded(history), "answered_call": "no", "waited": "none",
        "type": classified.fact.type or "none", "urgency": classified.fact.urgency,  # type: ignore[attr-defined]
        "channel": begun.fact.channel, "source": begun.fact.source.kind,  # type: ignore[attr-defined]
        "unit": lead.unit if lead else "", "tier": lead.tier if lead else "",
        "category": category, "head": category.split(".")[0], "district": begun.fact.district or "",  # type: ignore[attr-defined]
        "reworks": len(history.all(f.ReworkOrdered)), "returns": len(history.all(f.ReturnRequested)),
        "extensions": len(history.all(f.ExtensionGranted)), "urges": len(history.all(f.TicketUrged)), "answers": len(heard),
        "days": {"received": _day(begun.recorded_at), "closed": _day(closed), "due": _day(due - _TICK if due is not None else None)},
    }  # fmt: skip


def _of_call(history: History) -> Told:
    rang, picked = history.last(CallOffered), history.last(CallAnswered)
    buckets = ["5", "10", "15", "20", "30", "60"]
    waited, answered = "none", "no"
    if rang is not None and picked is not None:
        seconds = (picked.when - rang.when).total_seconds()
        answered, waited = "yes", next((b for b in buckets if seconds <= int(b)), "longer")
    when = rang.when if rang is not None else None
    nothing = dict.fromkeys(
        ("outcome", "cause", "claimed", "inspected", "on_time", "ended", "type", "urgency", "channel", "source"), "none"
    )
    unasked = dict.fromkeys(("contacted", "resolved", "satisfied"), "not_asked")
    words = dict.fromkeys(("unit", "tier", "category", "head", "district"), "")
    counts = dict.fromkeys(("reworks", "returns", "extensions", "urges", "answers"), 0)
    return {
        "kind": "call", **counts, **nothing, **unasked, **words, "direct": "no", "excluded": set(), "answered_call": answered,
        "waited": waited, "days": {"received": _day(when), "closed": None, "due": None},
    }  # fmt: skip


def _day(moment: datetime | None) -> date | None:
    return moment.astimezone(CHINA).date() if moment is not None else None


def _lead(history: History, upto: int) -> Any:
    """The last lead part that its unit has not lost, after so many facts."""
    leads: dict[str, Any] = {}
    for r in history.facts[:upto]:
        fact: Any = r.fact
        gone: Sequence[str] = ()
        new: Sequence[Any] = ()
        if isinstance(fact, f.TicketDispatched):
            gone, new = fact.ended, fact.assignments
        elif isinstance(fact, f.DisputeAdjudicated) and fact.replacement is not None:
            gone, new = (fact.assignment,), (fact.replacement,)
        elif isinstance(fact, f.ReturnAccepted):
            gone = (fact.assignment,)
        leads = {i: a for i, a in leads.items() if i not in gone}
        leads |= {a.id: a for a in new if a.role == "lead" and a.parent is None}
    return list(leads.values())[-1] if leads else None


def _ended(history: History) -> tuple[str, str, datetime | None]:
    ends = (f.TicketClosed, f.TicketWithdrawn, f.TicketVoided, f.TicketReopened, h.HandOffVoided)
    marks = [r for r in history.all(*ends) if not isinstance(r.fact, h.HandOffVoided) or r.fact.withdrawn]
    if not marks or isinstance(marks[-1].fact, f.TicketReopened):
        return "none", "none", None
    fact: Any = marks[-1].fact
    if isinstance(fact, f.TicketClosed):
        return "closed", fact.outcome, marks[-1].recorded_at
    return ("voided" if isinstance(fact, f.TicketVoided) else "withdrawn"), "none", marks[-1].recorded_at


def _claimed(history: History) -> str:
    """What the lead of its time said last."""
    for n in range(len(history.facts), 0, -1):
        fact: Any = history.facts[n - 1].fact
        if isinstance(fact, f.AssignmentReplied) and _is_lead(history, n, fact.assignment):
            return str(fact.claimed)
    return "none"


def _is_lead(history: History, upto: int, assignment: str) -> bool:
    """Whether a part was a lead's and not lost, after so many facts."""
    for n in range(upto, 0, -1):
        fact: Any = history.facts[n - 1].fact
        if isinstance(fact, f.TicketDispatched) and assignment in fact.ended:
            return False
        if isinstance(fact, f.ReturnAccepted) and fact.assignment == assignment:
            return False
        if isinstance(fact, f.DisputeAdjudicated) and fact.replacement is not None:
            if fact.assignment == assignment:
                return False
            if fact.replacement.id == assignment:
                return bool(fact.replacement.role == "lead" and fact.replacement.parent is None)
        if isinstance(fact, f.TicketDispatched):
            for a in fact.assignments:
                if a.id == assignment:
                    return bool(a.role == "lead" and a.parent is None)
    return False


def _inspected(history: History) -> str:
    found = history.last(f.ResolutionInspected)
    return str(found.fact.resolution) if found is not None else "none"  # type: ignore[attr-defined]


def _excluded(history: History) -> set[str]:
    grounds = {r.fact.ground for r in history.all(f.TicketExcluded)}  # type: ignore[attr-defined]
    last = {g: [r for r in history.all(f.TicketExcluded, f.TicketIncluded) if r.fact.ground == g][-1] for g in grounds}  # type: ignore[attr-defined]
    return {ground for ground, r in last.items() if isinstance(r.fact, f.TicketExcluded)}


def _on_time(history: History) -> tuple[datetime | None, str]:
    """The citizen's due, and whether the lead replied by it."""
    readings = [
        (n, reading)
        for n, r in enumerate(history.facts)
        for reading in getattr(r.fact, "clocks", ())
        if reading.clock == "citizen"
    ]
    if not readings:
        return None, "none"
    due, stopped = readings[-1][1].due, readings[-1][1].stopped_at
    if stopped is None:
        rings = [r.fact for r in history.all(f.ClockRang) if (r.fact.clock, r.fact.level) == ("citizen", "red")]  # type: ignore[attr-defined]
        return due, "late" if rings and rings[-1].due >= due else "pending"  # type: ignore[attr-defined]
    if stopped > due:
        return due, "late"
    ran = max((n for n, reading in readings if reading.stopped_at is None), default=-1)
    stops = {n for n, _ in readings if n > ran}
    replies = (n for n in stops if isinstance(history.facts[n].fact, f.AssignmentReplied))
    return due, "kept" if any(_is_lead(history, n + 1, history.facts[n].fact.assignment) for n in replies) else "none"  # type: ignore[attr-defined]


def fits(condition: Any, of: Told, today: date) -> bool:
    """Whether a condition as it is written holds."""
    if isinstance(condition, list):
        return any(fits(each, of, today) for each in condition)
    return all(_fits(name, wanted, of, today) for name, wanted in condition.items())


def _fits(name: str, wanted: Any, of: Told, today: date) -> bool:
    if name.endswith("_days_ago"):
        day = of["days"][name.removesuffix("_days_ago")]
        if day is None:
            return False
        ago = (today - day).days
        return bool(wanted.get("at_least", ago) <= ago <= wanted.get("at_most", ago))
    if isinstance(wanted, dict) and "not" not in wanted:
        return bool(wanted.get("at_least", of[name]) <= of[name] <= wanted.get("at_most", of[name]))
    values = of[name] if isinstance(of[name], set) else {of[name]}
    if isinstance(wanted, list):
        return any(value in wanted for value in values)
    return not any(value in wanted["not"] for value in values)


class Oracle:
    """One formula's groups over many histories."""

    def __init__(
        self, formula: Told, start: date, end: date, by: Sequence[str], only: Mapping[str, Sequence[str]]
    ) -> None:
        self.formula, self.start, self.end, self.by, self.only = formula, start, end, by, only
        self.parts: dict[tuple[str, ...], dict[str, set[UUID]]] = {}
        self.sums: dict[tuple[str, ...], Decimal] = {}

    def take(self, ticket: UUID, of: Told | None, today: date) -> None:
        """Count one ticket or call."""
        formula = self.formula
        if of is None or of["kind"] != formula.get("of", "ticket"):
            return
        day = of["days"][formula["cohort"]]
        if day is None or day < self.start or day > self.end or not fits(formula.get("among", {}), of, today):
            return
        if any(_shown(of, name) not in values for name, values in self.only.items()):
            return
        stamps = {"month": f"{day:%Y-%m}", "day": f"{day:%Y-%m-%d}"}
        key = tuple(stamps.get(name) or _shown(of, name) for name in self.by)
        self._put(key, "population", ticket)
        answer = of[formula["question"]] if "question" in formula else "not_asked"
        if answer != "not_asked":
            self._put(key, "asked", ticket)
            if answer != "silent":
                self._put(key, "answered", ticket)
        for ground in formula.get("leave_out", []):
            if ground in of["excluded"]:
                self._put(key, f"excluded {ground}", ticket)
                return
        if fits(formula.get("denominator", {}), of, today):
            self._put(key, "denominator", ticket)
            for term in formula["terms"]:
                if fits(term["when"], of, today):
                    self.sums[key] = self.sums.get(key, Decimal(0)) + Decimal(term["weight"])
                    if Decimal(term["weight"]):
                        self._put(key, "numerator", ticket)
                    break

    def _put(self, key: tuple[str, ...], part: str, ticket: UUID) -> None:
        self.parts.setdefault(key, {}).setdefault(part, set()).add(ticket)

    def tickets(self, part: str) -> set[UUID]:
        """All of a part, whatever the group."""
        return set().union(*(parts.get(part, set()) for parts in self.parts.values()))

    def groups(self) -> list[tuple[dict[str, str], str | None, Decimal, int, int, dict[str, int]]]:
        """Of each group its key, the percentage as it is printed, numerator, denominator, population, and excluded."""
        return [(dict(zip(self.by, key, strict=True)), *self._figure(key)) for key in sorted(self.parts)]

    def _figure(self, key: tuple[str, ...]) -> tuple[str | None, Decimal, int, int, dict[str, int]]:
        parts = self.parts[key]
        below, above = len(parts.get("denominator", ())), self.sums.get(key, Decimal(0))
        percent = (
            f"{(above * 100 / below + Decimal('1e-15')).quantize(Decimal('0.01'), 'ROUND_HALF_UP')}" if below else None
        )
        left = {name.removeprefix("excluded "): len(who) for name, who in parts.items() if name.startswith("excluded ")}
        return percent, above, below, len(parts["population"]), left


def _shown(of: Told, name: str) -> str:
    value = str(of[name])
    return "" if value == "none" else value
