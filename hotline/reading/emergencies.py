"""Emergencies by readable rules, before and beside every probability: what the words say decides, not how they are said.

The rules are data, `emergencies.toml`. A word list names what is said when danger is there; a guard names what makes the
same words harmless (negated, over, only supposed, a figure of speech, a drill, a question about rules).
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from itertools import count, islice
from operator import attrgetter
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict

from hotline.reading.letters import ByPair
from hotline.reading.reading import Alarm, Owner

Guard = Literal["negated", "over", "supposed", "drill", "question", "hazard", "habit", "found", "figure", "aftercare"]
GAP = 8
"""Letters that may stand between the parts of a word written with …; ours."""
NEAR = 14
"""Letters around a word within which a word for *now* counts against a guard; ours."""
BEHIND = 8
"""Letters behind those that may still take a word for *now* back (现在想问); ours."""
FAR, MOST = 120, 20
"""Letters of a sentence that are looked at on each side, and places of one word in one text; ours."""
STOPS = "。！？!?;；\n"
_CLAUSE = re.compile(r"[,，、:： ]")


def _listed(written: object) -> object:
    return written.split() if isinstance(written, str) else written


class Rule(BaseModel):
    """One emergency: any of `words` in a sentence (… stands for a few letters), and, where given, any of `beside` in the
    same sentence, any of `also` anywhere in the text, and none of `unless` in the sentence. `guards` name which of the file's guards can silence it."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    id: str
    kind: str
    owner: Owner
    words: Annotated[tuple[str, ...], BeforeValidator(_listed)]
    beside: Annotated[tuple[str, ...], BeforeValidator(_listed)] = ()
    also: Annotated[tuple[str, ...], BeforeValidator(_listed)] = ()
    unless: Annotated[tuple[str, ...], BeforeValidator(_listed)] = ()
    guards: Annotated[tuple[Guard, ...], BeforeValidator(_listed)] = (
        "negated",
        "over",
        "supposed",
        "drill",
        "question",
        "hazard",
    )


@dataclass(frozen=True, eq=False)
class _Word:
    longest: str
    pattern: re.Pattern[str]
    rule: Rule
    order: int


@dataclass(frozen=True, eq=False)
class Emergencies:
    """The rules made ready: each word is looked for only where its rarest two letters stand."""

    version: str
    by_pair: ByPair[tuple[_Word, ...]]
    beside: Mapping[str, re.Pattern[str]]
    also: Mapping[str, re.Pattern[str]]
    unless: Mapping[str, re.Pattern[str]]
    before: Mapping[str, re.Pattern[str]]
    around: Mapping[str, re.Pattern[str]]
    now: re.Pattern[str]
    last: Mapping[str, re.Pattern[str]]

    def find(self, text: str) -> list[Alarm]:
        """The rules that hold in a plain text, with the places of the words; each rule once for the same place, by the word of
        it that stands first in the file."""
        found: dict[tuple[str, int], Alarm] = {}
        told = {word for _, words in self.by_pair.find(text) for word in words if word.longest in text}
        for word in sorted(told, key=attrgetter("order")):
            rule = word.rule
            for match in islice(word.pattern.finditer(text), MOST):
                if (rule.id, match.start()) not in found and self._holds(rule, text, match):
                    found[rule.id, match.start()] = Alarm(
                        rule=rule.id, kind=rule.kind, owner=rule.owner, start=match.start(), end=match.end()
                    )
        return sorted(found.values(), key=lambda alarm: (alarm.start, alarm.rule))

    def _holds(self, rule: Rule, text: str, match: re.Match[str]) -> bool:
        start, end = _around(text, match.start(), match.end())
        sentence = text[start:end]
        if rule.beside and not self.beside[rule.id].search(sentence):
            return False
        if rule.also and not self.also[rule.id].search(text):
            return False
        if rule.unless and self.unless[rule.id].search(sentence):
            return False
        now = self._now_near(text, max(start, match.start() - NEAR), min(end, match.end() + NEAR))
        clause = _CLAUSE.split(text[start : match.start()])[-1]
        for guard in rule.guards:
            if guard in self.before and self.before[guard].search(clause):
                return False
            if guard in self.last and self.last[guard].match(text, match.end()):
                return False
            if guard in self.around and not now and self.around[guard].search(sentence):
                return False
        return True

    def _now_near(self, text: str, start: int, end: int) -> bool:
        """Whether a word for *now* stands between the places; what takes it back may stand right behind them."""
        return any(word.end() <= end for word in self.now.finditer(text, start, end + BEHIND))


def _around(text: str, start: int, end: int) -> tuple[int, int]:
    """The sentence a match stands in, as far as it is near."""
    before = max((text.rfind(stop, max(0, start - FAR), start) + 1 for stop in STOPS), default=0)
    after = (place for stop in STOPS if (place := text.find(stop, end, end + FAR)) >= 0)
    return max(before, start - FAR, 0), min(after, default=min(len(text), end + FAR))


def _words(rules: Iterable[Rule]) -> Iterator[tuple[str, _Word]]:
    order = count()
    for rule in rules:
        for written in rule.words:
            parts = written.split("…")
            pattern = rf"[^。！？!?;；\n]{{0,{GAP}}}?".join(map(re.escape, parts))
            longest = max(parts, key=len)
            yield longest[:2], _Word(longest, re.compile(pattern), rule, next(order))


def _any(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(sorted(words, key=len, reverse=True)) or r"(?!)")


def _now(words: str, unless: Iterable[str] = ()) -> re.Pattern[str]:
    return re.compile(rf"(?<!到)(?:{_any(map(re.escape, words.split())).pattern})(?!{_any(unless).pattern})")


def parse(text: str) -> Emergencies:
    """The rules of a file. Raises ValueError (pydantic's or tomllib's) for one that is wrong."""
    data = tomllib.loads(text)
    rules = [Rule.model_validate(rule) for rule in data["rule"]]
    by_pair: dict[str, tuple[_Word, ...]] = {}
    for pair, word in _words(rules):
        if len(pair) < 2:
            raise ValueError(f"{word.rule.id}: a word needs two letters side by side: {word.pattern.pattern}")
        by_pair[pair] = (*by_pair.get(pair, ()), word)
    guards = data["guards"]
    return Emergencies(
        version=f"emergencies@{sha256(text.encode()).hexdigest()[:12]}",
        by_pair=ByPair(by_pair),
        beside={rule.id: _any(map(re.escape, rule.beside)) for rule in rules if rule.beside},
        also={rule.id: _any(map(re.escape, rule.also)) for rule in rules if rule.also},
        unless={rule.id: _any(map(re.escape, rule.unless)) for rule in rules if rule.unless},
        before={name: re.compile(f"(?:{'|'.join(g['before'])})$") for name, g in guards.items() if "before" in g},
        around={name: _any(map(re.escape, g["around"].split())) for name, g in guards.items() if "around" in g},
        last={name: _any(g["after"]) for name, g in guards.items() if "after" in g},
        now=_now(**data["now"]),
    )


@cache
def load() -> Emergencies:
    """The shipped rules, read once."""
    return parse((files(__package__) / "emergencies.toml").read_text(encoding="utf-8"))
