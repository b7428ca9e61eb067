"""What was read in a request: a proposal with its reasons, for a person to decide.

Nothing of the text stands here, only places in it. So a reading may be kept where the words must not be.
"""

from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from hotline.reading.span import Span
from hotline.rules.written import TicketType, Urgency

Owner = Literal["110", "119", "120", "both", "12345"]
OWNERS: tuple[Owner, ...] = ("110", "119", "120", "both", "12345")
About = Literal["category", "type", "urgency", "owner", "alarm"]
Unread = Literal[
    "empty",
    "too_long",
    "no_words",
    "emoji_only",
    "other_language",
    "markup",
    "invisible",
    "traditional",
    "nothing_known",
]
"""Why a text, or a part of it, was not read as it stands; the words are `unread.*` of the catalogue."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Guess(_Part):
    """A category as its path of codes, and how probable it is: of a hundred guesses at 0.8 some eighty are right."""

    category: tuple[str, ...]
    probability: float


class Evidence(_Part):
    """Words that weighed: places in the text (end excluded), for what, by which rule, how much.

    `rule` is `words:` and a category for a word of its lexicon, `learned` for letters the model weighs, the id of an
    emergency rule for an alarm. `weight` is what it added to the score (an alarm: 1, or how probably a stretch that the
    model took for an emergency is one)."""

    start: int
    end: int
    about: About
    rule: str
    weight: float


class Alarm(_Part):
    """An emergency rule that holds: no probability silences it."""

    rule: str
    kind: str
    owner: Owner
    start: int
    end: int


class Matter(_Part):
    """A stretch of a message that holds several matters, and what it is about."""

    start: int
    end: int
    guesses: tuple[Guess, ...]


class Reading(_Part):
    """A proposal: categories, type, urgency, owner and skill, with the words it rests on.

    `categories` are the three most probable of level 2, `heads` the three of level 1; both are empty where nothing could
    be read. `split` is empty unless the message holds several matters. `model` and `rules` name by content hash what read:
    the weights, and the words and emergency rules."""

    model: str
    rules: str
    categories: tuple[Guess, ...] = ()
    heads: tuple[Guess, ...] = ()
    type: TicketType = "other"
    type_probability: float = 0.0
    urgency: Urgency = "normal"
    urgency_probability: float = 0.0
    owner: Owner = "12345"
    owner_probability: float = 0.0
    skill: str | None = None
    statutory: tuple[str, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    personal: tuple[Span, ...] = ()
    split: tuple[Matter, ...] = ()
    could_not_read: tuple[Unread, ...] = Field(default=())

    @property
    def category(self) -> tuple[str, ...]:
        """The most probable path, empty where nothing could be read."""
        return self.categories[0].category if self.categories else ()

    def because(self, about: About) -> Sequence[Evidence]:
        """The evidence for one thing, what weighed most first."""
        return sorted((e for e in self.evidence if e.about == about), key=lambda e: -e.weight)
