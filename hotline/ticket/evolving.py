"""What each fact means to the state of a ticket.  Never decides, never refuses: what is in the log has happened."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import reduce

from hotline.facts import Recorded
from hotline.ticket import facts as f
from hotline.ticket.elsewhere import elsewhere
from hotline.ticket.speaking import said
from hotline.ticket.ticket import Assignment, State, Ticket, below, ended, unsettled_leads, with_parts


def replay(ticket: Ticket | None, history: Iterable[Recorded]) -> Ticket | None:
    """The state after a history; eventsourcing's projector function."""
    return reduce(evolve, history, ticket)


def evolve(ticket: Ticket | None, recorded: Recorded) -> Ticket | None:
    """The state after one more fact.  Never decides, never refuses: what is in the log has happened."""
    fact = recorded.fact
    if isinstance(fact, f.TicketReceived):
        return _received(fact, recorded)
    if ticket is None or not isinstance(fact, f.TicketFact):
        return ticket
    if fact.clocks:
        # The alarms of a reading are those still to ring: one that rang before and stands there again was set anew.
        again = {(r.clock, level) for r in fact.clocks for level in r.alarms}
        ticket = replace(
            ticket, clocks={**ticket.clocks, **{r.clock: r for r in fact.clocks}}, rung=ticket.rung - again
        )
    return replace(
        said(_only_live_wishes(_moved(ticket, fact, recorded)), recorded), version=recorded.originator_version
    )


def _received(fact: f.TicketReceived, recorded: Recorded) -> Ticket:
    return Ticket(
        id=recorded.originator_id,
        number=fact.number,
        channel=fact.channel,
        received_at=recorded.recorded_at,
        person_id=fact.person_id,
        reachable=fact.reachable,
        contact_preference=fact.contact_preference,
        callback_wanted=fact.callback_wanted,
        confidential=fact.confidential,
        about_team=fact.about_team,
        text_withheld=fact.text is None,
        source=fact.source,
        retention=fact.retention,
        type=fact.type,
        category=fact.category,
        urgency=fact.urgency,
        accused_unit=fact.accused_unit,
        district=fact.district,
        clocks={r.clock: r for r in fact.clocks},
        version=recorded.originator_version,
    )


def _moved(t: Ticket, fact: f.TicketFact, recorded: Recorded) -> Ticket:
    """One flat table of what each fact means to the rules."""
    match fact:
        case f.SupplementAsked():
            return replace(t, state=State.NEEDS_SUPPLEMENT, back_to=t.state)
        case f.SupplementGiven() | f.SupplementWaitEnded():
            if t.state is not State.NEEDS_SUPPLEMENT:
                return t
            return replace(t, state=t.back_to or State.RECEIVED, back_to=None)
        case f.TicketClassified():
            state = State.AWAITING_DISPATCH if t.state is State.RECEIVED else t.state
            return replace(
                t,
                state=state,
                type=fact.type,
                category=fact.category,
                urgency=fact.urgency,
                accused_unit=fact.accused_unit,
                retention=fact.retention,
            )
        case f.TicketWithdrawn():
            return ended(t, State.WITHDRAWN, recorded.recorded_at)
        case f.TicketVoided():
            return ended(t, State.VOID, recorded.recorded_at)
        case f.TicketAnswered():
            return replace(t, outcome="answered")
        case f.TicketReferred():
            return replace(t, outcome="referred")
        case f.TicketExplained():
            return replace(t, outcome="explained", unhappy=False)
        case f.TicketDispatched():
            return _dispatched(t, fact)
        case f.TicketCoDispatched():
            return with_parts(t, *(_new(a) for a in fact.assignments))
        case f.AssignmentPassedDown():
            return with_parts(t, _new(fact.assignment))
        case f.AssignmentSigned():
            return _part(t, fact.assignment, state="signed", signed=True)
        case f.CallerContacted():
            part = t.assignments[fact.assignment]
            return _part(t, part.id, contacts=part.contacts + 1, reached=part.reached or fact.reached)
        case f.ReturnRequested():
            part = t.assignments[fact.assignment]
            t = replace(t, returns=t.returns + 1) if part.role == "lead" else t
            return _part(t, part.id, state="return_requested", returns=part.returns + 1)
        case f.ReturnAccepted():
            return _taken_back(t, t.assignments[fact.assignment])
        case f.ReturnRefused():
            return _back_to_work(t, fact.assignment)
        case f.DisputeOpened():
            return _part(t, fact.assignment, state="disputed")
        case f.DisputeAdjudicated():
            return _adjudicated(t, fact)
        case f.ExtensionRequested():
            return replace(t, extension_wanted=(fact.assignment, fact.days))
        case f.ExtensionGranted():
            part = t.assignments[fact.assignment]
            more = {"extensions": part.extensions + 1, "extended_days": part.extended_days + fact.days}
            return _part(replace(t, extension_wanted=None), part.id, **more)
        case f.ExtensionRefused():
            return replace(t, extension_wanted=None)
        case f.DeferralRequested():
            return replace(t, deferral_wanted=(fact.assignment, fact.review_on))
        case f.DeferralApproved():
            return replace(t, state=State.DEFERRED, deferral_wanted=None)
        case f.DeferralRefused():
            return replace(t, deferral_wanted=None)
        case f.TicketResumed():
            return replace(t, state=State.IN_PROGRESS)
        case f.AssignmentReplied():
            return _replied(t, t.assignments[fact.assignment], recorded)
        case f.ReplyAccepted():
            return replace(t, state=State.CALLBACK_DUE, call_back=fact.call_back, answered=False, call_attempts=0)
        case f.ReplyRejected():
            t = replace(t, state=State.IN_PROGRESS, source_accepted=False)
            return _part(t, fact.assignment, state="signed")
        case f.CallerAnswered():
            return replace(t, answered=True, unhappy=fact.unhappy, call_attempts=0)
        case f.CallerNotReached():
            return replace(t, call_attempts=fact.attempt)
        case f.ReworkOrdered():
            t = replace(t, state=State.IN_PROGRESS, reworks=fact.round, unhappy=False, answered=False)
            t = replace(t, source_accepted=False)  # what comes now is another result
            return _part(t, fact.assignment, state="signed", contacts=0, reached=False)
        case f.SourceAccepted():
            return replace(t, source_accepted=True)
        case f.TicketClosed():
            return replace(ended(t, State.CLOSED, recorded.recorded_at), outcome=fact.outcome)
        case f.TicketReopened():
            return replace(
                t,
                state=State(fact.to),
                closed_at=None,
                outcome=None,
                unhappy=False,
                answered=False,
                source_accepted=False,
            )
        case f.TicketArchived():
            return replace(t, state=State.ARCHIVED)
        case f.FileAttached():
            return replace(t, attached=t.attached + 1)
        case f.TicketUrged():
            return replace(t, urged_at=recorded.recorded_at)
        case f.ClockRang():
            return replace(t, rung=t.rung | {(fact.clock, fact.level)})
        case f.ProblemRaised():
            return replace(t, problem=True)
        case f.SupervisionEscalated():
            return replace(t, escalated=True)
        case f.TicketExcluded():
            return replace(t, excluded=t.excluded | {fact.ground})
        case f.TicketIncluded():
            return replace(t, excluded=t.excluded - {fact.ground})
        case f.HoldPlaced():
            return replace(t, hold=True)
        case f.HoldReleased():
            return replace(t, hold=False)
        case f.ErasureRequested():
            return replace(t, erasure_wanted_by=recorded.by.id)
        case f.ErasureRefused():
            return replace(t, erasure_wanted_by=None)
        case f.ProcessingRestricted():
            return replace(t, restricted=True, erasure_wanted_by=None)
        case f.TicketErased():
            return replace(t, erased=True, restricted=False, erasure_wanted_by=None)
        case _:
            return elsewhere(t, fact, recorded)


def _new(a: f.NewAssignment, *, settled: bool = False) -> Assignment:
    return Assignment(id=a.id, unit=a.unit, role=a.role, tier=a.tier, parent=a.parent, settled=settled)


def _part(t: Ticket, part_id: str, **changes: object) -> Ticket:
    return with_parts(t, replace(t.assignments[part_id], **changes))  # type: ignore[arg-type]


def _end_parts(t: Ticket, ids: Iterable[str]) -> Ticket:
    return with_parts(t, *(replace(t.assignments[i], state="ended", lost=True) for i in ids))


def _only_live_wishes(t: Ticket) -> Ticket:
    """What a part asked for falls away with the part, and once it has replied."""
    if t.extension_wanted is not None and not t.assignments[t.extension_wanted[0]].at_work:
        t = replace(t, extension_wanted=None)
    if t.deferral_wanted is not None and not t.assignments[t.deferral_wanted[0]].at_work:
        t = replace(t, deferral_wanted=None)
    return t


def _dispatched(t: Ticket, fact: f.TicketDispatched) -> Ticket:
    leads = unsettled_leads(t) + tuple(a.unit for a in fact.assignments if a.role == "lead")
    t = with_parts(_end_parts(t, fact.ended), *(_new(a) for a in fact.assignments))
    return replace(t, state=State.IN_PROGRESS, leads_tried=leads, lead_settled=False)


def _taken_back(t: Ticket, part: Assignment) -> Ticket:
    t = _end_parts(t, below(t, part.id))
    if part.role == "lead" and part.parent is None:
        t = replace(t, state=State.AWAITING_DISPATCH)
    return t


def _back_to_work(t: Ticket, part_id: str) -> Ticket:
    return _part(t, part_id, state="signed" if t.assignments[part_id].signed else "dispatched")


def _adjudicated(t: Ticket, fact: f.DisputeAdjudicated) -> Ticket:
    if fact.replacement is None:
        t = _part(_back_to_work(t, fact.assignment), fact.assignment, settled=True)
    else:
        t = with_parts(_end_parts(t, below(t, fact.assignment)), _new(fact.replacement, settled=True))
    if t.assignments[fact.assignment].role == "lead":
        t = replace(t, leads_tried=(*t.leads_tried, fact.unit), lead_settled=True)
    return t


def _replied(t: Ticket, part: Assignment, recorded: Recorded) -> Ticket:
    t = _part(t, part.id, state="replied")
    if part.role == "lead" and part.parent is None:
        t = replace(t, state=State.REPLIED, lead_settled=True, replied_at=recorded.recorded_at)
    return t
