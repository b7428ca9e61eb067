"""A proposal as people read it: each thing that is proposed with its reason, and the words it rests on where they may be
seen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Literal

from pydantic import BaseModel, Field

from hotline.rules import Rules
from hotline.rules.dispatching import Destination
from hotline.texts import known, say
from hotline.ticket.reading_facts import Proposal, Reason, Stretch

About = Literal[
    "alarm", "category", "type", "urgency", "owner", "skill", "district", "street", "unit", "matter", "unread"
]


class InWords(BaseModel):
    """The same in both languages."""

    zh: str
    en: str


class Because(BaseModel):
    """A stretch of what was sent (end excluded) that speaks for it; ``words`` only where they may be seen."""

    start: int
    end: int
    source: Literal["text", "address"] = "text"
    rule: str
    words: str | None


class Suggestion(BaseModel):
    """One thing that is proposed. Nothing of it is done until somebody does it."""

    about: About
    value: str | None = Field(description="A code: of a category, type, unit …; None when nothing can be proposed")
    name: InWords | None = None
    probability: float | None = None
    co: list[str] = Field(default=[], description="Co-handling units, with `unit`")
    rule: str | None = Field(default=None, description="The rule that says so, by its id")
    version: str | None = Field(default=None, description="The version of what holds the rule, by content")
    why: InWords | None = None
    because: list[Because] = []


def suggestions(
    read: Proposal, to: Destination, rules: Rules, *, text: str | None, address: str | None
) -> list[Suggestion]:
    """What is proposed, dangers first. ``text`` and ``address`` as they were sent, None for who may not see them."""
    seen = {"text": text, "address": address}
    found = [*_alarms(read, seen), *_categories(read, rules, seen)]
    for about, value, probability in (
        ("type", read.type, read.type_probability),
        ("urgency", read.urgency, read.urgency_probability),
        ("owner", read.owner, read.owner_probability),
        ("skill", read.skill, None),
    ):
        if value is not None and read.categories:
            rule = read.alarms[0].rule if read.alarms and about in ("urgency", "owner") else None
            found.append(Suggestion(about=about, value=value, probability=probability, rule=rule, version=read.model))  # type: ignore[arg-type]
    found += _place(read, rules, seen)
    found.append(_unit(to, rules))
    found += (_stretch("matter", one, seen) for one in read.matters)
    found += (Suggestion(about="unread", value=code, why=_words(f"unread.{code}")) for code in read.could_not_read)
    return found


def _alarms(read: Proposal, seen: dict[str, str | None]) -> Iterator[Suggestion]:
    if read.alarmed and not read.alarms:
        yield Suggestion(about="alarm", value=read.owner, probability=read.urgency_probability, version=read.model)
    for alarm in read.alarms:
        because = _because((alarm.start, alarm.end), alarm.rule, "text", seen)
        yield Suggestion(about="alarm", value=alarm.owner, rule=alarm.rule, version=read.rules, because=because)


def _categories(read: Proposal, rules: Rules, seen: dict[str, str | None]) -> Iterator[Suggestion]:
    for nth, guess in enumerate(read.categories):
        entry = rules.categories[guess.category[-1]]
        reasons: Iterable[Reason] = () if nth else (e for e in read.evidence if e.about == "category")
        yield Suggestion(
            about="category",
            value=entry.code,
            name=InWords(zh=entry.zh, en=entry.en),
            probability=guess.probability,
            version=read.model,
            because=[b for e in reasons for b in _because((e.start, e.end), e.rule, "text", seen)],
        )


def _place(read: Proposal, rules: Rules, seen: dict[str, str | None]) -> Iterator[Suggestion]:
    because = [
        b
        for place in read.places
        for b in _because((place.start, place.end), f"gazetteer:{place.what}", place.source, seen)
    ]
    if read.district is not None and read.district in rules.districts:
        name = rules.districts[read.district]
        yield Suggestion(
            about="district",
            value=read.district,
            name=InWords(zh=name.zh, en=name.en),
            probability=read.district_probability,
            because=because,
        )
    if read.street is not None:
        yield Suggestion(about="street", value=read.street, probability=read.street_probability, because=because)


def _unit(to: Destination, rules: Rules) -> Suggestion:
    unit = rules.units.get(to.unit or "")
    return Suggestion(
        about="unit",
        value=to.unit,
        name=InWords(zh=unit.name, en=unit.name_en) if unit is not None else None,
        co=list(to.co),
        rule=to.rule,
        version=to.catalogue,
        why=_words(f"why.{to.reason}", rule=to.rule or "-", catalogue=to.catalogue),
    )


def _stretch(about: About, one: Stretch, seen: dict[str, str | None]) -> Suggestion:
    return Suggestion(about=about, value=one.what, because=_because((one.start, one.end), "split", "text", seen))


def _because(place: tuple[int, int], rule: str, source: Any, seen: dict[str, str | None]) -> list[Because]:
    text = seen[source]
    words = text[slice(*place)] if text is not None else None
    return [Because(start=place[0], end=place[1], source=source, rule=rule, words=words)]


def _words(key: str, **slots: object) -> InWords | None:
    return InWords(zh=say(key, "zh", **slots), en=say(key, "en", **slots)) if known(key) else None


class ReadingSeen(BaseModel):
    """What was read in a ticket, and where it would go now if it were confirmed."""

    model: str
    rules: str
    alarms: list[str] = Field(description="Emergency rules that held; `weights` where the model alone says so")
    suggestions: list[Suggestion]
    confirmed: bool = Field(description="Whether it was carried out as proposed")


def reading_seen(
    read: Proposal, to: Destination, rules: Rules, *, text: str | None, address: str | None, confirmed: bool
) -> ReadingSeen:
    """The same for a dossier."""
    return ReadingSeen(
        model=read.model,
        rules=read.rules,
        alarms=list(read.alarmed),
        suggestions=suggestions(read, to, rules, text=text, address=address),
        confirmed=confirmed,
    )
