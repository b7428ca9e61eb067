"""A ticket as this actor may see it: words opened and covered by the rules of ``hotline.seeing``, and what he may do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic_core import from_json

from hotline.command import Refused
from hotline.facts import Actor
from hotline.masking import masked_name, masked_phone
from hotline.reading.redact import redact
from hotline.rules.dispatching import Destination
from hotline.seeing import CallerShown, TextShown, caller_shown, file_shown, text_shown
from hotline.ticket.actions import allowed
from hotline.ticket.proposing import destination_now, sent_by
from hotline.ticket.ticket import Ticket
from hotline.vault import Identity
from projections import custody, dossier
from projections.custody import Custody
from projections.dossier_read import Clock, Dossier, Entry
from workers.compose import House
from workers.web.api import custody_shown
from workers.web.api.actions import STAFF_ACTIONS
from workers.web.api.dossier_shown import (
    AttachmentSeen,
    CallerSeen,
    ClockSeen,
    EntrySeen,
    PlaceSeen,
    TicketSeen,
)
from workers.web.api.proposals import ReadingSeen, reading_seen

_OF_THE_CALLER = ("on_behalf_of",)
"""Sealed fields that name a person; shown as the caller is."""


def seen_by(house: House, actor: Actor, ticket_id: UUID, ticket: Ticket) -> TicketSeen:
    """The present ticket.  A view that lags is passed over: one's own write always shows."""
    found = dossier.find(house.views, ticket_id)
    if found is None or found.version < ticket.version:
        found = dossier.replay(house.hotline.history(ticket_id))
    if found is None:
        raise Refused("not_found")
    may = allowed(ticket, house.hotline.desk(ticket_id, actor))
    held = custody_shown.of_ticket(house, ticket_id, found.version)
    to = destination_now(ticket, house.rules, house.rules.calendar.local(house.now()).date())
    return _shown(house, actor, found, found, held, [name for name in may if name in STAFF_ACTIONS], to=to)


def seen_then(
    house: House, actor: Actor, ticket_id: UUID, *, as_of: datetime | None, happened_by: datetime | None
) -> TicketSeen:
    """The ticket as it was known at ``as_of``, or as things stood at ``happened_by``.  What may be seen of it is
    decided by today.  Raises Refused ``time_out_of_range``."""
    history = house.hotline.history(ticket_id)
    then, now = dossier.replay(history, as_of=as_of, happened_by=happened_by), dossier.replay(history)
    held = custody.replay(history, as_of=as_of or happened_by)
    if then is None or now is None or held is None or (as_of or happened_by or house.now()) > house.now():
        raise Refused("time_out_of_range", field="as_of" if as_of is not None else "happened_by")
    return _shown(house, actor, then, now, held, [], at=as_of or happened_by)


def _shown(
    house: House,
    actor: Actor,
    d: Dossier,
    now: Dossier,
    held: Custody,
    may: list[str],
    *,
    at: datetime | None = None,
    to: Destination | None = None,
) -> TicketSeen:
    unmasked = now.unmasked_for(actor.id, house.now())
    text = text_shown(actor, now, unmasked="text" in unmasked, by=now.taken_by)
    caller = caller_shown(actor, now, unmasked="caller" in unmasked)
    who = house.vault.identities([d.person_id]).get(d.person_id) if d.person_id is not None else None
    words = _opened(house, d, cover(text, names(who)), caller)
    first = words.get(d.timeline[0].version, {})
    place = _place(house, d) if text != "hidden" else None
    return TicketSeen(
        **{name: getattr(d, name) for name in _SAME},
        place=place,
        reading=_reading(house, d, to, first.get("text") if text == "full" else None, place),
        text=first.get("text"),
        text_shown=text,
        caller=_caller(d, who, caller, first.get("on_behalf_of")),
        lead=next((p.unit for p in d.parts.values() if p.role == "lead" and not p.parent and p.state != "ended"), None),
        parts=list(d.parts.values()),
        clocks=[_clock(clock) for clock in d.clocks.values()],
        custody=custody_shown.seen(held, at or house.now()),
        attachments=[_attachment(actor, now, e, words.get(e.version, {}), text) for e in d.of_topic("ticket.attached")],
        timeline=[_entry(entry, words.get(entry.version, {})) for entry in d.timeline],
        hold=d.hold is not None,
        allowed=may,
    )


_SAME = (
    "number", "version", "state", "received_at", "channel", "type", "category", "urgency", "confidential",
    "minor_involved", "source", "district", "call_id", "recording", "accused_unit", "about_team", "tags",
    "restricted", "erased",
)  # fmt: skip


def names(who: Identity | None) -> tuple[str, ...]:
    """What a covered text must not hold of somebody."""
    return tuple(part for part in (who.name, who.phone) if part) if who is not None else ()


def cover(text: TextShown, known: tuple[str, ...]) -> Any:
    """How words are shown to somebody: a function from words to words or None."""
    if text == "full":
        return lambda words: words
    if text == "hidden":
        return lambda words: None
    return lambda words: redact(words, known=known)


def _opened(house: House, d: Dossier, cover: Any, caller: CallerShown) -> Mapping[int, dict[str, str | None]]:
    """All words of a ticket by entry and field, opened at once."""
    asked = [(entry.version, name, entry.text(name)) for entry in d.timeline for name in entry.words if name != "place"]
    texts = house.vault.unseal_many([(d.ticket_id, t.label, t.sealed) for _, _, t in asked if t is not None])
    found: dict[int, dict[str, str | None]] = {}
    for (version, name, _), text in zip(asked, texts, strict=True):
        if name in _OF_THE_CALLER:
            shown = text if caller == "full" else masked_name(text) if text and caller == "masked" else None
        else:
            shown = cover(text) if text is not None else None
        found.setdefault(version, {})[name] = shown
    return found


def _place(house: House, d: Dossier) -> PlaceSeen | None:
    sealed = d.place
    opened = house.vault.unseal_many([(d.ticket_id, sealed.label, sealed.sealed)])[0] if sealed is not None else None
    return PlaceSeen(**from_json(opened)) if opened is not None else None


def _caller(d: Dossier, who: Identity | None, shown: CallerShown, on_behalf_of: str | None) -> CallerSeen:
    name, phone = (who.name, who.phone) if who is not None and shown != "hidden" else (None, None)
    if shown == "masked":
        name, phone = name and masked_name(name), phone and masked_phone(phone)
    return CallerSeen(
        shown=shown,
        kind=d.caller_kind,
        name=name,
        phone=phone,
        on_behalf_of=on_behalf_of,
        reachable=d.reachable,
        contact_preference=d.contact_preference,
        callback_wanted=d.callback_wanted,
    )


def _reading(
    house: House, d: Dossier, to: Destination | None, text: str | None, place: PlaceSeen | None
) -> ReadingSeen | None:
    """The words it rests on only for who sees them whole: in a covered text the places are others."""
    read = d.proposal
    if read is None:
        return None
    address = place.address if place is not None else None
    confirmed = bool(d.of_topic("ticket.reading_confirmed"))
    return reading_seen(read, to or sent_by(read), house.rules, text=text, address=address, confirmed=confirmed)


def _clock(clock: Clock) -> ClockSeen:
    return ClockSeen(**clock.model_dump(), paused=clock.paused, kept=clock.kept)


def _attachment(
    actor: Actor, now: Dossier, entry: Entry, words: Mapping[str, str | None], text: TextShown
) -> AttachmentSeen:
    shown = not now.erased and file_shown(actor, now, text=text, by=entry.by)
    return AttachmentSeen(
        id=entry.details["attachment"],
        kind=entry.details["kind"],
        size=entry.details["size"],
        by=entry.by,
        role=entry.role,
        at=entry.recorded_at,
        name=words.get("name") if shown else None,
        shown=shown,
    )


def _entry(entry: Entry, words: Mapping[str, str | None]) -> EntrySeen:
    return EntrySeen(**entry.model_dump(exclude={"words"}), words=dict(words))
