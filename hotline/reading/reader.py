"""Reading a request: text in, proposal out. Pure, bounded, never an exception whatever is typed."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from hotline.reading import emergencies, splitting, weights
from hotline.reading.emergencies import Emergencies
from hotline.reading.features import signs, words
from hotline.reading.folding import fold
from hotline.reading.grave import Grave, gravest
from hotline.reading.lexicons import Lexicon, lexicon
from hotline.reading.personal import find
from hotline.reading.plain import HEAD, Plain, plain
from hotline.reading.reading import OWNERS, Alarm, Evidence, Guess, Matter, Owner, Reading
from hotline.reading.rows import Numbers
from hotline.reading.scoring import Scored, best_of
from hotline.reading.weights import DANGER, Looked, Weights
from hotline.rules import Rules
from hotline.rules.taxonomy import Taxonomy
from hotline.rules.written import URGENCIES, TicketType, Urgency

TOP = 3
EVEN = 0.5
"""From which probability on an emergency that no rule found is one for whoever is called out, too; ours."""
REASONS = 6
"""Stretches told as evidence for a category; ours."""
Found = Mapping[str, Sequence[int]]
_NOTHING = frozenset({"empty", "no_words", "emoji_only"})


@dataclass(frozen=True, eq=False)
class Reader:
    """What a reading needs, made ready: the weights, the meanings of one profile, the emergency rules."""

    weights: Weights
    taxonomy: Taxonomy
    emergencies: Emergencies

    @cached_property
    def lexicon(self) -> Lexicon:
        """Every word that counts, with the categories and cue groups it speaks for."""
        return lexicon(self.taxonomy)

    @cached_property
    def columns(self) -> tuple[Mapping[str, Sequence[int]], int]:
        """For each word the columns it counts in, and how many there are: first those of the weights, then one for each
        category the weights do not know, which still takes its share."""
        places = dict(self.weights.labels)
        for labels in self.lexicon.labels.values():
            for label in labels:
                places.setdefault(label, len(places))
        return {word: [places[label] for label in labels] for word, labels in self.lexicon.labels.items()}, len(places)

    @property
    def rules_version(self) -> str:
        """The words and emergency rules by content hash."""
        return f"{self.taxonomy.version} {self.emergencies.version}"

    def read(self, text: str, known: Sequence[str] = ()) -> Reading:
        """The proposal for a text. `known`: names and numbers of the caller, as in `personal.find`."""
        folded = fold(text) if len(text) <= HEAD else None
        seen = plain(text, folded)
        personal = find(text[:HEAD], known, folded)
        if _NOTHING & set(seen.unread):
            return Reading(
                model=self.weights.version, rules=self.rules_version, personal=personal, could_not_read=seen.unread
            )
        pieces = splitting.pieces(seen.text)
        found = words(seen.text, self.lexicon)
        looked = self.look(seen.text, pieces, found)
        summed = self.weights.summed(looked)
        scored = Scored.of(self.weights, looked, summed)
        alarms = self.emergencies.find(seen.text)
        categories, heads = self._guesses(scored)
        grave = gravest(pieces, self.weights, summed)
        urgency, urgent = self._urgency(scored, alarms, grave)
        owner, owned = self._owner(
            self._owners(scored, alarms, grave), alarms, urgency == "emergency" and urgent >= EVEN
        )
        type_, typed = scored.best("types")
        best = categories[0].category
        return Reading(
            model=self.weights.version,
            rules=self.rules_version,
            categories=categories,
            heads=heads,
            type=_type(type_),
            type_probability=typed,
            urgency=urgency,
            urgency_probability=urgent,
            owner=owner,
            owner_probability=owned,
            skill=None if alarms or type_ == "praise" else self.taxonomy.skill(best),
            statutory=self.taxonomy.statutory(best),
            alarms=tuple(_placed(alarm, seen) for alarm in alarms),
            evidence=(*self._evidence(seen, best, found, looked), *_alarm_evidence(alarms, grave, seen)),
            personal=personal,
            split=tuple(self._matter(seen, *each) for each in splitting.matters(pieces, self.weights, summed)),
            could_not_read=seen.unread if scored.known else (*seen.unread, "nothing_known"),
        )

    def look(self, text: str, pieces: Sequence[splitting.Piece], found: Found) -> Looked:
        """A plain text looked up in the weights, with the words of the lexicons found in it."""
        begins = [begin for begin, _ in pieces]
        columns, width = self.columns
        said: set[tuple[int, str]] = set()
        for word, places in found.items():
            said.add((0, word))
            said.update((bisect_right(begins, place), word) for place in places)
        cells = [piece * width + column for piece, word in said for column in columns[word]]
        hits = np.bincount(np.array(cells, np.int64), minlength=(1 + len(pieces)) * width).reshape(-1, width)
        return self.weights.look(text, begins, signs(text), hits)

    def _guesses(self, scored: Scored) -> tuple[tuple[Guess, ...], tuple[Guess, ...]]:
        heads = [Guess(category=(code,), probability=p) for code, p in scored.top("heads", TOP)]
        return self._best(scored.by_part["categories"]), tuple(heads)

    def _best(self, probabilities: Numbers) -> tuple[Guess, ...]:
        best = best_of(probabilities, self.weights.part("categories"), TOP)
        return tuple(Guess(category=(code.split(".")[0], code), probability=p) for code, p in best)

    def _urgency(self, scored: Scored, alarms: Sequence[Alarm], grave: Grave | None) -> tuple[Urgency, float]:
        """An emergency by a rule, by a stretch that is one by itself, or as a whole: none of them silences another."""
        normal, urgent, emergency = (scored.probability("urgencies", word) for word in URGENCIES)
        if alarms:
            return "emergency", 1.0
        if grave is not None or self._dangerous(scored):
            return "emergency", round(max(emergency, grave.probability if grave is not None else 0.0), 4)
        if urgent >= self.weights.lines["urgent"] * (normal + urgent):
            return "urgent", round(urgent, 4)
        return "normal", round(normal, 4)

    def _owners(self, scored: Scored, alarms: Sequence[Alarm], grave: Grave | None) -> Numbers:
        """Whose it is: the whole says so, unless a stretch of it alone told of the danger."""
        alone = grave is not None and not alarms and not self._dangerous(scored)
        return self.weights.probabilities("owners", grave.scores)[0] if grave and alone else scored.by_part["owners"]

    def _dangerous(self, scored: Scored) -> bool:
        return scored.probability("urgencies", DANGER) >= self.weights.lines[DANGER]

    def _owner(self, owners: Numbers, alarms: Sequence[Alarm], danger: bool) -> tuple[Owner, float]:
        """12345 unless the weights say otherwise; in danger only where they are sure of it, else the rule's owner or the
        likeliest of the others. An emergency that the weights merely cannot rule out is no reason to call somebody else."""
        told = dict(zip(self.weights.part("owners"), owners.tolist(), strict=True))
        ours = told["12345"]
        line = "ours_in_emergency" if danger else "ours"
        if ours >= self.weights.lines[line]:
            return "12345", round(ours, 4)
        owner = max(OWNERS[:-1], key=told.__getitem__)
        return (alarms[0].owner, 1.0) if alarms and told[owner] < ours else (owner, round(told[owner], 4))

    def _evidence(self, seen: Plain, category: tuple[str, ...], found: Found, looked: Looked) -> list[Evidence]:
        told = []
        for word, places in found.items():
            for code in set(self.lexicon.labels[word]) & set(category):
                start, end = seen.original(places[0], places[0] + len(word))
                told.append(Evidence(start=start, end=end, about="category", rule=f"words:{code}", weight=1.0))
        for start, end, weight in splitting.weighty(seen.text, self.weights, category[-1], looked, REASONS):
            begin, stop = seen.original(start, end)
            told.append(Evidence(start=begin, end=stop, about="category", rule="learned", weight=round(weight, 3)))
        return told

    def _matter(self, seen: Plain, start: int, end: int, probabilities: Numbers) -> Matter:
        first, last = seen.original(start, end)
        return Matter(start=first, end=last, guesses=self._best(probabilities))


def _placed(alarm: Alarm, seen: Plain) -> Alarm:
    start, end = seen.original(alarm.start, alarm.end)
    return alarm.model_copy(update={"start": start, "end": end})


def _alarm_evidence(alarms: Sequence[Alarm], grave: Grave | None, seen: Plain) -> list[Evidence]:
    told = []
    if grave is not None:
        start, end = seen.original(grave.start, grave.end)
        weight = round(grave.probability, 4)
        told.append(Evidence(start=start, end=end, about="alarm", rule="learned", weight=weight))
    for alarm in alarms:
        start, end = seen.original(alarm.start, alarm.end)
        told.append(Evidence(start=start, end=end, about="alarm", rule=alarm.rule, weight=1.0))
    return told


def _type(word: str) -> TicketType:
    return word  # type: ignore[return-value]


@lru_cache(maxsize=16)
def reader_for(profile: Rules | None) -> Reader:
    """The reader of a profile, made once; without a profile the shipped taxonomy counts alone."""
    return Reader(weights.load(), Taxonomy.of(profile.profile.taxonomy if profile else {}), emergencies.load())


def read(text: str, place: str | None = None, profile: Rules | None = None) -> Reading:
    """What a request is about and whose it is, with reasons. `profile` is the city's rules: its own taxonomy is laid over
    the shipped one. `place` is the address given with it; the weights do not look at it."""
    return reader_for(profile).read(text)
