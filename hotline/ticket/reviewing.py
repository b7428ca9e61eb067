"""The centre checks a reply before anybody is called back."""

from __future__ import annotations

from typing import ClassVar, Literal

from hotline import clocks
from hotline.command import Desk, Refused, Words
from hotline.facts import Role
from hotline.ticket import command as c
from hotline.ticket import facts as f
from hotline.ticket.closing import close, must_wait_for_source
from hotline.ticket.ticket import Assignment, State, Ticket

Check = Literal["contacted", "evidence", "to_the_point", "basis_cited", "public_text_clean"]


class Review(c.TicketCommand):
    """Accept the reply with every check of the profile's list passed, or reject it and say why.

    An accepted reply goes to call-back by the profile's mode and sample, or closes at once when the caller is not
    to be asked.  A rejected one lets the stopped clocks go on.
    """

    ACTION: ClassVar[str] = "review"
    ROLES: ClassVar[frozenset[Role]] = c.REVIEWING
    STATES: ClassVar[frozenset[State]] = frozenset({State.REPLIED})
    accept: bool
    passed: tuple[Check, ...] = ()
    comment: Words | None = None

    def decide(self, ticket: Ticket, desk: Desk) -> c.Facts:
        failed = tuple(name for name in desk.rules.review_checks if name not in self.passed)
        yield from self._accept(ticket, desk, failed) if self.accept else self._reject(ticket, desk, failed)

    def _accept(self, ticket: Ticket, desk: Desk, failed: tuple[str, ...]) -> c.Facts:
        if failed:
            raise Refused("checks_missing", checks="、".join(failed))
        way = asked_by(ticket, desk)
        again = ("call_back",) if way is not None else ()
        yield f.ReplyAccepted(
            checks=self.passed,
            comment=desk.seal_if("reply_accepted.comment", self.comment),
            call_back=way,
            clocks=(*c.stop(desk, ticket, "review"), *c.start(desk, ticket, *again)),
        )
        if way is None and not must_wait_for_source(ticket):
            yield from close(ticket, desk, "handled", reached=True)

    def _reject(self, ticket: Ticket, desk: Desk, failed: tuple[str, ...]) -> c.Facts:
        lead = ticket.lead
        if self.comment is None or lead is None:
            raise Refused("say_why")
        goes_on = [c.go_on(desk, ticket, r) for r in _stopped_by_reply(ticket, lead)]
        yield f.ReplyRejected(
            assignment=lead.id,
            failed=failed,
            comment=desk.seal("reply_rejected.comment", self.comment),
            clocks=(*c.stop(desk, ticket, "review"), *goes_on),
        )


def _stopped_by_reply(ticket: Ticket, lead: Assignment) -> list[clocks.Reading]:
    """The clocks this reply stopped and no earlier one: a first due time that was settled before a rework stays so."""
    return [
        r
        for name in ("citizen", "rework", f"unit:{lead.id}")
        if (r := ticket.clock(name)) is not None and r.stopped_at == ticket.replied_at
    ]


def asked_by(ticket: Ticket, desk: Desk) -> Literal["voice", "text"] | None:
    """How the caller will be asked, if at all: the profile's mode and sample, and never against his wish.

    The sample is drawn by the vault's keyed digest of the ticket's id: always alike for one ticket, and foreseen by nobody
    without the key.  The id alone would not do, for it follows from a key that whoever files the request chooses.  After a rework
    the caller is always asked.
    """
    rule = desk.rules.call_back(ticket.type or "other", ticket.urgency)
    if rule.mode == "none" or not ticket.reachable or not ticket.callback_wanted:
        return None
    if ticket.contact_preference == "none":
        return None
    if ticket.reworks == 0 and desk.vault.draw("call_back_sample", str(ticket.id)) >= rule.sample:
        return None
    return "text" if ticket.contact_preference == "text" else rule.mode
