"""Linear weights fitted to texts, with scikit-learn (extra `ml`), which reading itself never needs."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import log
from random import Random
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.preprocessing import normalize
from sklearn.svm import LinearSVC

from hotline.reading import cues, emergencies
from hotline.reading.features import grams, hits, signs, words
from hotline.reading.learning.corpus import Example
from hotline.reading.lexicons import lexicon
from hotline.reading.plain import plain
from hotline.reading.reading import OWNERS
from hotline.reading.rows import SCALE
from hotline.reading.weights import DANGER, PARTS
from hotline.rules.taxonomy import Taxonomy
from hotline.rules.written import TYPES, URGENCIES

SEED = 12345
LEAST = 3
"""Examples a run of letters must stand in to be weighed."""
LEXICON_SHARE, CUE_SHARE = 0.2, 0.2
"""How much the lexicons' hits count beside the letters; this and what follows was chosen by cross-validation (ADR 11)."""
FIRMNESS: Mapping[str, float] = {"heads": 1.0, "categories": 1.0, "types": 1.0, "owners": 0.5, "urgencies": 0.3}
FIRMNESS_OF_DANGER = 0.6
FAINT, FAINT_OF_DANGER = 0.08, 0.02
"""Weights below this are left out of the file; of the urgencies fewer are, for the line of an emergency is drawn where many small
ones decide."""
UNHEARD = -3.0
"""The score of a label no text was written for."""
CHUNK = 6
"""Words of a lexicon that make one text to learn from."""
OF_DANGER = ".danger.txt:"
"""In files of this name stand texts written for danger alone. They do not teach the type: their mix is none of real life."""

Warmth = dict[str, float]
Lines = dict[str, float]


@dataclass(frozen=True)
class Sample:
    """One text to learn from: what is known of it, by part. A part of a message teaches its category alone. `alarmed`: an
    emergency rule holds; `everyday`: of the mix of real life."""

    counts: Counter[str]
    hits: Counter[str]
    labels: Mapping[str, str]
    alarmed: bool = False
    everyday: bool = False


def samples(examples: Sequence[Example], taxonomy: Taxonomy) -> list[Sample]:
    """The examples as the model sees them; of a message with several matters each part by itself."""
    found, rules = [], emergencies.load()
    for example in examples:
        if example.parts:
            found += [
                _sample(example.text[part.start : part.end], taxonomy, _category(part.category))
                for part in example.parts
            ]
        else:
            told = _category(example.category) | {"owners": example.owner, "urgencies": example.urgency}
            everyday = OF_DANGER not in example.where
            told |= {"types": example.types[0]} if everyday else {}
            text = plain(example.text).text
            found.append(
                replace(
                    _sample(example.text, taxonomy, told),
                    alarmed=bool(rules.find(text)),
                    everyday=everyday,
                )
            )
    return found


def meanings(taxonomy: Taxonomy) -> list[Sample]:
    """The taxonomy's own phrases, definitions and words, as texts of their category."""
    found = []
    for code, meaning in taxonomy.meanings.items():
        if "." in code:
            words_ = list(meaning.words)
            Random(code).shuffle(words_)
            chunks = ["，".join(words_[n : n + CHUNK]) for n in range(0, len(words_), CHUNK)]
            texts = [*meaning.phrases, *([meaning.definition] if meaning.definition else []), *chunks]
            found += [_sample(text, taxonomy, _category(code)) for text in texts]
    return found


def _category(code: str) -> dict[str, str]:
    return {"categories": code, "heads": code.split(".")[0]}


def _sample(text: str, taxonomy: Taxonomy, labels: Mapping[str, str]) -> Sample:
    seen = plain(text).text
    whole = lexicon(taxonomy)
    return Sample(grams(seen) + Counter(signs(seen)), hits(words(seen, whole), whole), labels)


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
            model = LinearSVC(C=FIRMNESS[part], class_weight=weigh, tol=1e-3, random_state=SEED).fit(
                matrix[rows], wanted
            )
            found, shift = _by_class(model)
            if part == "urgencies":
                found, shift = self._danger_apart(model, matrix[rows], wanted)
            coef = np.zeros((len(self.labels[part]), matrix.shape[1]))
            bias = np.full(len(self.labels[part]), UNHEARD)
            for label, row, value in zip(model.classes_, found, shift, strict=True):
                place = self.labels[part].index(label)
                coef[place], bias[place] = row, value
            self.coef[part], self.bias[part] = coef, bias

    def _danger_apart(self, model: Any, matrix: Any, wanted: Sequence[str]) -> tuple[Any, Any]:
        """The weights of the urgencies, those of an emergency learned against all that is none: what is only urgent must
        not count for more than what is normal."""
        (found, shift), classes = _by_class(model), list(model.classes_)
        if DANGER not in classes:
            return found, shift
        danger = LinearSVC(C=FIRMNESS_OF_DANGER, class_weight="balanced", tol=1e-3, random_state=SEED)
        danger.fit(matrix, [label == DANGER for label in wanted])
        found[classes.index(DANGER)], shift[classes.index(DANGER)] = danger.coef_[0], danger.intercept_[0]
        return found, shift

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

    def written(self, temperature: Warmth, lines: Lines, made: Mapping[str, object]) -> str:
        """The model file."""
        begins = np.cumsum([0, *(len(self.labels[part]) for part in PARTS)])
        split = len(self.grams)
        rows = [""] * (split + len(self.lexicon))
        for part, begin in zip(PARTS, begins, strict=False):
            least = FAINT_OF_DANGER if part == "urgencies" else FAINT
            coef = np.where(abs(self.coef[part]) >= least, np.rint(self.coef[part] * SCALE), 0).astype(int)
            shares = [CUE_SHARE if label.startswith(cues.PREFIX) else LEXICON_SHARE for label in self.lexicon]
            coef[:, split:] = np.rint(self.coef[part][:, split:] * SCALE * np.array(shares))
            for place, column in zip(*np.nonzero(coef), strict=True):
                rows[column] += f" {begin + place} {coef[place, column]}"
        idf = np.rint(self.idf * SCALE).astype(int)
        head = {
            "made": made,
            "outputs": {part: self.labels[part] for part in PARTS},
            "temperature": temperature,
            "lines": lines,
            "bias": [int(v) for part in PARTS for v in np.rint(self.bias[part] * SCALE)],
            "lexicons": len(self.lexicon),
        }
        lexicons = [f"{label} 0{rows[split + place]}" for label, place in self.lexicon.items()]
        letters = [f"{gram} {idf[place]}{rows[place]}" for gram, place in self.index.items() if rows[place]]
        return "\n".join([json.dumps(head, ensure_ascii=False), *lexicons, *letters]) + "\n"


def _by_class(model: Any) -> tuple[Any, Any]:
    """A row of weights and a bias for each label: of two, scikit-learn keeps those of the second alone."""
    if len(model.classes_) > 2:
        return model.coef_, model.intercept_
    return np.vstack([-model.coef_, model.coef_]), np.concatenate([-model.intercept_, model.intercept_])


def _sparse(rows: Sequence[Mapping[int, float]], width: int) -> Any:
    return csr_matrix(
        (
            [v for row in rows for v in row.values()],
            ([n for n, row in enumerate(rows) for _ in row], [c for row in rows for c in row]),
        ),
        shape=(len(rows), width),
        dtype=float,
    )
