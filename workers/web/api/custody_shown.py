"""Who holds a matter, as staff and as its citizen are shown it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from hotline import texts
from hotline.command import Refused
from hotline.rules import Rules
from projections import custody
from projections.custody import Custody
from workers.compose import House

Kind = Literal["centre", "unit", "expert", "platform"]


class Named(BaseModel):
    """A stable code and its words."""

    code: str
    zh: str
    en: str


class StretchShown(BaseModel):
    """One holder's time with the matter; ``seconds`` until now where it goes on."""

    kind: Kind
    holder: str
    since: datetime
    until: datetime | None
    seconds: int


class DwellShown(BaseModel):
    """How long one holder has had it in all, in seconds."""

    kind: Kind
    holder: str
    seconds: int


class CustodySeen(BaseModel):
    """Who holds a matter, since when, and how long each has had it: stretches that add up to the time it was open."""

    now: StretchShown | None = Field(description="None once it is over")
    stretches: list[StretchShown]
    dwell: list[DwellShown]
    returns: int
    disputes: int
    passages: int
    ping_pong: bool = Field(description="It has passed between platforms as often as the rules bear")


class HeldBy(BaseModel):
    """One holder's time with your request; ``seconds`` until now where it goes on."""

    kind: Kind
    holder: Named
    since: datetime
    until: datetime | None
    seconds: int


class Held(BaseModel):
    """Who has had your request, one after the other, down to the department."""

    now: HeldBy | None = Field(description="Who answers for it; None once it is over")
    signed: bool = Field(description="False while the unit it was sent to has not signed for it")
    told: Named | None = Field(
        description="Another platform that it is offered to, or that is being told, and has not confirmed; it holds nothing yet"
    )
    chain: list[HeldBy]


def of_ticket(house: House, ticket_id: UUID, version: int) -> Custody:
    """The custody of a ticket, at least as new as ``version``: a view that lags is passed over."""
    return not_behind(house, custody.find(house.views, ticket_id), ticket_id, version)


def not_behind(house: House, found: Custody | None, ticket_id: UUID, version: int) -> Custody:
    """What a view holds of a ticket's custody, or what its history comes to where the view lags.  Raises Refused."""
    if found is None or found.version < version:
        found = custody.replay(house.hotline.history(ticket_id))
    if found is None:
        raise Refused("view_behind")
    return found


def seen(found: Custody, at: datetime) -> CustodySeen:
    """What staff see of it at that moment."""
    stretches = [
        StretchShown(kind=_kind(s.kind), holder=s.holder, since=s.since, until=s.until, seconds=seconds)
        for s, seconds in zip(found.stretches, found.seconds(at), strict=True)
    ]
    dwell: dict[tuple[Kind, str], int] = {}
    for s in stretches:
        dwell[s.kind, s.holder] = dwell.get((s.kind, s.holder), 0) + s.seconds
    return CustodySeen(
        now=stretches[-1] if found.now is not None else None,
        stretches=stretches,
        dwell=[DwellShown(kind=kind, holder=holder, seconds=seconds) for (kind, holder), seconds in dwell.items()],
        returns=found.returns,
        disputes=found.disputes,
        passages=found.passages,
        ping_pong=found.ping_pong,
    )


def for_citizen(found: Custody, rules: Rules, at: datetime) -> Held:
    """What its citizen sees of it: platforms and departments, no seat and nobody's name."""
    chain = list(_chain(found, rules, at))
    now = chain[-1] if found.now is not None else None
    return Held(
        now=now,
        signed=now is None or now.kind != "unit" or found.signed,
        told=platform(rules, found.told) if found.told is not None else None,
        chain=chain,
    )


def platform(rules: Rules, name: str) -> Named:
    """Another platform by its name in the profile."""
    line = rules.platforms.lines.get(name)
    return _said(name, "platform") if line is None else Named(code=name, zh=line.name.zh, en=line.name.en)


def _chain(found: Custody, rules: Rules, at: datetime) -> Iterator[HeldBy]:
    """Its stretches under the names the citizen is told; one expert after another is still the expert seats."""
    told = [
        HeldBy(kind=_kind(s.kind), holder=_holder(rules, s), since=s.since, until=s.until, seconds=seconds)
        for s, seconds in zip(found.stretches, found.seconds(at), strict=True)
    ]
    for _, same in groupby(told, key=lambda held: (held.kind, held.holder.code)):
        one: HeldBy | None = None
        for held in same:
            if one is not None and one.until == held.since:
                one = one.model_copy(update={"until": held.until, "seconds": one.seconds + held.seconds})
                continue
            if one is not None:  # it was over in between
                yield one
            one = held
        if one is not None:
            yield one


def _holder(rules: Rules, s: custody.Stretch) -> Named:
    if s.kind == "platform":
        return platform(rules, s.holder)
    if s.kind == "unit" and s.holder in rules.units:
        unit = rules.units[s.holder]
        return Named(code=unit.id, zh=unit.name, en=unit.name_en)
    return _said("12345" if s.kind == "centre" else s.kind, s.kind)


def _said(code: str, kind: str) -> Named:
    return Named(code=code, zh=texts.say(f"holder.{kind}"), en=texts.say(f"holder.{kind}", "en"))


def _kind(kind: str) -> Kind:
    return kind  # type: ignore[return-value]  # the four kinds there are
