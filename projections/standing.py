"""Where a ticket stands as a view remembers it: its state and its parts, in plain values that go into JSON.

The rules have their own state (``hotline.ticket.ticket``), kept small for deciding.  Views need what was lost, and
when, and must remember it in their rows; so the moves stand here once more for all views, and a test over random
histories holds both to the same answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from hotline.facts import Recorded
from hotline.ticket import facts as f
from hotline.ticket import handoff_facts as h
from hotline.ticket.ticket import OVER, State
from projections.view import Doc

Parts = dict[str, Doc]
"""Assignment id to part.  ``lost`` parts are those a unit gave back or was relieved of: it no longer sees the ticket."""

START: Doc = {"state": State.RECEIVED.value, "back_to": None, "parts": {}}
_OVER = frozenset(state.value for state in OVER)
_NEEDS_SUPPLEMENT = State.NEEDS_SUPPLEMENT.value


def moved(doc: Doc, recorded: Recorded) -> Doc:
    """What a fact changes of ``state``, ``back_to`` and ``parts``: only the entries that change."""
    move = _MOVES.get(type(recorded.fact))
    return move(doc, recorded.fact, recorded) if move is not None else {}


def is_over(doc: Doc) -> bool:
    """Whether nobody owes the caller anything more."""
    return doc["state"] in _OVER


def lead_of(doc: Doc) -> Doc | None:
    """The part that answers for the ticket now."""
    parts: Parts = doc["parts"]
    return next(
        (p for p in parts.values() if p["role"] == "lead" and p["parent"] is None and p["state"] != "ended"), None
    )


def part_of_each_unit(doc: Doc) -> dict[str, Doc]:
    """Unit to its part, the latest where it has had several, without those it has lost."""
    return {part["unit"]: part for part in doc["parts"].values() if not part["lost"]}


def _new(parts: Iterable[f.NewAssignment], recorded: Recorded) -> Parts:
    return {
        a.id: {
            "id": a.id,
            "unit": a.unit,
            "role": a.role,
            "tier": a.tier,
            "parent": a.parent,
            "state": "dispatched",
            "settled": False,
            "lost": False,
            "dispatched_at": recorded.recorded_at,
            "signed_at": None,
            "signed_by": None,
            "reached_at": None,
            "contacts": 0,
            "replied_at": None,
            "returns": 0,
            "ended_at": None,
        }
        for a in parts
    }


def _part(doc: Doc, part: str, **changes: Any) -> Parts:
    parts: Parts = doc["parts"]
    return {**parts, part: {**parts[part], **changes}}


def _ended(parts: Parts, ids: Iterable[str], recorded: Recorded, *, lost: bool) -> Parts:
    """The parts with the live ones among ``ids`` ended."""
    live = [i for i in ids if parts[i]["state"] != "ended"]
    return {
        **parts,
        **{i: {**parts[i], "state": "ended", "lost": lost, "ended_at": recorded.recorded_at} for i in live},
    }


def _below(parts: Parts, part: str) -> list[str]:
    found = [part]
    for p in parts.values():
        if p["parent"] in found and p["state"] != "ended":
            found.append(p["id"])
    return found


def _is_lead(part: Doc) -> bool:
    return bool(part["role"] == "lead" and part["parent"] is None)


def _into(state: State) -> Callable[[Doc, Any, Recorded], Doc]:
    value = state.value
    return lambda doc, fact, recorded: {"state": value}


def _over(state: State) -> Callable[[Doc, Any, Recorded], Doc]:
    value = state.value

    def move(doc: Doc, fact: f.TicketFact, recorded: Recorded) -> Doc:
        parts = _ended(doc["parts"], doc["parts"], recorded, lost=False)
        return {"state": value, "parts": parts, "back_to": None}

    return move


def _asked(doc: Doc, fact: f.SupplementAsked, recorded: Recorded) -> Doc:
    return {"state": _NEEDS_SUPPLEMENT, "back_to": doc["state"]}


def _back(doc: Doc, fact: f.TicketFact, recorded: Recorded) -> Doc:
    if doc["state"] != _NEEDS_SUPPLEMENT:
        return {}
    return {"state": doc["back_to"] or State.RECEIVED.value, "back_to": None}


def _classified(doc: Doc, fact: f.TicketClassified, recorded: Recorded) -> Doc:
    return {"state": State.AWAITING_DISPATCH.value} if doc["state"] == State.RECEIVED.value else {}


def _dispatched(doc: Doc, fact: f.TicketDispatched, recorded: Recorded) -> Doc:
    parts = _ended(doc["parts"], fact.ended, recorded, lost=True)
    return {"state": State.IN_PROGRESS.value, "parts": {**parts, **_new(fact.assignments, recorded)}}


def _co_dispatched(doc: Doc, fact: f.TicketCoDispatched, recorded: Recorded) -> Doc:
    return {"parts": {**doc["parts"], **_new(fact.assignments, recorded)}}


def _passed_down(doc: Doc, fact: f.AssignmentPassedDown, recorded: Recorded) -> Doc:
    return {"parts": {**doc["parts"], **_new((fact.assignment,), recorded)}}


def _signed(doc: Doc, fact: f.AssignmentSigned, recorded: Recorded) -> Doc:
    at, by = recorded.recorded_at, recorded.by.id
    return {"parts": _part(doc, fact.assignment, state="signed", signed_at=at, signed_by=by)}


def _contacted(doc: Doc, fact: f.CallerContacted, recorded: Recorded) -> Doc:
    part = doc["parts"].get(fact.assignment)
    if part is None:  # a history up to when things *happened* may hold a contact made before the dispatch was entered
        return {}
    reached_at = part["reached_at"] or (recorded.when if fact.reached else None)
    return {"parts": _part(doc, fact.assignment, contacts=part["contacts"] + 1, reached_at=reached_at)}


def _return_requested(doc: Doc, fact: f.ReturnRequested, recorded: Recorded) -> Doc:
    returns = doc["parts"][fact.assignment]["returns"] + 1
    return {"parts": _part(doc, fact.assignment, state="return_requested", returns=returns)}


def _return_accepted(doc: Doc, fact: f.ReturnAccepted, recorded: Recorded) -> Doc:
    parts: Parts = doc["parts"]
    changes: Doc = {"parts": _ended(parts, _below(parts, fact.assignment), recorded, lost=True)}
    if _is_lead(parts[fact.assignment]):
        changes["state"] = State.AWAITING_DISPATCH.value
    return changes


def _at_work_again(part: Doc) -> str:
    return "signed" if part["signed_at"] else "dispatched"


def _return_refused(doc: Doc, fact: f.ReturnRefused, recorded: Recorded) -> Doc:
    return {"parts": _part(doc, fact.assignment, state=_at_work_again(doc["parts"][fact.assignment]))}


def _disputed(doc: Doc, fact: f.DisputeOpened, recorded: Recorded) -> Doc:
    return {"parts": _part(doc, fact.assignment, state="disputed")}


def _adjudicated(doc: Doc, fact: f.DisputeAdjudicated, recorded: Recorded) -> Doc:
    parts: Parts = doc["parts"]
    if fact.replacement is None:
        state = _at_work_again(parts[fact.assignment])
        return {"parts": _part(doc, fact.assignment, state=state, settled=True)}
    ended = _ended(parts, _below(parts, fact.assignment), recorded, lost=True)
    new = _new((fact.replacement,), recorded)
    new[fact.replacement.id]["settled"] = True
    return {"parts": {**ended, **new}}


def _replied(doc: Doc, fact: f.AssignmentReplied, recorded: Recorded) -> Doc:
    changes: Doc = {"parts": _part(doc, fact.assignment, state="replied", replied_at=recorded.recorded_at)}
    if _is_lead(doc["parts"][fact.assignment]):
        changes["state"] = State.REPLIED.value
    return changes


def _rejected(doc: Doc, fact: f.ReplyRejected, recorded: Recorded) -> Doc:
    return {"state": State.IN_PROGRESS.value, "parts": _part(doc, fact.assignment, state="signed")}


def _reworked(doc: Doc, fact: f.ReworkOrdered, recorded: Recorded) -> Doc:
    parts = _part(doc, fact.assignment, state="signed", contacts=0, reached_at=None)
    return {"state": State.IN_PROGRESS.value, "parts": parts}


def _reopened(doc: Doc, fact: f.TicketReopened, recorded: Recorded) -> Doc:
    return {"state": fact.to}


def _hand_off_voided(doc: Doc, fact: h.HandOffVoided, recorded: Recorded) -> Doc:
    return _over(State.WITHDRAWN)(doc, fact, recorded) if fact.withdrawn else {}


_MOVES: Mapping[type, Callable[[Doc, Any, Recorded], Doc]] = {
    f.SupplementAsked: _asked,
    f.SupplementGiven: _back,
    f.SupplementWaitEnded: _back,
    f.TicketClassified: _classified,
    f.TicketWithdrawn: _over(State.WITHDRAWN),
    f.TicketVoided: _over(State.VOID),
    f.TicketDispatched: _dispatched,
    f.TicketCoDispatched: _co_dispatched,
    f.AssignmentPassedDown: _passed_down,
    f.AssignmentSigned: _signed,
    f.CallerContacted: _contacted,
    f.ReturnRequested: _return_requested,
    f.ReturnAccepted: _return_accepted,
    f.ReturnRefused: _return_refused,
    f.DisputeOpened: _disputed,
    f.DisputeAdjudicated: _adjudicated,
    f.DeferralApproved: _into(State.DEFERRED),
    f.TicketResumed: _into(State.IN_PROGRESS),
    f.AssignmentReplied: _replied,
    f.ReplyAccepted: _into(State.CALLBACK_DUE),
    f.ReplyRejected: _rejected,
    f.ReworkOrdered: _reworked,
    f.TicketClosed: _over(State.CLOSED),
    f.TicketReopened: _reopened,
    f.TicketArchived: _into(State.ARCHIVED),
    h.HandOffVoided: _hand_off_voided,
}
