"""A command carries its rule.

``guard`` says whether this actor may do this to this ticket at all (it is also what ``allowed`` lists are made of);
``decide`` yields the facts that follow, or raises ``Refused``.  A command sees the world only through its ``Desk``:
the time, the actor, the rules in force, and means to seal what it was told.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, ClassVar, Protocol
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, StringConstraints

from hotline.calendar import Calendar
from hotline.clocks import AlarmPlan
from hotline.facts import Actor, Fact, Role
from hotline.reading.personal import Span
from hotline.rules import Rules


class Refused(Exception):
    """A named refusal: nothing has changed.  The sentence for the person stands in the catalogue under ``code``."""

    def __init__(self, code: str, **details: Any) -> None:
        super().__init__(code)
        self.code = code
        self.details = details


def clean(text: str) -> str:
    """Text without control characters.  Raises ValueError naming what to do."""
    if any(unicodedata.category(c) == "Cc" and c not in "\n\t\r" for c in text):
        raise ValueError("含有控制字符，请删去后重试 / contains control characters; remove them and try again")
    return text


def _written_out(given: Any) -> Any:
    """A time written as RFC 3339 has it; pydantic alone would take any number for seconds since 1970."""
    if isinstance(given, (int, float)) or (
        isinstance(given, str) and given.strip().lstrip("+-").replace(".", "").isdigit()
    ):
        raise ValueError("时间应写作 2026-03-02T09:00:00+08:00 / write a time as 2026-03-02T09:00:00+08:00")
    return given


Moment = Annotated[AwareDatetime, BeforeValidator(_written_out)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000), AfterValidator(clean)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(clean)]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$")]

_DIALLED = re.compile(r"(?<![0-9A-Za-z])(?:00)?(?:86)?1[3-9]\d{9}(?![0-9A-Za-z])|^(?:0086|86)?0\d{9,11}$")
"""A mobile number standing by itself, or a landline and nothing else.  Exchanges' own names (seconds since 1970 with a counter,
UUIDs) are neither; the search for numbers in prose takes some of them for one."""


def _no_number(text: str) -> str:
    if _DIALLED.search(text):
        raise ValueError(
            "不能含有电话号码，请填写话务系统自己的编号 / holds a telephone number; give the telephone system's own name"
        )
    return text


CallName = Annotated[Code, AfterValidator(_no_number)]
"""What the telephone system calls a call, a queue, a leg or a recording.  It is kept in the clear for good, so it is no number."""


class Sealer(Protocol):
    """The part of the vault that a decision needs."""

    def seal(self, ticket_id: UUID, label: str, text: str) -> str: ...
    def draw(self, kind: str, value: str) -> float: ...
    def line_of(self, person_id: UUID) -> str | None: ...


@dataclass(frozen=True, slots=True)
class To:
    """A fact for another stream than the command's own, written in the same transaction."""

    kind: str
    stream: UUID
    fact: Fact


Staff = Callable[[str], Actor | None]
"""Whom the id of an account stands for; None when there is no such account, or it has been shut."""


def nobody(account: str) -> Actor | None:
    """The staff of a house without accounts."""
    return None


@dataclass(frozen=True)
class Desk:
    """What a decision may look at besides the state."""

    id: UUID
    at: datetime
    by: Actor
    rules: Rules
    vault: Sealer
    find_personal: Callable[[str], tuple[Span, ...]]
    other: Callable[[str, UUID], Any]
    staff: Staff = nobody

    @property
    def calendar(self) -> Calendar:
        return self.rules.calendar

    def plan(self, clock: str) -> AlarmPlan:
        return self.rules.alarms(clock.partition(":")[0])

    def seal(self, label: str, text: str) -> str:
        """Free text, sealed with this ticket's key; ``label`` says which fact and field it belongs to."""
        return self.vault.seal(self.id, label, text)

    def seal_if(self, label: str, text: str | None) -> str | None:
        return None if text is None else self.seal(label, text)

    def public(self, text: str, field: str) -> str:
        """Text that may be shown to anybody.  Refused while it holds personal data."""
        return public(text, field, self.find_personal)


def public(text: str, field: str, find_personal: Callable[[str], tuple[Span, ...]]) -> str:
    """Text that may be kept in the clear and shown to anybody.  Raises Refused ``personal_data_in_public_text``."""
    kinds = sorted({s.kind for s in find_personal(text) if s.kind != "door"})
    if kinds:
        raise Refused("personal_data_in_public_text", field=field, kinds="、".join(kinds))
    return text


class Command(BaseModel):
    """What somebody asks to be done to a ticket.  Its fields are the body of the request that carries it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ACTION: ClassVar[str] = ""
    ROLES: ClassVar[frozenset[Role]] = frozenset()
    KIND: ClassVar[str] = "ticket"

    @classmethod
    def guard(cls, state: Any, desk: Desk) -> None:
        """Raise Refused unless this actor may do this now, whatever the details."""
        raise NotImplementedError

    def decide(self, state: Any, desk: Desk) -> Iterator[Fact | To]:
        """The facts that follow.  Raises Refused."""
        raise NotImplementedError


class Happened(Command):
    """A command about something that took place at another time than it is entered."""

    happened_at: Moment | None = None
