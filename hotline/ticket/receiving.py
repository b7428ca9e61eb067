"""Taking a request down, and the caller taking it back."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import to_json

from hotline import clocks
from hotline.caller import conduct
from hotline.command import CallName, Code, Desk, Happened, Line, Refused, To, Words
from hotline.facts import Role
from hotline.rules.platforms import Danger
from hotline.ticket import command as c
from hotline.ticket import facts as f
from hotline.ticket.closing import tell_origin
from hotline.ticket.consulting import leave_expert, until_by_itself
from hotline.ticket.number import NumberClaimed, NumberTaken, stream_of
from hotline.ticket.reading_facts import Proposal, TicketRead
from hotline.ticket.telling import Told, endangered, told_at_once
from hotline.ticket.ticket import Ticket

LONGEST_AGO = timedelta(days=366 * 5)


class Caller(f.Value):
    """Who asks.  Goes to the vault; the facts only know the ``person_id`` it gives."""

    name: Line | None = None
    phone: Line | None = None
    anonymous: bool = False
    kind: Literal["person", "enterprise"] = "person"

    @model_validator(mode="after")
    def _anonymous_has_no_name(self) -> Self:
        if self.anonymous and self.name:
            raise ValueError("匿名诉求不要填写姓名 / leave the name out of an anonymous request")
        return self


class Whereabouts(f.Value):
    """Where the problem is.  Only the district and a coarse cell stay in the clear."""

    address: Words | None = None
    district: Code | None = None
    lat: float | None = Field(default=None, ge=-90, le=90)
    long: float | None = Field(default=None, ge=-180, le=180)

    def cell(self) -> str | None:
        """About a square kilometre: two decimal places."""
        if self.lat is None or self.long is None:
            return None
        return f"{self.lat:.2f},{self.long:.2f}"

    def exact(self) -> str | None:
        """What must be sealed, as JSON; None when nothing of it was said."""
        kept = {k: v for k, v in (("address", self.address), ("lat", self.lat), ("long", self.long)) if v is not None}
        return to_json(kept).decode() if kept else None


class Receive(Happened):
    """Take down one matter.  Several matters of one call are several tickets with one ``call_id``."""

    ACTION: ClassVar[str] = "receive"
    ROLES: ClassVar[frozenset[Role]] = frozenset(
        {Role.OPERATOR, Role.SUPERVISOR, Role.CITIZEN, Role.POLICE_DESK, Role.SYSTEM}
    )
    channel: f.Channel
    text: Words
    caller: Caller = Caller()
    confidential: bool = False
    callback_wanted: bool = True
    contact_preference: f.ContactPreference = "voice"
    minor_involved: bool = False
    type: f.Type | None = None
    category: tuple[Code, ...] = Field(default=(), max_length=3)
    urgency: f.Urgency = "normal"
    place: Whereabouts = Whereabouts()
    on_behalf_of: Line | None = None
    call_id: CallName | None = None
    recording: CallName | None = None
    source: f.Source = f.Source()
    accused_unit: Code | None = None
    about_team: Code | None = None
    state_secret: bool = False
    tags: tuple[Code, ...] = Field(default=(), max_length=20)
    signs: tuple[Danger, ...] = ()
    """What was noticed about it; what the published boundary wants another platform to hear at once is offered there in the
    same write, and a follow-up stays here."""

    @classmethod
    def guard(cls, state: Ticket | None, desk: Desk) -> None:
        if desk.by.role not in cls.ROLES:
            raise Refused("wrong_role", action=cls.ACTION, role=desk.by.role.value)


class Intake(Happened):
    """A ``Receive`` with what the door has made of it: person, number, and the hashes of code and token."""

    ACTION: ClassVar[str] = "receive"
    request: Receive
    person_id: UUID | None
    calling: conduct.Who | None = None
    """As the nuisance ladder knows him; None without a number."""
    reachable: bool
    number: str
    access: f.Access
    proposal: Proposal | None = None
    """What the door read in it; None where nobody reads."""

    @classmethod
    def guard(cls, state: Ticket | None, desk: Desk) -> None:
        Receive.guard(state, desk)

    def decide(self, state: Ticket | None, desk: Desk) -> c.Facts:
        if state is not None:
            raise Refused("exists_already")
        if desk.other("number", stream_of(self.number)) is not None:
            raise NumberTaken
        r = self.request
        self._check(desk)
        readings = [*c.start(desk, None, "dispatch"), *statutory(desk, r.type, r.category, since=None)]
        readings += until_by_itself(desk, r.type, r.urgency, r.category)
        if r.source.due is not None:
            readings.append(clocks.fixed("instruction", r.source.due, desk.at, desk.plan("instruction"), desk.calendar))
        withheld = r.state_secret
        yield f.TicketReceived(
            number=self.number,
            access=self.access,
            channel=r.channel,
            person_id=self.person_id,
            reachable=self.reachable,
            caller_kind=r.caller.kind,
            on_behalf_of=desk.seal_if("received.on_behalf_of", r.on_behalf_of),
            contact_preference=r.contact_preference,
            callback_wanted=r.callback_wanted,
            confidential=r.confidential,
            minor_involved=r.minor_involved,
            text=None if withheld else desk.seal("received.text", r.text),
            place=None if withheld else desk.seal_if("received.place", r.place.exact()),
            district=r.place.district,
            cell=None if withheld else r.place.cell(),
            type=r.type,
            category=r.category,
            urgency=r.urgency,
            source=r.source,
            call_id=r.call_id,
            recording=None if withheld else r.recording,
            accused_unit=r.accused_unit,
            about_team=r.about_team,
            retention=desk.rules.retention(r.type or "other").code,
            tags=r.tags,
            clocks=tuple(readings),
        )
        yield To("number", stream_of(self.number), NumberClaimed(number=self.number, ticket=desk.id))
        if not withheld:
            told = Told(
                number=self.number,
                person_id=None if r.confidential else self.person_id,
                type=r.type,
                urgency=r.urgency,
                category=r.category,
                text=r.text,
                place=r.place.address,
                signs=frozenset(r.signs),
            )
            if self.proposal is not None:
                yield TicketRead(proposal=self.proposal)
            yield from told_at_once(desk, told, endangered(desk, r.channel, self.proposal))
        if withheld:
            yield f.TicketReferred(route="state_secret", words=None)
            stopped = tuple(clocks.stop(r, desk.at) for r in readings)
            yield f.TicketClosed(outcome="referred", reached=True, clocks=(*stopped, *c.start(desk, None, "archive")))

    def _check(self, desk: Desk) -> None:
        r, rules = self.request, desk.rules
        if r.category and not rules.valid_category(r.category):
            raise Refused("unknown_category", category="/".join(r.category))
        if r.place.district is not None and r.place.district not in rules.districts:
            raise Refused("unknown_district", district=r.place.district)
        if r.accused_unit is not None and r.accused_unit not in rules.units:
            raise Refused("unknown_unit", unit=r.accused_unit)
        if r.about_team is not None and r.about_team not in rules.teams:
            raise Refused("unknown_team", team=r.about_team)
        if r.happened_at is not None and not desk.at - LONGEST_AGO <= r.happened_at <= desk.at + timedelta(minutes=5):
            raise Refused("time_out_of_range", field="happened_at")
        if len(r.text) > rules.text_max:
            raise Refused("text_too_long", most=rules.text_max)
        if r.source.outside_number is not None:
            desk.public(r.source.outside_number, "source.outside_number")
        if r.source.due is not None and r.source.due <= desk.at:
            raise Refused("time_out_of_range", field="source.due")
        if r.source.kind != "citizen" and desk.by.role is Role.CITIZEN:
            raise Refused("wrong_role", action="receive", role=desk.by.role.value)
        if self.person_id is not None and r.urgency != "emergency":
            known = conduct.known_of(conduct.together(self.calling, self.person_id), desk.other)
            if known.restricted(desk.at):
                raise Refused("caller_restricted", until=f"{known.restricted_until:%Y-%m-%d}")


def statutory(desk: Desk, type_: f.Type | None, category: f.Category, *, since: Ticket | None) -> list[clocks.Reading]:
    """The clocks that laws put on such a matter, from legal receipt; our own pauses never stop them."""
    at = since.received_at if since else desk.at
    if type_ is None:
        return []
    have = set(since.clocks) if since else set()
    return [
        clocks.start(f"statutory:{s.id}", s.limit, at, desk.calendar, desk.plan("statutory"))
        for s in desk.rules.statutory(type_, category, at.astimezone(desk.calendar.zone).date())
        if f"statutory:{s.id}" not in have
    ]


class Withdraw(c.TicketCommand):
    """The caller takes the request back."""

    ACTION: ClassVar[str] = "withdraw"
    ROLES: ClassVar[frozenset[Role]] = c.ON_THE_LINE | {Role.CITIZEN}
    reason: Words | None = None

    @classmethod
    def check(cls, ticket: Ticket, desk: Desk) -> None:
        if ticket.over:
            raise Refused("over", state=ticket.state.value)
        if ticket.source.kind != "citizen":
            raise Refused("not_the_callers")

    def decide(self, ticket: Ticket, desk: Desk) -> c.Facts:
        yield from leave_expert(ticket, desk)
        yield f.TicketWithdrawn(
            reason=desk.seal_if("withdrawn.reason", self.reason),
            clocks=tuple(c.stop_all(desk, ticket)),
        )
        yield from tell_origin(ticket, desk, "unfounded")
