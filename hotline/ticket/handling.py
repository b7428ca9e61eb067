"""A unit at work: signing, reaching the caller first, replying."""

from __future__ import annotations

from typing import ClassVar, Literal

from hotline.command import Code, Desk, Happened, Refused, Words
from hotline.facts import Role
from hotline.ticket import command as c
from hotline.ticket import facts as f
from hotline.ticket.closing import attempts_due
from hotline.ticket.ticket import Assignment, State, Ticket


class Sign(c.PartCommand):
    """Take one's part.  A co-handler may do so whatever becomes of the lead, while the ticket is open."""

    ACTION: ClassVar[str] = "sign"
    ROLES: ClassVar[frozenset[Role]] = c.UNIT
    STATES: ClassVar[frozenset[State]] = frozenset(
        {
            State.AWAITING_DISPATCH,
            State.IN_PROGRESS,
            State.NEEDS_SUPPLEMENT,
            State.DEFERRED,
            State.REPLIED,
            State.CALLBACK_DUE,
        }
    )
    PARTS: ClassVar = ("dispatched",)

    def decide(self, ticket: Ticket, desk: Desk) -> c.Facts:
        part = self.part(ticket, desk)
        yield f.AssignmentSigned(assignment=part.id, clocks=tuple(c.stop(desk, ticket, f"sign:{part.id}")))


class Contact(c.PartCommand, Happened):
    """Reach the caller, or try to, by a way the caller wants.  The clock stops only when the caller was reached."""

    ACTION: ClassVar[str] = "contact"
    ROLES: ClassVar[frozenset[Role]] = c.UNIT
    STATES: ClassVar[frozenset[State]] = frozenset(
        {State.AWAITING_DISPATCH, State.IN_PROGRESS, State.NEEDS_SUPPLEMENT, State.DEFERRED, State.REPLIED}
    )
    PARTS: ClassVar = ("signed",)
    way: Literal["voice", "text", "visit"]
    reached: bool = True
    words: Words | None = None

    @classmethod
    def check(cls, ticket: Ticket, desk: Desk) -> None:
        if ticket.contact_preference == "none":
            raise Refused("no_contact_wanted")
        super().check(ticket, desk)

    def decide(self, ticket: Ticket, desk: Desk) -> c.Facts:
        part = self.part(ticket, desk)
        if self.way != ticket.contact_preference and ticket.contact_preference == "text":
            raise Refused("other_contact_wanted", way=ticket.contact_preference)
        if self.happened_at is not None and not ticket.received_at <= self.happened_at <= desk.at:
            raise Refused("time_out_of_range", field="happened_at")
        names = (f"first_contact:{part.id}", "rework_contact") if self.reached else ()
        yield f.CallerContacted(
            assignment=part.id,
            way=self.way,
            reached=self.reached,
            words=desk.seal_if("contacted.words", self.words),
            clocks=tuple(c.stop(desk, ticket, *names)),
        )


class Reply(c.PartCommand):
    """Reply: the lead's reply is the ticket's and stops the citizen's clock; a co-handler's alone leaves it open."""

    ACTION: ClassVar[str] = "reply"
    ROLES: ClassVar[frozenset[Role]] = c.UNIT
    STATES: ClassVar[frozenset[State]] = frozenset(
        {State.AWAITING_DISPATCH, State.IN_PROGRESS, State.REPLIED, State.CALLBACK_DUE}
    )
    PARTS: ClassVar = ("signed",)
    internal_result: Words
    public_reply: Words | None = None
    claimed: f.Resolution
    template: Code | None = None

    @classmethod
    def check(cls, ticket: Ticket, desk: Desk) -> None:
        super().check(ticket, desk)
        if not any(_contacted_enough(ticket, a, desk) for a in cls.choices(ticket, desk.by)):
            raise Refused("contact_first")

    def decide(self, ticket: Ticket, desk: Desk) -> c.Facts:
        part = self.part(ticket, desk)
        lead = part.role == "lead" and part.parent is None
        if lead and self.public_reply is None:
            raise Refused("public_reply_missing")
        if self.template is not None and self.template not in desk.rules.templates:
            raise Refused("unknown_template", template=self.template)
        readings = [*c.stop(desk, ticket, *_clocks_of(part.id))]
        if lead:
            readings += [*c.stop(desk, ticket, "citizen", "rework", "rework_contact"), *c.start(desk, ticket, "review")]
        yield f.AssignmentReplied(
            assignment=part.id,
            internal_result=desk.seal("replied.internal_result", self.internal_result),
            public_reply=desk.public(self.public_reply, "public_reply") if self.public_reply else None,
            claimed=self.claimed,
            template=self.template,
            clocks=tuple(readings),
        )


def _clocks_of(part: str) -> tuple[str, ...]:
    return tuple(f"{kind}:{part}" for kind in ("unit", "first_contact", "return_request", "extension_decision"))


def _contacted_enough(ticket: Ticket, part: Assignment, desk: Desk) -> bool:
    """Reached, or tried as often as a call-back would be; nobody is asked to contact who cannot or will not be."""
    asked = part.role == "lead" and part.parent is None
    if not asked or not desk.rules.contact_before_reply or not ticket.reachable or ticket.contact_preference == "none":
        return True
    own = [a for a in ticket.assignments.values() if part.id in (a.id, a.parent)]
    return any(a.reached for a in own) or sum(a.contacts for a in own) >= attempts_due(ticket, desk)
