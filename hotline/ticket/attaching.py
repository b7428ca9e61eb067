"""Attaching a photo or a document; its content lies sealed in a file, the fact says that it is there."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from hotline.command import Desk, Line, Refused
from hotline.facts import Role
from hotline.ticket import command as c
from hotline.ticket import facts as f
from hotline.ticket.ticket import Ticket

LARGEST = 8 * 1024 * 1024
"""Bytes of one attachment: a photo as telephones take them.  (ours)"""
MOST = 20
"""Attachments of one ticket, whoever adds them.  (ours)"""


class Attach(c.TicketCommand):
    """Add a photo or a document while the ticket is open.  ``size`` is that of the content in bytes, before sealing."""

    ACTION: ClassVar[str] = "attach"
    ROLES: ClassVar[frozenset[Role]] = c.ON_THE_LINE | c.REVIEWING | c.UNIT | {Role.CITIZEN}
    attachment: UUID
    kind: f.AttachmentKind
    size: int = Field(gt=0, le=LARGEST)
    name: Line | None = None

    @classmethod
    def check(cls, ticket: Ticket, desk: Desk) -> None:
        c.refuse_strangers(ticket, desk)
        if ticket.over:
            raise Refused("over", state=ticket.state.value)
        if ticket.attached >= MOST:
            raise Refused("too_many_attachments", most=MOST)

    def decide(self, ticket: Ticket, desk: Desk) -> c.Facts:
        name = desk.seal_if("attached.name", self.name)
        yield f.FileAttached(attachment=self.attachment, kind=self.kind, size=self.size, name=name)
