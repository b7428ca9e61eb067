"""Every action on a ticket by its name, and which of them an actor may take now."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from hotline.command import Desk, Refused
from hotline.ticket import (
    answering,
    attaching,
    calling_back,
    classifying,
    closing,
    confirming,
    consulting,
    dispatching,
    extending,
    handing_over,
    handling,
    inspecting,
    keeping,
    receiving,
    returning,
    reviewing,
    supervising,
    supplementing,
)
from hotline.ticket.command import TicketCommand
from hotline.ticket.ticket import Ticket

_COMMANDS: tuple[type[TicketCommand], ...] = (
    classifying.Classify,
    answering.Answer,
    answering.Refer,
    answering.Explain,
    answering.Void,
    consulting.Consult,
    handing_over.HandOver,
    supplementing.AskSupplement,
    supplementing.GiveSupplement,
    attaching.Attach,
    receiving.Withdraw,
    confirming.ConfirmReading,
    dispatching.Dispatch,
    dispatching.Redispatch,
    dispatching.CoDispatch,
    dispatching.PassDown,
    handling.Sign,
    handling.Contact,
    handling.Reply,
    returning.RequestReturn,
    returning.AcceptReturn,
    returning.RefuseReturn,
    returning.Dispute,
    returning.Argue,
    returning.Adjudicate,
    extending.RequestExtension,
    extending.GrantExtension,
    extending.RefuseExtension,
    extending.RequestDeferral,
    extending.ApproveDeferral,
    extending.RefuseDeferral,
    extending.Resume,
    reviewing.Review,
    calling_back.CallBack,
    calling_back.Rate,
    calling_back.Rework,
    closing.Close,
    closing.AcceptAsSource,
    closing.Reopen,
    supervising.Urge,
    supervising.Supervise,
    supervising.Escalate,
    supervising.Note,
    inspecting.Inspect,
    supervising.Exclude,
    supervising.Include,
    keeping.Unmask,
    keeping.Hold,
    keeping.ReleaseHold,
    keeping.RequestErasure,
    keeping.ApproveErasure,
    keeping.RefuseErasure,
)

ACTIONS = MappingProxyType({command.ACTION: command for command in _COMMANDS})
"""Action name to command; the two commands of the clock (ring, confirm-dues) are nobody's to call."""


def allowed(ticket: Ticket, desk: Desk, among: Mapping[str, type[TicketCommand]] = ACTIONS) -> tuple[str, ...]:
    """The actions whose own guards this actor passes now; ``among`` are those he can be concerned with."""
    return tuple(name for name, command in among.items() if passes(command, ticket, desk))


def passes(command: type[TicketCommand], ticket: Ticket, desk: Desk) -> bool:
    try:
        command.guard(ticket, desk)
    except Refused:
        return False
    return True
