"""Everything that can have happened to a ticket, on one page.

Free text and exact places stand here only sealed (``Sealed``); the one text in the clear is the public reply,
which is refused while it holds personal data.  Every fact that starts, pauses, resumes, moves or stops a clock
carries that clock's whole reading: a due time is recorded here and never computed again from the rules.

Reasons that must stay readable after the ticket's key is gone (exclusions, holds, erasures) are in the clear and
held to the same test as a public reply.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from hotline.clocks import Reading
from hotline.facts import Fact, Upcast
from hotline.sealing import Sealed

Type = Literal["consult", "help", "complaint", "report", "suggestion", "praise", "other"]
Urgency = Literal["normal", "urgent", "emergency"]
Channel = Literal["phone", "web", "wechat", "app", "letter", "province", "police", "visit"]
ContactPreference = Literal["voice", "text", "none"]
Resolution = Literal["resolved", "explained", "unresolved"]
Satisfaction = Literal["satisfied", "basically", "neutral", "dissatisfied"]
Dissatisfaction = Literal["policy_limits", "recurring", "long_process", "overlapping_duties", "other"]
Outcome = Literal["answered", "referred", "explained", "handled", "unresolved"]
AssignmentRole = Literal["lead", "co"]
AttachmentKind = Literal["jpeg", "png", "webp", "pdf"]
Category = tuple[str, ...]


class Value(BaseModel):
    """A part of a fact."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(Value):
    """Where the request comes from; an instruction or inspection order brings its own number and due time."""

    kind: Literal["citizen", "instruction", "province"] = "citizen"
    outside_number: str | None = Field(default=None, max_length=100)
    due: AwareDatetime | None = None


class Access(Value):
    """What a citizen proves himself with, kept only as keyed hashes."""

    code: str
    token: str


class NewAssignment(Value):
    """One unit's part of a ticket as it begins."""

    id: str
    unit: str
    role: AssignmentRole
    tier: str
    parent: str | None = None


class TicketFact(Fact):
    """A fact of the ticket stream; ``clocks`` holds every reading this fact changed."""

    clocks: tuple[Reading, ...] = ()


# -- taken down ------------------------------------------------------------------------------------------------
class TicketReceived(TicketFact):
    """A request was taken down."""

    TOPIC: ClassVar[str] = "ticket.received"
    number: str
    access: Access
    channel: Channel
    person_id: UUID | None
    reachable: bool
    caller_kind: Literal["person", "enterprise"]
    on_behalf_of: Sealed | None
    contact_preference: ContactPreference
    callback_wanted: bool
    confidential: bool
    minor_involved: bool
    text: Sealed | None
    place: Sealed | None
    district: str | None
    cell: str | None
    type: Type | None
    category: Category
    urgency: Urgency
    source: Source
    call_id: str | None
    recording: str | None
    accused_unit: str | None
    about_team: str | None
    retention: str
    tags: tuple[str, ...]

    @property
    def keyed(self) -> bool:
        """Whether the vault has something to keep for it; of a state secret that nobody may know of there is nothing."""
        return any(kept is not None for kept in (self.person_id, self.on_behalf_of, self.text, self.place))


class SupplementAsked(TicketFact):
    """We asked the caller for more and wait."""

    TOPIC: ClassVar[str] = "ticket.supplement_asked"
    question: Sealed
    assignment: str | None


class SupplementGiven(TicketFact):
    """The caller answered; the ticket is back where it was."""

    TOPIC: ClassVar[str] = "ticket.supplement_given"
    text: Sealed


class SupplementWaitEnded(TicketFact):
    """The wait for the caller ended without an answer; the ticket is back where it was."""

    TOPIC: ClassVar[str] = "ticket.supplement_wait_ended"


class TicketClassified(TicketFact):
    """A person decided what the request is."""

    TOPIC: ClassVar[str] = "ticket.classified"
    type: Type
    category: Category
    urgency: Urgency
    accused_unit: str | None
    retention: str


class TicketWithdrawn(TicketFact):
    """The caller took the request back."""

    TOPIC: ClassVar[str] = "ticket.withdrawn"
    reason: Sealed | None


class TicketVoided(TicketFact):
    """A nuisance or void call: logged and closed, not dispatched."""

    TOPIC: ClassVar[str] = "ticket.voided"
    kind: Literal["nuisance", "silent", "misdial", "malicious"]
    told_police: bool


# -- settled on the line ---------------------------------------------------------------------------------------
class TicketAnswered(TicketFact):
    """Answered on the line from the knowledge base."""

    TOPIC: ClassVar[str] = "ticket.answered"
    answer: Sealed
    knowledge: str | None


class TicketReferred(TicketFact):
    """The caller was pointed to the statutory route that the matter must take."""

    TOPIC: ClassVar[str] = "ticket.referred"
    route: str
    words: Sealed | None


class TicketExplained(TicketFact):
    """It was explained why the request cannot be met (unlawful, secret, private) or why the result stands."""

    TOPIC: ClassVar[str] = "ticket.explained"
    ground: Literal["unlawful", "secret", "private", "result_stands"]
    words: Sealed


# -- given to units --------------------------------------------------------------------------------------------
class TicketDispatched(TicketFact):
    """The ticket was given to units: one lead, any co-handlers; ``ended`` are the assignments this replaces."""

    TOPIC: ClassVar[str] = "ticket.dispatched"
    assignments: tuple[NewAssignment, ...]
    ended: tuple[str, ...]
    note: Sealed | None


class TicketCoDispatched(TicketFact):
    """Further units were put beside the lead."""

    TOPIC: ClassVar[str] = "ticket.co_dispatched"
    assignments: tuple[NewAssignment, ...]
    note: Sealed | None


class AssignmentPassedDown(TicketFact):
    """A unit gave its part to a unit of a lower tier and stays answerable."""

    TOPIC: ClassVar[str] = "ticket.passed_down"
    assignment: NewAssignment
    note: Sealed | None


class AssignmentSigned(TicketFact):
    """A unit took its part."""

    TOPIC: ClassVar[str] = "ticket.signed"
    assignment: str


class CallerContacted(TicketFact):
    """A unit reached, or tried to reach, the caller before or while working."""

    TOPIC: ClassVar[str] = "ticket.contacted"
    assignment: str
    way: Literal["voice", "text", "visit"]
    reached: bool
    words: Sealed | None


class ReturnRequested(TicketFact):
    """A unit said: not ours, and on what legal basis."""

    TOPIC: ClassVar[str] = "ticket.return_requested"
    assignment: str
    reason: Sealed
    legal_basis: str
    suggested_unit: str | None


class ReturnAccepted(TicketFact):
    """The centre took the part back."""

    TOPIC: ClassVar[str] = "ticket.return_accepted"
    assignment: str
    words: Sealed | None


class ReturnRefused(TicketFact):
    """The centre said: it is yours."""

    TOPIC: ClassVar[str] = "ticket.return_refused"
    assignment: str
    words: Sealed


class DisputeOpened(TicketFact):
    """Units disagree about whose it is; the centre hears both."""

    TOPIC: ClassVar[str] = "ticket.disputed"
    assignment: str
    reason: Sealed


class DisputeArgued(TicketFact):
    """A unit put its argument."""

    TOPIC: ClassVar[str] = "ticket.argued"
    assignment: str
    unit: str
    argument: Sealed


class DisputeAdjudicated(TicketFact):
    """The centre decided; that unit cannot return it again."""

    TOPIC: ClassVar[str] = "ticket.adjudicated"
    assignment: str
    unit: str
    replacement: NewAssignment | None
    reason: Sealed
    hearing: Sealed


# -- worked on -------------------------------------------------------------------------------------------------
class ExtensionRequested(TicketFact):
    """More time was asked for before the due time."""

    TOPIC: ClassVar[str] = "ticket.extension_requested"
    assignment: str
    days: int
    reason: Sealed


class ExtensionGranted(TicketFact):
    """The centre gave more time; the caller is told."""

    TOPIC: ClassVar[str] = "ticket.extension_granted"
    assignment: str
    days: int
    told_reason: str


class ExtensionRefused(TicketFact):
    """The centre gave no more time."""

    TOPIC: ClassVar[str] = "ticket.extension_refused"
    assignment: str
    words: Sealed


class DeferralRequested(TicketFact):
    """A unit asked to set the matter aside, with a plan and a date to look again."""

    TOPIC: ClassVar[str] = "ticket.deferral_requested"
    assignment: str
    plan: Sealed
    review_on: date


class DeferralApproved(TicketFact):
    """A leader agreed; the matter is shown apart and not dropped."""

    TOPIC: ClassVar[str] = "ticket.deferred"
    assignment: str
    review_on: date


class DeferralRefused(TicketFact):
    """A leader did not agree."""

    TOPIC: ClassVar[str] = "ticket.deferral_refused"
    assignment: str
    words: Sealed


class TicketResumed(TicketFact):
    """Work on a deferred matter goes on."""

    TOPIC: ClassVar[str] = "ticket.resumed"
    words: Sealed | None


def _claim_in_words(state: dict[str, Any]) -> dict[str, Any]:
    """Version 1 knew only whether the unit claimed it resolved; an explanation could not be told from a failure."""
    return {**state, "claimed": "resolved" if state["claimed"] else "unresolved"}


class AssignmentReplied(TicketFact):
    """A unit replied: what it found inside, what may be said in public, what it claims to have reached."""

    TOPIC: ClassVar[str] = "ticket.replied"
    VERSION: ClassVar[int] = 2
    UPCASTS: ClassVar[Mapping[int, Upcast]] = {1: _claim_in_words}
    assignment: str
    internal_result: Sealed
    public_reply: str | None
    claimed: Resolution
    template: str | None


# -- checked and asked -----------------------------------------------------------------------------------------
class ReplyAccepted(TicketFact):
    """The centre's review passed the reply; ``call_back`` says how the caller will be asked, None if not at all."""

    TOPIC: ClassVar[str] = "ticket.reply_accepted"
    checks: tuple[str, ...]
    comment: Sealed | None
    call_back: Literal["voice", "text"] | None


class ReplyRejected(TicketFact):
    """The centre's review sent the reply back."""

    TOPIC: ClassVar[str] = "ticket.reply_rejected"
    assignment: str
    failed: tuple[str, ...]
    comment: Sealed


class CallerAnswered(TicketFact):
    """The caller was asked, or rated unasked: contacted? resolved? satisfied?  The last answer counts."""

    TOPIC: ClassVar[str] = "ticket.caller_answered"
    way: Literal["voice", "text", "online"]
    contacted: bool | None
    resolution: Resolution | None
    satisfaction: Satisfaction | None
    cause: Dissatisfaction | None
    comment: Sealed | None

    @property
    def unhappy(self) -> bool:
        """An answer that goes to triage: not resolved, or dissatisfied."""
        return self.resolution == "unresolved" or self.satisfaction == "dissatisfied"


class CallerNotReached(TicketFact):
    """An attempt to ask the caller failed."""

    TOPIC: ClassVar[str] = "ticket.caller_not_reached"
    way: Literal["voice", "text"]
    attempt: int


class ReworkOrdered(TicketFact):
    """Back to the lead under a limit of its own; the first due time and whether it was kept stay as they were."""

    TOPIC: ClassVar[str] = "ticket.rework_ordered"
    round: int
    assignment: str
    reason: Sealed


class SourceAccepted(TicketFact):
    """Whoever gave the instruction or inspection order accepted the result."""

    TOPIC: ClassVar[str] = "ticket.source_accepted"
    words: Sealed | None


class TicketClosed(TicketFact):
    """The end."""

    TOPIC: ClassVar[str] = "ticket.closed"
    outcome: Outcome
    reached: bool


class TicketReopened(TicketFact):
    """On a new fact, or inside the window."""

    TOPIC: ClassVar[str] = "ticket.reopened"
    reason: Sealed
    new_fact: bool
    to: Literal["received", "awaiting_dispatch"]


class TicketArchived(TicketFact):
    """Put away after the profile's time."""

    TOPIC: ClassVar[str] = "ticket.archived"


# -- pressed for -----------------------------------------------------------------------------------------------
class TicketUrged(TicketFact):
    """The caller's nudge; a progress enquiry is one too."""

    TOPIC: ClassVar[str] = "ticket.urged"
    words: Sealed | None


class TicketSupervised(TicketFact):
    """The centre's pressure, put on by a person."""

    TOPIC: ClassVar[str] = "ticket.supervised"
    level: Literal["yellow", "red"]
    reason: Sealed


class ClockRang(TicketFact):
    """A limit drew near (yellow), was reached (red), or stood passed (notice, criticism); each level once."""

    TOPIC: ClassVar[str] = "ticket.clock_rang"
    clock: str
    level: str
    due: datetime


class ProblemRaised(TicketFact):
    """A problem ticket: reworked too often, or passed from unit to unit without a lead being settled."""

    TOPIC: ClassVar[str] = "ticket.problem_raised"
    ground: Literal["reworks", "leads"]


class SupervisionEscalated(TicketFact):
    """A leader watches the ticket from here on."""

    TOPIC: ClassVar[str] = "ticket.supervision_escalated"
    reason: Sealed | None


class DuesConfirmed(TicketFact):
    """The official calendar arrived and the provisional due times were counted again, with no second notice."""

    TOPIC: ClassVar[str] = "ticket.dues_confirmed"
    calendar_until: date


# -- counted, noted, kept --------------------------------------------------------------------------------------
Exclusion = Literal["not_counted", "unreasonable", "outside_duty", "withdrawn", "unreachable", "unanswered"]


class TicketExcluded(TicketFact):
    """Left out of rates, with a reason and who approved it."""

    TOPIC: ClassVar[str] = "ticket.excluded"
    ground: Exclusion
    reason: str
    approver: str


class TicketIncluded(TicketFact):
    """The exclusion was revoked."""

    TOPIC: ClassVar[str] = "ticket.included"
    ground: Exclusion
    reason: str
    approver: str


class NoteAdded(TicketFact):
    """A note inside the house."""

    TOPIC: ClassVar[str] = "ticket.noted"
    text: Sealed


class FileAttached(TicketFact):
    """A photo or document was added.  Its content lies in a file of its own, sealed with the ticket's key."""

    TOPIC: ClassVar[str] = "ticket.attached"
    attachment: UUID
    kind: AttachmentKind
    size: int
    name: Sealed | None


class CallerUnmasked(TicketFact):
    """Somebody was shown what is hidden: why, which fields, until when."""

    TOPIC: ClassVar[str] = "ticket.unmasked"
    fields: tuple[str, ...]
    reason: Sealed
    until: datetime


class HoldPlaced(TicketFact):
    """Needed in a dispute at law: nothing may be erased."""

    TOPIC: ClassVar[str] = "ticket.hold_placed"
    reason: str


class HoldReleased(TicketFact):
    """The hold is over."""

    TOPIC: ClassVar[str] = "ticket.hold_released"
    reason: str


class ErasureRequested(TicketFact):
    """The person, or the law, wants the personal data gone."""

    TOPIC: ClassVar[str] = "ticket.erasure_requested"
    reason: str


class ErasureRefused(TicketFact):
    """The approver said no."""

    TOPIC: ClassVar[str] = "ticket.erasure_refused"
    reason: str


class ProcessingRestricted(TicketFact):
    """Approved before the statutory retention ended: stored only, not processed, until then."""

    TOPIC: ClassVar[str] = "ticket.processing_restricted"
    until: datetime


class TicketErased(TicketFact):
    """The key was ordered destroyed; the ticket still counts."""

    TOPIC: ClassVar[str] = "ticket.erased"
    approver: str
