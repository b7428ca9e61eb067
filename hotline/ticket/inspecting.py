"""Looking for oneself: was it resolved, as the unit claims?"""

from __future__ import annotations

from typing import ClassVar

from hotline.command import Desk, Refused, Words
from hotline.facts import Role
from hotline.ticket import command as c
from hotline.ticket import facts as f
from hotline.ticket.ticket import State, Ticket


class Inspect(c.TicketCommand):
    """What an inspector found where the lead has replied or the ticket is closed.  It moves nothing: claim, the caller's answer and
    inspection are kept apart, so that the gap between them can be seen.  Looked at again, the last finding counts."""

    ACTION: ClassVar[str] = "inspect"
    ROLES: ClassVar[frozenset[Role]] = frozenset({Role.SUPERVISOR, Role.AUDITOR})
    STATES: ClassVar[frozenset[State]] = frozenset({State.REPLIED, State.CALLBACK_DUE, State.CLOSED, State.ARCHIVED})
    REFUSAL: ClassVar[str] = "no_result_yet"
    resolution: f.Resolution
    words: Words

    @classmethod
    def check(cls, ticket: Ticket, desk: Desk) -> None:
        if ticket.text_withheld:
            raise Refused("nothing_to_inspect")

    def decide(self, ticket: Ticket, desk: Desk) -> c.Facts:
        yield f.ResolutionInspected(resolution=self.resolution, words=desk.seal("inspected.words", self.words))
