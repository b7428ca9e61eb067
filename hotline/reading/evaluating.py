"""How well requests are read: readings held against what people decided."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from hotline.reading.reading import Reading

BANDS = 10
WORST = 20


@dataclass(frozen=True)
class Labelled:
    """A request with what is right. `types` are equally right; an owner or urgency nobody gave is not counted."""

    id: str
    text: str
    category: str
    types: tuple[str, ...]
    owner: str | None
    urgency: str | None

    @property
    def head(self) -> str:
        """Its category of level 1."""
        return self.category.split(".")[0]


@dataclass(frozen=True)
class Judged:
    """A request, what was read in it, and how long that took."""

    wanted: Labelled
    reading: Reading
    seconds: float

    @property
    def heads(self) -> list[str]:
        """The guesses at level 1, best first."""
        return [guess.category[0] for guess in self.reading.heads]

    @property
    def codes(self) -> list[str]:
        """The guesses at level 2, best first."""
        return [guess.category[-1] for guess in self.reading.categories]

    @property
    def mistakes(self) -> tuple[str, ...]:
        """What is wrong in it, the gravest first."""
        found = []
        if self.wanted.urgency is not None:
            alarm, danger = self.reading.urgency == "emergency", self.wanted.urgency == "emergency"
            found += ["missed_emergency"] if danger and not alarm else []
            found += ["false_alarm"] if alarm and not danger else []
        if self.wanted.head not in self.heads:
            found.append("head_not_in_three")
        elif self.wanted.head != self.heads[0]:
            found.append("head")
        if self.wanted.category not in self.codes:
            found.append("category_not_in_three")
        if self.wanted.owner not in (None, self.reading.owner):
            found.append("owner")
        if self.reading.type not in self.wanted.types:
            found.append("type")
        return tuple(found)


GRAVITY = {
    "missed_emergency": 100,
    "false_alarm": 20,
    "owner": 8,
    "head_not_in_three": 6,
    "head": 3,
    "category_not_in_three": 3,
    "type": 1,
}


@dataclass(frozen=True)
class Band:
    """Guesses of about the same probability, and how many of them were right."""

    probability: float
    right: float
    count: int


def judge(wanted: Sequence[Labelled], read: Callable[[str], Reading], clock: Callable[[], float]) -> tuple[Judged, ...]:
    """Read them all; `clock` tells seconds."""
    judged = []
    for each in wanted:
        begun = clock()
        reading = read(each.text)
        judged.append(Judged(each, reading, clock() - begun))
    return tuple(judged)


def figures(judged: Sequence[Judged]) -> dict[str, float | int | None]:
    """The figures by name; null where nothing could be counted. `pairs_f1` is null until repeats are recognised."""
    owners = [each for each in judged if each.wanted.owner is not None]
    dangers = [each for each in judged if each.wanted.urgency == "emergency"]
    calm = [each for each in judged if each.wanted.urgency not in (None, "emergency")]
    return {
        "level1_top1": _share(judged, lambda each: each.wanted.head in each.heads[:1]),
        "level1_top3": _share(judged, lambda each: each.wanted.head in each.heads[:3]),
        "level2_top3": _share(judged, lambda each: each.wanted.category in each.codes[:3]),
        "type": _share(judged, lambda each: each.reading.type in each.wanted.types),
        "owner": _share(owners, lambda each: each.reading.owner == each.wanted.owner),
        "emergency_recall": _share(dangers, lambda each: each.reading.urgency == "emergency"),
        "emergency_false_alarms": _share(calm, lambda each: each.reading.urgency == "emergency"),
        "pairs_f1": None,
        "p99_ms": _percentile([each.seconds * 1000 for each in judged], 0.99),
    }


def details(judged: Sequence[Judged]) -> dict[str, float | int | None]:
    """What the human output tells beyond the promised figures."""
    bands = calibration(judged)
    errors = sum(band.count * abs(band.probability - band.right) for band in bands)
    return {
        "requests": len(judged),
        "level2_top1": _share(judged, lambda each: each.wanted.category in each.codes[:1]),
        "urgency": _share(
            [each for each in judged if each.wanted.urgency is not None],
            lambda each: each.reading.urgency == each.wanted.urgency,
        ),
        "macro_f1_level1": _macro_f1([(each.wanted.head, _first(each.heads)) for each in judged]),
        "macro_f1_level2": _macro_f1([(each.wanted.category, _first(each.codes)) for each in judged]),
        "ece_level1": round(errors / len(judged), 4) if judged else None,
    }


def calibration(judged: Sequence[Judged]) -> list[Band]:
    """How often first guesses at level 1 of each band of probability are right."""
    bands: dict[int, list[tuple[float, bool]]] = {}
    for each in judged:
        if each.reading.heads:
            p = each.reading.heads[0].probability
            bands.setdefault(min(int(p * BANDS), BANDS - 1), []).append((p, each.heads[0] == each.wanted.head))
    return [
        Band(sum(p for p, _ in hits) / len(hits), sum(right for _, right in hits) / len(hits), len(hits))
        for _, hits in sorted(bands.items())
    ]


def owners(judged: Sequence[Judged]) -> Mapping[tuple[str, str], int]:
    """How often each owner that is right was read as which."""
    return Counter((each.wanted.owner, each.reading.owner) for each in judged if each.wanted.owner is not None)


def worst(judged: Sequence[Judged], count: int = WORST) -> list[Judged]:
    """The gravest misreadings, first those with the most wrong."""
    wrong = [each for each in judged if each.mistakes]
    return sorted(wrong, key=lambda each: (-sum(GRAVITY[m] for m in each.mistakes), each.wanted.id))[:count]


def _first(guesses: Sequence[str]) -> str:
    return guesses[0] if guesses else ""


def _share(judged: Sequence[Judged], right: Callable[[Judged], bool]) -> float | None:
    return round(sum(map(right, judged)) / len(judged), 4) if judged else None


def _macro_f1(pairs: Sequence[tuple[str, str]]) -> float | None:
    wanted, given = Counter(w for w, _ in pairs), Counter(g for _, g in pairs)
    right = Counter(w for w, g in pairs if w == g)
    scores = [2 * right[label] / (wanted[label] + given[label]) for label in wanted]
    return round(sum(scores) / len(scores), 4) if scores else None


def _percentile(values: Sequence[float], share: float) -> float | None:
    ordered = sorted(values)
    return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 3) if ordered else None
