"""A ticket as its citizen sees it: milestones in both languages, the due date, and what he can do now."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from uuid import UUID

from pydantic import BaseModel, Field

from hotline import texts
from hotline.command import Refused
from hotline.facts import Role
from hotline.rules import Rules
from hotline.ticket.actions import allowed
from hotline.ticket.facts import FileAttached
from projections import progress, tracking
from projections.follow import wait_until
from projections.progress import Verdict, Words
from projections.tracking import Tracked
from workers.attachments import attached
from workers.compose import House
from workers.web.api import custody_shown
from workers.web.api.actions import CITIZEN_ACTIONS
from workers.web.api.custody_shown import Held, Named
from workers.web.api.reading import WAIT_SECONDS
from workers.web.proof import CITIZEN


class Step(BaseModel):
    """One milestone."""

    code: str
    zh: str
    en: str
    at: datetime
    unit: Named | None
    platform: Named | None = Field(description="Another platform that the step is about")
    details: dict[str, str | int | bool | None]
    words: str | None


class OwnFile(BaseModel):
    """Something you attached; ``size`` in bytes."""

    id: UUID
    kind: str
    size: int
    at: datetime
    name: str | None


class Progress(BaseModel):
    """Your own ticket.  ``remaining`` is in seconds of natural time; None while the clock stands still or is over."""

    number: str
    version: int
    state: Named
    over: bool
    received_at: datetime
    type: Named | None
    due: datetime | None
    due_provisional: bool
    remaining: int | None
    extension_reason: str | None
    question: str | None = Field(description="What we need from you")
    public_reply: str | None
    replied_at: datetime | None
    claimed: Named | None = Field(description="What the unit says it reached")
    verdict: Verdict | None = Field(description="What you said")
    custody: Held = Field(description="Who has it, and who has had it how long")
    attachments: list[OwnFile] = Field(description="What you attached yourself")
    milestones: list[Step]
    allowed: list[str] = Field(description="urge, supplement, attach, rate, withdraw: what can be done now")


def shown(house: House, ticket_id: UUID, tracked: Tracked | None = None) -> Progress:
    """What the citizen sees; ``tracked`` is what was read of it already.  Raises Refused ``view_behind`` when the ticket has
    not arrived in the view yet."""
    tracked = tracked or tracking.find(house.views, ticket_id)
    version = house.hotline.store.version_of(ticket_id)
    if version and (tracked is None or tracked.progress.version < version):
        wait_until(house.views, "progress", house.hotline.position(), WAIT_SECONDS)
        tracked = tracking.find(house.views, ticket_id)
    if not version or tracked is None:
        raise Refused("view_behind")
    found, ticket = tracked.progress, tracked.ticket
    may = allowed(ticket, house.hotline.desk(ticket_id, CITIZEN), CITIZEN_ACTIONS)
    held = custody_shown.not_behind(house, tracked.custody, ticket_id, found.version)
    left = found.due - house.now() if found.due is not None and found.due_running else None
    return Progress(
        number=found.number,
        version=found.version,
        state=_named("state", found.state),
        over=found.over,
        received_at=found.received_at,
        type=_named("type", found.type) if found.type else None,
        due=found.due,
        due_provisional=found.provisional,
        remaining=max(left, timedelta()) // timedelta(seconds=1) if left is not None else None,
        extension_reason=found.extension_reason,
        question=_opened(house, ticket_id, found.question),
        public_reply=found.public_reply,
        replied_at=found.replied_at,
        claimed=_named("resolution", found.claimed) if found.claimed else None,
        verdict=found.verdict,
        custody=custody_shown.for_citizen(held, house.rules, house.now()),
        attachments=_files(house, ticket_id) if ticket.attached and not found.erased else [],
        milestones=[_step(house, ticket_id, step) for step in found.milestones],
        allowed=list(may),
    )


def _files(house: House, ticket_id: UUID) -> list[OwnFile]:
    """The citizen's own, with the names he gave them."""
    own = [r for r in attached(house.hotline.history(ticket_id)).values() if r.by.role is Role.CITIZEN]
    facts = [(r.recorded_at, r.fact) for r in own if isinstance(r.fact, FileAttached)]
    sealed = [(ticket_id, "attached.name", fact.name) for _, fact in facts if fact.name is not None]
    names = dict(zip((name for *_, name in sealed), house.vault.unseal_many(sealed), strict=True))
    return [
        OwnFile(id=fact.attachment, kind=fact.kind, size=fact.size, at=at, name=names.get(fact.name or ""))
        for at, fact in facts
    ]


def _step(house: House, ticket_id: UUID, step: progress.Milestone) -> Step:
    named, platform = _named("milestone", step.code), step.slots.get("platform")
    return Step(
        code=named.code,
        zh=named.zh,
        en=named.en,
        at=step.at,
        unit=_unit(house.rules, step.unit),
        platform=custody_shown.platform(house.rules, platform) if isinstance(platform, str) else None,
        details=dict(step.slots),
        words=_opened(house, ticket_id, step.words),
    )


@cache
def _named(table: str, code: str) -> Named:
    key = f"{table}.{code}"
    return Named(code=code, zh=texts.say(key, "zh"), en=texts.say(key, "en")) if texts.known(key) else Named(
        code=code, zh=code, en=code
    )  # fmt: skip


def _unit(rules: Rules, unit_id: str | None) -> Named | None:
    """The unit's department: a citizen is told nothing below it."""
    if unit_id is None or unit_id not in rules.units:
        return None
    unit = rules.units[unit_id]
    return Named(code=unit.id, zh=unit.name, en=unit.name_en)


def _opened(house: House, ticket_id: UUID, words: Words | None) -> str | None:
    if words is None:
        return None
    return house.vault.unseal_many([(ticket_id, words.label, words.sealed)])[0]
