"""What each fact means to the board: one row for each ticket, none of the caller's words in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hotline.clocks import Reading
from hotline.facts import Recorded
from hotline.ticket import facts as f
from hotline.ticket.reading_facts import TicketRead
from projections.moments import micros
from projections.standing import START, is_over, moved
from projections.view import Doc

SUPERVISION = ("yellow", "red", "notice", "criticism")
"""Levels of pressure, the weakest first."""
LOUD = frozenset({"citizen", "unit", "rework", "statutory", "instruction"})
"""Clocks whose ringing puts a ticket under supervision; the small ones only remind."""
_BESIDE = frozenset({"first_contact", "return_request", "rework_contact", "archive", "reopen", "retention"})
"""Clocks a board shows nothing of: nobody sorts work by them."""


def fold(doc: Doc | None, recorded: Recorded) -> Doc | None:
    """A ticket's row after one more fact."""
    fact: Any = recorded.fact
    if type(fact) is f.TicketReceived:
        doc = _received(fact, recorded)
    if doc is None:
        return None
    changes = moved(doc, recorded)
    tell = _TELLS.get(type(fact))
    if tell is not None:
        changes = {**changes, **tell(doc, fact, recorded)}
    if fact.clocks:
        changes["clocks"] = {**doc["clocks"], **shown_clocks(fact.clocks)}
    if doc["state"] != changes.get("state", doc["state"]):
        changes["since"] = recorded.recorded_at
    if doc["wanted"] or "wanted" in changes:
        changes["wanted"] = _still_wanted({**doc, **changes})
    changes |= {"version": recorded.originator_version, "position": recorded.position}
    return {**doc, **changes, "ended": _ended_at(doc, {**doc, **changes})}


def _ended_at(doc: Doc, after: Doc) -> int | None:
    """Where in the log a ticket last came to its end, while it is there."""
    if not is_over(after):
        return None
    ended: int | None = doc["ended"]
    return after["position"] if ended is None else ended


def _received(fact: f.TicketReceived, recorded: Recorded) -> Doc:
    at = recorded.recorded_at
    return {
        **START,
        "began": recorded.position,
        "ended": None,
        "number": fact.number,
        "channel": fact.channel,
        "received_at": at,
        "received_by": recorded.by.id,
        "since": at,
        "type": fact.type,
        "category": fact.category,
        "urgency": fact.urgency,
        "district": fact.district,
        "source": fact.source.kind,
        "confidential": fact.confidential,
        "minor": fact.minor_involved,
        "about_team": fact.about_team,
        "accused_unit": fact.accused_unit,
        "clocks": {},
        "wanted": {},
        "problem": False,
        "escalated": False,
        "supervision": 0,
        "alarms": (),
        "urges": 0,
        "urged_at": None,
        "reworks": 0,
        "returns": 0,
        "excluded": (),
        "outcome": None,
        "closed_at": None,
        "hold": False,
        "restricted": False,
        "erased": False,
    }


def shown_clocks(readings: tuple[Reading, ...]) -> dict[str, list[Any]]:
    """Clock to [due, runs, yellow, stopped at], of those that a board shows."""
    return {
        r.clock: [r.due, r.running, r.alarms.get("yellow"), r.stopped_at]
        for r in readings
        if r.clock.partition(":")[0] not in _BESIDE
    }


def due_clock(doc: Doc) -> str | None:
    """The clock a ticket is sorted by: the citizen's while it counts, then rework, then what is nearest; at the end
    the citizen's again, which the work is judged by."""
    clocks: Mapping[str, list[Any]] = doc["clocks"]
    if not is_over(doc):
        for name in ("citizen", "rework"):
            if name in clocks and clocks[name][3] is None:
                return name
        running = [name for name, clock in clocks.items() if clock[1]]
        if running:
            return min(running, key=lambda name: (micros(clocks[name][0]), name))
    return "citizen" if "citizen" in clocks else None


def _classified(doc: Doc, fact: f.TicketClassified, recorded: Recorded) -> Doc:
    return {
        "type": fact.type,
        "category": fact.category,
        "urgency": fact.urgency,
        "accused_unit": fact.accused_unit,
        "alarms": (),  # somebody has decided how urgent it is
    }


def _rang(doc: Doc, fact: f.ClockRang, recorded: Recorded) -> Doc:
    loud = fact.clock.partition(":")[0] in LOUD
    return _pressed(doc, fact.level) if loud else {}


def _pressed(doc: Doc, level: str) -> Doc:
    return {"supervision": max(doc["supervision"], SUPERVISION.index(level) + 1)} if level in SUPERVISION else {}


def _urged(doc: Doc, fact: f.TicketUrged, recorded: Recorded) -> Doc:
    return {"urges": doc["urges"] + 1, "urged_at": recorded.recorded_at}


def _ended(doc: Doc, fact: Any, recorded: Recorded) -> Doc:
    return {
        "closed_at": recorded.recorded_at,
        "alarms": (),
        "wanted": {},
        "outcome": getattr(fact, "outcome", doc["outcome"]),
    }


def _wants(what: str) -> Any:
    return lambda doc, fact, recorded: {"wanted": {**doc["wanted"], what: fact.assignment}}


def _decided(what: str) -> Any:
    return lambda doc, fact, recorded: {"wanted": {k: part for k, part in doc["wanted"].items() if k != what}}


def _still_wanted(doc: Doc) -> dict[str, str]:
    """What a part asked for falls away with the part, and once it has replied."""
    gone = ("ended", "replied")
    return {what: part for what, part in doc["wanted"].items() if doc["parts"][part]["state"] not in gone}


def _now(**changes: Any) -> Any:
    return lambda doc, fact, recorded: changes


_TELLS: Mapping[type, Any] = {
    TicketRead: lambda doc, fact, recorded: {"alarms": fact.proposal.alarmed},
    f.TicketClassified: _classified,
    f.ReturnRequested: lambda doc, fact, recorded: {"returns": doc["returns"] + 1},
    f.ExtensionRequested: _wants("extension"),
    f.ExtensionGranted: _decided("extension"),
    f.ExtensionRefused: _decided("extension"),
    f.DeferralRequested: _wants("deferral"),
    f.DeferralApproved: _decided("deferral"),
    f.DeferralRefused: _decided("deferral"),
    f.ReworkOrdered: lambda doc, fact, recorded: {"reworks": fact.round},
    f.TicketClosed: _ended,
    f.TicketWithdrawn: _ended,
    f.TicketVoided: _ended,
    f.TicketAnswered: _now(outcome="answered"),
    f.TicketReferred: _now(outcome="referred"),
    f.TicketExplained: _now(outcome="explained"),
    f.TicketReopened: _now(closed_at=None, outcome=None),
    f.TicketUrged: _urged,
    f.TicketSupervised: lambda doc, fact, recorded: _pressed(doc, fact.level),
    f.ClockRang: _rang,
    f.ProblemRaised: _now(problem=True),
    f.SupervisionEscalated: _now(escalated=True),
    f.TicketExcluded: lambda doc, fact, recorded: {"excluded": tuple(sorted({*doc["excluded"], fact.ground}))},
    f.TicketIncluded: lambda doc, fact, recorded: {"excluded": tuple(g for g in doc["excluded"] if g != fact.ground)},
    f.HoldPlaced: _now(hold=True),
    f.HoldReleased: _now(hold=False),
    f.ProcessingRestricted: _now(restricted=True),
    f.TicketErased: _now(restricted=False, erased=True),
}
