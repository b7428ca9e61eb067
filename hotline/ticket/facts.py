"""Everything that can have happened to a ticket, by its themes; what experts and other platforms have to do with it stands in
``expert_facts`` and ``handoff_facts``.

Free text and exact places stand here only sealed (``Sealed``); the one text in the clear is the public reply,
which is refused while it holds personal data.  Every fact that starts, pauses, resumes, moves or stops a clock
carries that clock's whole reading: a due time is recorded here and never computed again from the rules.

Reasons that must stay readable after the ticket's key is gone (exclusions, holds, erasures) are in the clear and
held to the same test as a public reply.
"""

from __future__ import annotations

from hotline.ticket.fact import (
    Access,
    AssignmentRole,
    AttachmentKind,
    Category,
    Channel,
    ContactPreference,
    Dissatisfaction,
    NewAssignment,
    Outcome,
    Resolution,
    Satisfaction,
    Source,
    TicketFact,
    Type,
    Urgency,
    Value,
)
from hotline.ticket.intake_facts import (
    SupplementAsked,
    SupplementGiven,
    SupplementWaitEnded,
    TicketAnswered,
    TicketClassified,
    TicketExplained,
    TicketReceived,
    TicketReferred,
    TicketVoided,
    TicketWithdrawn,
)
from hotline.ticket.keeping_facts import (
    CallerUnmasked,
    ErasureRefused,
    ErasureRequested,
    Exclusion,
    FileAttached,
    HoldPlaced,
    HoldReleased,
    NoteAdded,
    ProcessingRestricted,
    TicketErased,
    TicketExcluded,
    TicketIncluded,
)
from hotline.ticket.outcome_facts import (
    CallerAnswered,
    CallerNotReached,
    ReplyAccepted,
    ReplyRejected,
    ResolutionInspected,
    ReworkOrdered,
    SourceAccepted,
    TicketArchived,
    TicketClosed,
    TicketReopened,
)
from hotline.ticket.pressing_facts import (
    ClockRang,
    DuesConfirmed,
    ProblemRaised,
    SupervisionEscalated,
    TicketSupervised,
    TicketUrged,
)
from hotline.ticket.unit_facts import (
    AssignmentPassedDown,
    AssignmentReplied,
    AssignmentSigned,
    CallerContacted,
    DeferralApproved,
    DeferralRefused,
    DeferralRequested,
    DisputeAdjudicated,
    DisputeArgued,
    DisputeOpened,
    ExtensionGranted,
    ExtensionRefused,
    ExtensionRequested,
    ReturnAccepted,
    ReturnRefused,
    ReturnRequested,
    TicketCoDispatched,
    TicketDispatched,
    TicketResumed,
)

__all__ = [
    "Access", "AssignmentPassedDown", "AssignmentReplied", "AssignmentRole", "AssignmentSigned", "AttachmentKind",
    "CallerAnswered", "CallerContacted", "CallerNotReached", "CallerUnmasked", "Category", "Channel", "ClockRang",
    "ContactPreference", "DeferralApproved", "DeferralRefused", "DeferralRequested", "DisputeAdjudicated",
    "DisputeArgued", "DisputeOpened", "Dissatisfaction", "DuesConfirmed", "ErasureRefused", "ErasureRequested",
    "Exclusion", "ExtensionGranted", "ExtensionRefused", "ExtensionRequested", "FileAttached", "HoldPlaced",
    "HoldReleased", "NewAssignment", "NoteAdded", "Outcome", "ProblemRaised", "ProcessingRestricted", "ReplyAccepted",
    "ReplyRejected", "Resolution", "ResolutionInspected", "ReturnAccepted", "ReturnRefused", "ReturnRequested", "ReworkOrdered",
    "Satisfaction", "Source", "SourceAccepted", "SupervisionEscalated", "SupplementAsked", "SupplementGiven",
    "SupplementWaitEnded", "TicketAnswered", "TicketArchived", "TicketClassified", "TicketClosed",
    "TicketCoDispatched", "TicketDispatched", "TicketErased", "TicketExcluded", "TicketExplained", "TicketFact",
    "TicketIncluded", "TicketReceived", "TicketReferred", "TicketReopened", "TicketResumed", "TicketSupervised",
    "TicketUrged", "TicketVoided", "TicketWithdrawn", "Type", "Urgency", "Value",
]  # fmt: skip
