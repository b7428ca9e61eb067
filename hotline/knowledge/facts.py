"""What happened to an entry of the knowledge base.  Its words are for everybody, so nothing personal may be in them."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal
from uuid import UUID

from hotline.clocks import Reading
from hotline.facts import Fact


class KnowledgeFact(Fact):
    """A fact of one entry; ``clocks`` holds every reading this fact changed."""

    clocks: tuple[Reading, ...] = ()


class KnowledgeWritten(KnowledgeFact):
    """Somebody wrote down what is known; ``consultation`` is the one it came from."""

    TOPIC: ClassVar[str] = "knowledge.written"
    skill: str
    title: str
    question: str
    answer: str
    basis: str | None
    owner: str
    consultation: UUID | None
    valid_until: date
    review_on: date


class KnowledgeRenewed(KnowledgeFact):
    """It was looked at and still holds, as it stands or in new words."""

    TOPIC: ClassVar[str] = "knowledge.renewed"
    answer: str
    basis: str | None
    valid_until: date
    review_on: date


class KnowledgeFellDue(KnowledgeFact):
    """It is to be looked at again, or holds no longer."""

    TOPIC: ClassVar[str] = "knowledge.fell_due"
    what: Literal["review", "expiry"]


class KnowledgeRetired(KnowledgeFact):
    """It is not to be used any more."""

    TOPIC: ClassVar[str] = "knowledge.retired"
    reason: str
