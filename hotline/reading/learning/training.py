"""From training texts to weights: one deterministic run, with scikit-learn (extra `ml`), which reading itself never needs."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import Any

import numpy as np
import sklearn
from scipy.sparse import csr_matrix, hstack
from sklearn.preprocessing import normalize
from sklearn.svm import LinearSVC

from hotline.reading import cues
from hotline.reading.features import grams, hits, words
from hotline.reading.learning.corpus import Example
from hotline.reading.lexicons import lexicon
from hotline.reading.plain import plain
from hotline.reading.reading import OWNERS
from hotline.reading.weights import PARTS, SCALE
from hotline.rules.taxonomy import Taxonomy
from hotline.rules.written import TYPES, URGENCIES

FOLDS = 5
SEED = 12345
LEAST = 2
"""Examples a run of letters must stand in to be weighed."""
LEXICON_SHARE, CUE_SHARE = 0.6, 0.15
"""How much the lexicons' hits count beside the letters; this and what follows was chosen by cross-validation (ADR 11)."""
FIRMNESS: Mapping[str, float] = {"heads": 0.5, "categories": 0.5, "types": 0.3, "owners": 0.5, "urgencies": 0.3}
FAINT: Mapping[str, float] = {"heads": 0.06, "categories": 0.06, "types": 0.06, "owners": 0.06, "urgencies": 0.06}
"""Weights below this are left out of the file."""
HEADS_SHARE = 0.5
EMERGENCY_AT, URGENT_AT = 0.6, 0.45


@dataclass(frozen=True)
class Sample:
    """One text to learn from: what is known of it, by part. A part of a message teaches its category alone."""

    counts: Counter[str]
    hits: Counter[str]
    labels: Mapping[str, str]


def samples(examples: Sequence[Example], taxonomy: Taxonomy) -> list[Sample]:
    """The examples as the model sees them; of a message with several matters each part by itself."""
    found = []
    for example in examples:
        if example.parts:
            found += [
                _sample(example.text[part.start : part.end], taxonomy, _category(part.category))
                for part in example.parts
            ]
        else:
            told = _category(example.category) | {
                "types": example.types[0], "owners": example.owner, "urgencies": example.urgency,
            }  # fmt: skip
            found.append(_sample(example.text, taxonomy, told))
    return found


def meanings(taxonomy: Taxonomy) -> list[Sample]:
    """The taxonomy's own phrases and definitions, as texts of their category."""
    return [
        _sample(text, taxonomy, _category(code))
        for code, meaning in taxonomy.meanings.items()
        if "." in code
        for text in (*meaning.phrases, meaning.definition or "")
        if text
    ]


def _category(code: str) -> dict[str, str]:
    return {"categories": code, "heads": code.split(".")[0]}


def _sample(text: str, taxonomy: Taxonomy, labels: Mapping[str, str]) -> Sample:
    seen = plain(text).text
    whole = lexicon(taxonomy)
    return Sample(grams(seen), hits(words(seen, whole), whole), labels)


class Fitted:
    """Linear weights for every part, over letters and lexicon hits."""

    def __init__(self, given: Sequence[Sample], codes: Sequence[str]) -> None:
        often = Counter(gram for sample in given for gram in sample.counts)
        self.grams = sorted(gram for gram, times in often.items() if times >= LEAST)
        self.index = {gram: place for place, gram in enumerate(self.grams)}
        self.idf = np.array([log((1 + len(given)) / (1 + often[gram])) + 1 for gram in self.grams])
        heads = list(dict.fromkeys(code.split(".")[0] for code in codes))
        self.codes = list(codes)
        self.labels: dict[str, list[str]] = {
            "heads": heads, "categories": self.codes, "types": list(TYPES), "owners": list(OWNERS), "urgencies": list(URGENCIES),
        }  # fmt: skip
        self.lexicon = {code: place for place, code in enumerate((*heads, *codes, *cues.names()))}
        self.coef: dict[str, Any] = {}
        self.bias: dict[str, Any] = {}
        matrix = self.matrix(given)
        for part in PARTS:
            rows = [n for n, sample in enumerate(given) if part in sample.labels]
            wanted = [given[n].labels[part] for n in rows]
            weigh = "balanced" if part in ("owners", "urgencies") else None
            model = LinearSVC(C=FIRMNESS[part], class_weight=weigh, random_state=SEED).fit(matrix[rows], wanted)
            order = {label: place for place, label in enumerate(model.classes_)}
            coef = np.zeros((len(self.labels[part]), matrix.shape[1]))
            bias = np.full(len(self.labels[part]), -3.0)
            for place, label in enumerate(self.labels[part]):
                if label in order:
                    coef[place], bias[place] = model.coef_[order[label]], model.intercept_[order[label]]
            self.coef[part], self.bias[part] = coef, bias

    def matrix(self, given: Sequence[Sample]) -> Any:
        """Samples as rows: runs of letters by rarity, of length one, beside the lexicons' hits, of length one."""
        letters = _sparse(
            [{self.index[g]: 1 + log(n) for g, n in s.counts.items() if g in self.index} for s in given],
            len(self.grams),
        )
        coded = [{c: n for c, n in s.hits.items() if not c.startswith(cues.PREFIX)} for s in given]
        cued = [{c: min(n, cues.MOST) for c, n in s.hits.items() if c.startswith(cues.PREFIX)} for s in given]
        found = normalize(self._hits(coded)) * LEXICON_SHARE + self._hits(cued) * CUE_SHARE
        return hstack([normalize(letters.multiply(self.idf).tocsr()), found]).tocsr()

    def _hits(self, rows: Sequence[Mapping[str, int]]) -> Any:
        return _sparse([{self.lexicon[code]: n for code, n in row.items()} for row in rows], len(self.lexicon))

    def scores(self, given: Sequence[Sample], part: str) -> Any:
        """As the reader will compute them."""
        return self.matrix(given) @ self.coef[part].T + self.bias[part]

    def written(self, temperature: Mapping[str, float], made: Mapping[str, object]) -> str:
        """The model file."""
        begins = np.cumsum([0, *(len(self.labels[part]) for part in PARTS)])
        split = len(self.grams)
        rows = [""] * (split + len(self.lexicon))
        for part, begin in zip(PARTS, begins, strict=False):
            coef = np.where(abs(self.coef[part]) >= FAINT[part], np.rint(self.coef[part] * SCALE), 0).astype(int)
            shares = [CUE_SHARE if label.startswith(cues.PREFIX) else LEXICON_SHARE for label in self.lexicon]
            coef[:, split:] = np.rint(self.coef[part][:, split:] * SCALE * np.array(shares))
            for place, column in zip(*np.nonzero(coef), strict=True):
                rows[column] += f" {begin + place} {coef[place, column]}"
        idf = np.rint(self.idf * SCALE).astype(int)
        data = {
            "made": made,
            "outputs": {part: self.labels[part] for part in PARTS},
            "temperature": temperature,
            "mixing": {"heads": HEADS_SHARE, "emergency_at": EMERGENCY_AT, "urgent_at": URGENT_AT},
            "bias": [int(v) for part in PARTS for v in np.rint(self.bias[part] * SCALE)],
            "lexicon": {code: f"0{rows[split + place]}" for code, place in self.lexicon.items()},
            "grams": {gram: f"{idf[place]}{rows[place]}" for gram, place in self.index.items() if rows[place]},
        }
        return json.dumps(data, ensure_ascii=False, indent=0, separators=(",", ":")) + "\n"


def _sparse(rows: Sequence[Mapping[int, float]], width: int) -> Any:
    return csr_matrix(
        (
            [v for row in rows for v in row.values()],
            ([n for n, row in enumerate(rows) for _ in row], [c for row in rows for c in row]),
        ),
        shape=(len(rows), width),
        dtype=float,
    )


def folds(given: Sequence[Sample]) -> Any:
    """Which fold each sample is held out in: of each category one stretch of neighbours at a time, for texts written one
    after the other are most alike."""
    fold = np.zeros(len(given), int)
    by_code: dict[str, list[int]] = {}
    for n, sample in enumerate(given):
        by_code.setdefault(sample.labels["categories"], []).append(n)
    for members in by_code.values():
        for number, stretch in enumerate(np.array_split(members, FOLDS)):
            fold[stretch] = number
    return fold


def temperatures(given: Sequence[Sample], extra: Sequence[Sample], codes: Sequence[str]) -> dict[str, float]:
    """For each part the temperature under which held-out samples are least surprising."""
    fold = folds(given)
    held: dict[str, list[tuple[Any, Any]]] = {part: [] for part in PARTS}
    for number in range(FOLDS):
        fitted = Fitted([*(s for s, f in zip(given, fold, strict=True) if f != number), *extra], codes)
        out = [s for s, f in zip(given, fold, strict=True) if f == number]
        for part in PARTS:
            known = [s for s in out if part in s.labels]
            truth = np.array([fitted.labels[part].index(s.labels[part]) for s in known])
            held[part].append((fitted.scores(known, part), truth))
    return {part: _temperature(pairs) for part, pairs in held.items()}


def _temperature(pairs: Sequence[tuple[Any, Any]]) -> float:
    scores, truth = np.vstack([s for s, _ in pairs]), np.concatenate([t for _, t in pairs])

    def surprise(temperature: float) -> float:
        z = scores / temperature
        z -= z.max(1, keepdims=True)
        return float(np.mean(np.log(np.exp(z).sum(1)) - z[np.arange(len(z)), truth]))

    return min((round(0.05 + 0.01 * step, 2) for step in range(100)), key=surprise)


def train(examples: Sequence[Example], taxonomy: Taxonomy, codes: Sequence[str]) -> str:
    """The text of a model file; the same examples, taxonomy and versions of the libraries give the same text."""
    given, extra = samples(examples, taxonomy), meanings(taxonomy)
    warmth = temperatures(given, extra, codes)
    made = {"texts": len(examples), "taxonomy": taxonomy.version, "scikit-learn": sklearn.__version__}
    return Fitted([*given, *extra], codes).written(warmth, made)
