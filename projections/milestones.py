"""Which facts the citizen is told of, and as what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hotline.facts import Recorded
from hotline.ticket import facts as f
from hotline.ticket import handoff_facts as h
from projections.standing import lead_of
from projections.view import Doc

Tell = Callable[[Doc, Any, Recorded], Doc | None]


def told(doc: Doc, recorded: Recorded, changes: Doc) -> None:
    """Add to ``changes`` what a fact adds to the milestones and to what stands beside them."""
    fact = recorded.fact
    if type(fact) is f.TicketErased:
        changes["milestones"] = [{**step, "words": None} for step in doc["milestones"]]
        changes |= {"question": None, "erased": True, "restricted": False}
        return
    tell = _TELLS.get(type(fact))
    step = tell(doc, fact, recorded) if tell is not None else None
    if step is not None:
        # When a request was received is when we took it down; its own `happened_at` is that of the trouble.
        at = recorded.recorded_at if isinstance(fact, f.TicketReceived) else recorded.when
        changes["milestones"] = [*doc["milestones"], {"at": at, **step}]
    beside = _BESIDE.get(type(fact))
    if beside is not None:
        changes |= beside(doc, fact, recorded)


def answered_by_citizen(recorded: Recorded, changes: Doc) -> None:
    """The citizen's own verdict: the last one counts."""
    fact = recorded.fact
    if type(fact) is f.CallerAnswered:
        changes["verdict"] = {
            "at": recorded.when,
            "resolution": fact.resolution,
            "satisfaction": fact.satisfaction,
        }


def _words(fact: f.TicketFact, field: str) -> Doc | None:
    sealed = getattr(fact, field)
    return None if sealed is None else {"label": f"{fact.TOPIC.partition('.')[2]}.{field}", "sealed": sealed}


def _unit_of_lead(doc: Doc) -> str | None:
    lead = lead_of(doc)
    return lead["unit"] if lead is not None else None


def _of_lead(doc: Doc, assignment: str) -> Doc | None:
    """The part, if it is the one that answers for the ticket: co-handlers and lower tiers are not shown."""
    part: Doc | None = doc["parts"].get(assignment)
    return part if part is not None and part["role"] == "lead" and part["parent"] is None else None


def _plain(code: str) -> Tell:
    return lambda doc, fact, recorded: {"code": code, "unit": _unit_of_lead(doc)}


def _without_unit(code: str) -> Tell:
    return lambda doc, fact, recorded: {"code": code}


def _with_words(code: str, field: str) -> Tell:
    return lambda doc, fact, recorded: {"code": code, "words": _words(fact, field)}


def _dispatched(doc: Doc, fact: f.TicketDispatched, recorded: Recorded) -> Doc:
    lead = next(a.unit for a in fact.assignments if a.role == "lead")
    return {"code": "redispatched" if doc["parts"] else "dispatched", "unit": lead}


def _adjudicated(doc: Doc, fact: f.DisputeAdjudicated, recorded: Recorded) -> Doc | None:
    if fact.replacement is None or fact.replacement.role != "lead":
        return None
    return {"code": "redispatched", "unit": fact.unit}


def _signed(doc: Doc, fact: f.AssignmentSigned, recorded: Recorded) -> Doc | None:
    part = _of_lead(doc, fact.assignment)
    return None if part is None else {"code": "signed", "unit": part["unit"]}


def _contacted(doc: Doc, fact: f.CallerContacted, recorded: Recorded) -> Doc | None:
    part = _of_lead(doc, fact.assignment)
    if part is None or not fact.reached or part["reached_at"] is not None:
        return None
    return {"code": "handling", "unit": part["unit"], "slots": {"way": fact.way}}


def _supplement_asked(doc: Doc, fact: f.SupplementAsked, recorded: Recorded) -> Doc:
    unit = _unit_of_lead(doc) if fact.assignment else None
    return {"code": "needs_supplement", "unit": unit, "words": _words(fact, "question")}


def _extended(doc: Doc, fact: f.ExtensionGranted, recorded: Recorded) -> Doc | None:
    part = _of_lead(doc, fact.assignment)
    if part is None:
        return None
    return {"code": "extended", "unit": part["unit"], "slots": {"days": fact.days, "reason": fact.told_reason}}


def _extension_reason(doc: Doc, fact: f.ExtensionGranted, recorded: Recorded) -> Doc:
    return {"extension_reason": fact.told_reason} if _of_lead(doc, fact.assignment) else {}


def _deferred(doc: Doc, fact: f.DeferralApproved, recorded: Recorded) -> Doc:
    return {"code": "deferred", "unit": _unit_of_lead(doc), "slots": {"review_on": fact.review_on.isoformat()}}


def _replied(doc: Doc, fact: f.AssignmentReplied, recorded: Recorded) -> Doc:
    """Kept back until the review has passed it: what it rejects was never said to the citizen."""
    if _of_lead(doc, fact.assignment) is None:
        return {}
    return {"reply": {"text": fact.public_reply, "claimed": fact.claimed, "at": recorded.recorded_at}}


def _accepted(doc: Doc, fact: f.ReplyAccepted, recorded: Recorded) -> Doc:
    claimed = doc["reply"]["claimed"] if doc["reply"] else None
    return {"code": "replied", "unit": _unit_of_lead(doc), "slots": {"claimed": claimed}}


def _reply_shown(doc: Doc, fact: f.ReplyAccepted, recorded: Recorded) -> Doc:
    reply = doc["reply"]
    if reply is None:
        return {}
    return {"public_reply": reply["text"], "claimed": reply["claimed"], "replied_at": reply["at"], "reply": None}


def _called_back(doc: Doc, fact: f.CallerAnswered, recorded: Recorded) -> Doc:
    code = "rated" if fact.way == "online" else "called_back"
    return {"code": code, "slots": {"resolution": fact.resolution, "satisfaction": fact.satisfaction}}


def _rework(doc: Doc, fact: f.ReworkOrdered, recorded: Recorded) -> Doc:
    return {"code": "rework", "unit": _unit_of_lead(doc), "slots": {"round": fact.round}}


def _referred(doc: Doc, fact: f.TicketReferred, recorded: Recorded) -> Doc:
    return {"code": "referred", "slots": {"route": fact.route}, "words": _words(fact, "words")}


def _explained(doc: Doc, fact: f.TicketExplained, recorded: Recorded) -> Doc:
    return {"code": "explained", "slots": {"ground": fact.ground}, "words": _words(fact, "words")}


def _closed(doc: Doc, fact: f.TicketClosed, recorded: Recorded) -> Doc:
    return {"code": "closed", "slots": {"outcome": fact.outcome}}


def _classified(doc: Doc, fact: f.TicketClassified, recorded: Recorded) -> Doc:
    return {"type": fact.type, "category": fact.category}


def _answered_question(doc: Doc, fact: f.TicketFact, recorded: Recorded) -> Doc:
    return {"question": None}


def _handed_off(doc: Doc, fact: h.TicketHandedOff, recorded: Recorded) -> Doc:
    """Never more than was acknowledged: told, and waiting for the other side."""
    return {"code": "told_platform" if fact.keep else "handed_off", "slots": {"platform": fact.platform}}


def _taken(doc: Doc, fact: h.HandOffTaken, recorded: Recorded) -> Doc:
    code = "hand_off_shared" if doc.get("follow_up") else "hand_off_taken"
    return {"code": code, "slots": {"platform": fact.platform}}


def _follow_up(doc: Doc, fact: h.TicketHandedOff, recorded: Recorded) -> Doc:
    """Whether a part of the matter stays here, for when the other side takes its own; being only told takes nothing."""
    return {} if fact.keep else {"follow_up": fact.follow_up}


def _of_platform(code: str) -> Tell:
    return lambda doc, fact, recorded: {"code": code, "slots": {"platform": fact.platform}}


def _hand_off_ended(doc: Doc, fact: h.HandOffEnded, recorded: Recorded) -> Doc:
    code = "platform_knows" if fact.why == "told" else "hand_off_ended"
    return {"code": code, "slots": {"platform": fact.platform}}


def _hand_off_reported(doc: Doc, fact: h.HandOffReported, recorded: Recorded) -> Doc:
    """The other side's words are shown where they name nobody, and go with the ticket's key."""
    code = "hand_off_progress" if fact.outcome is None else "hand_off_result"
    words = _words(fact, "words") if fact.public else None
    return {"code": code, "slots": {"platform": fact.platform, "outcome": fact.outcome}, "words": words}


_TELLS: Mapping[type, Tell] = {
    f.TicketReceived: _without_unit("received"),
    f.TicketDispatched: _dispatched,
    f.DisputeAdjudicated: _adjudicated,
    f.AssignmentSigned: _signed,
    f.CallerContacted: _contacted,
    f.SupplementAsked: _supplement_asked,
    f.SupplementGiven: _without_unit("supplement_given"),
    f.SupplementWaitEnded: _without_unit("supplement_wait_ended"),
    f.ExtensionGranted: _extended,
    f.DeferralApproved: _deferred,
    f.TicketResumed: _plain("resumed"),
    f.ReplyAccepted: _accepted,
    f.CallerAnswered: _called_back,
    f.CallerNotReached: _without_unit("not_reached"),
    f.ReworkOrdered: _rework,
    f.TicketUrged: _without_unit("urged"),
    f.TicketAnswered: _with_words("answered", "answer"),
    f.TicketReferred: _referred,
    f.TicketExplained: _explained,
    f.TicketClosed: _closed,
    f.TicketReopened: _without_unit("reopened"),
    f.TicketWithdrawn: _without_unit("withdrawn"),
    f.TicketVoided: _without_unit("voided"),
    h.TicketHandedOff: _handed_off,
    h.HandOffTaken: _taken,
    h.HandOffEnded: _hand_off_ended,
    h.HandOffReported: _hand_off_reported,
    h.HandOffArrived: _of_platform("hand_off_arrived"),
    h.HandedBack: _of_platform("handed_back"),
    h.HandOffVoided: _of_platform("hand_off_voided"),
}
_BESIDE: Mapping[type, Callable[[Doc, Any, Recorded], Doc]] = {
    f.TicketClassified: _classified,
    f.SupplementAsked: lambda doc, fact, recorded: {"question": _words(fact, "question")},
    f.SupplementGiven: _answered_question,
    f.SupplementWaitEnded: _answered_question,
    f.TicketWithdrawn: _answered_question,
    f.ExtensionGranted: _extension_reason,
    f.AssignmentReplied: _replied,
    f.ReplyAccepted: _reply_shown,
    h.TicketHandedOff: _follow_up,
    f.ProcessingRestricted: lambda doc, fact, recorded: {"restricted": True},
}
