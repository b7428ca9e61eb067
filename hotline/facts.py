"""What a fact is, how it is stamped, and how it is written down.

A fact is told in the past tense and never changes.  What a fact *was called* when it was stored is its
``TOPIC``: a fixed name, so that moving a class to another file orphans no history.  When the shape of a fact
changes, its ``VERSION`` rises and ``UPCASTS`` says how the older shape becomes the newer one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any, ClassVar, Literal, Self
from uuid import UUID

from eventsourcing.persistence import JSONTranscoder, Mapper, StoredEvent
from eventsourcing.utils import register_topic, resolve_topic
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from pydantic_core import from_json, to_json
from typing_extensions import TypedDict  # not typing's: pydantic needs this one before Python 3.12

Upcast = Callable[[dict[str, Any]], dict[str, Any]]


class Fact(BaseModel):
    """Something that happened, told in the past tense."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    TOPIC: ClassVar[str] = ""
    VERSION: ClassVar[int] = 1
    UPCASTS: ClassVar[Mapping[int, Upcast]] = {}
    """``UPCASTS[n]`` turns the stored shape of version *n* into that of version *n + 1*."""

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        if "TOPIC" in vars(cls):
            register_topic(cls.TOPIC, cls)

    @classmethod
    def revive(cls, state: dict[str, Any], version: int) -> Self:
        """Build the fact from its stored shape of ``version``, upcasting where that is an older one.

        Raises KeyError when a step between two versions is missing, pydantic.ValidationError when the shape is
        not the fact's.
        """
        while version < cls.VERSION:
            state = cls.UPCASTS[version](state)
            version += 1
        return cls.model_validate(state)


def loaded_facts() -> Iterator[type[Fact]]:
    """Every kind of fact whose module has been imported."""
    yield from (kind for kind in _below(Fact) if "TOPIC" in vars(kind) and kind.TOPIC)


def _below(kind: type[Fact]) -> Iterator[type[Fact]]:
    for sub in kind.__subclasses__():
        yield sub
        yield from _below(sub)


class Role(StrEnum):
    """Who somebody is to the hotline; what a role may do stands in each command."""

    OPERATOR = "operator"
    DISPATCHER = "dispatcher"
    UNIT_CLERK = "unit_clerk"
    REVIEWER = "reviewer"
    EXPERT = "expert"
    POLICE_DESK = "police_desk"
    SUPERVISOR = "supervisor"
    LEADER = "leader"
    ANALYST = "analyst"
    AUDITOR = "auditor"
    ADMIN = "admin"
    CITIZEN = "citizen"
    SYSTEM = "system"


class Actor(BaseModel):
    """Who did it: an account, never a name.  ``unit``, ``district`` and ``team`` are the limits of a scope."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    role: Role
    unit: str | None = None
    district: str | None = None
    team: str | None = None


SYSTEM = Actor(id="system", role=Role.SYSTEM)


class Cause(BaseModel):
    """Why it was written: the request it belongs to, the fact it follows from, the rules in force."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    correlation_id: str
    causation_id: str | None = None
    policy: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """A fact with its place in one stream's life: who, when, why.

    ``recorded_at`` is when we knew (it never decreases with position); ``happened_at`` is when it was so, where
    that is another time.  ``position`` is the place in the whole log, 0 until the fact has been stored.
    """

    originator_id: UUID
    originator_version: int
    recorded_at: datetime
    happened_at: datetime | None
    by: Actor
    cause: Cause
    fact: Fact
    position: int = 0

    @property
    def id(self) -> str:
        """The name of this fact for ever, on the bus too."""
        return f"{self.originator_id}:{self.originator_version}"

    @property
    def when(self) -> datetime:
        """When it was so."""
        return self.happened_at or self.recorded_at


_actor = Actor.__pydantic_validator__.validate_python
_cause = Cause.__pydantic_validator__.validate_python


@cache
def _reader(topic: str) -> Callable[[bytes], dict[str, Any]]:
    """Reads a whole stored fact of the newest shape in one pass: a third quicker than part by part, which is what
    building a view anew consists of.  Raises pydantic.ValidationError for any other shape."""
    fact: Any = resolve_topic(topic)
    version: Any = Literal[fact.VERSION]
    Stored = TypedDict(  # noqa: UP013  # its types are known only here
        "Stored",
        {
            "version": version,
            "recorded_at": datetime,
            "happened_at": datetime | None,
            "by": Actor,
            "cause": Cause,
            "fact": fact,
        },
    )
    return TypeAdapter(Stored).validator.validate_json


class FactMapper(Mapper[UUID]):
    """Recorded facts to readable JSON and back; it replaces the stock mapping, so upcasting is done here."""

    def __init__(self, *_: Any, **__: Any) -> None:
        super().__init__(transcoder=JSONTranscoder())

    def to_stored_event(self, domain_event: Any) -> StoredEvent:
        recorded: Recorded = domain_event
        state = {
            "version": recorded.fact.VERSION,
            "recorded_at": recorded.recorded_at.isoformat(),
            "happened_at": recorded.happened_at.isoformat() if recorded.happened_at else None,
            "by": recorded.by.model_dump(mode="json", exclude_none=True),
            "cause": recorded.cause.model_dump(mode="json", exclude_none=True),
            "fact": recorded.fact.model_dump(mode="json"),
        }
        return StoredEvent(
            originator_id=recorded.originator_id,
            originator_version=recorded.originator_version,
            topic=recorded.fact.TOPIC,
            state=to_json(state),
        )

    def to_domain_event(self, stored_event: StoredEvent) -> Any:
        try:
            state = _reader(stored_event.topic)(stored_event.state)
        except ValidationError:
            state = self._older(stored_event)
        return Recorded(  # by place: by name it would take twice as long, for every fact that is ever read
            stored_event.originator_id,  # type: ignore[arg-type]  # always UUIDs in this store
            stored_event.originator_version,
            state["recorded_at"],
            state["happened_at"],
            state["by"],
            state["cause"],
            state["fact"],
            getattr(stored_event, "id", 0),
        )

    def _older(self, stored_event: StoredEvent) -> dict[str, Any]:
        """A fact in an older shape, brought up to date.  Raises what ``Fact.revive`` raises."""
        state = from_json(stored_event.state, cache_strings="all")
        fact_class: type[Fact] = resolve_topic(stored_event.topic)
        happened_at = state["happened_at"]
        return {
            "recorded_at": datetime.fromisoformat(state["recorded_at"]),
            "happened_at": datetime.fromisoformat(happened_at) if happened_at else None,
            "by": _actor(state["by"]),
            "cause": _cause(state["cause"]),
            "fact": fact_class.revive(state["fact"], state["version"]),
        }
