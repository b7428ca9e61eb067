"""How sure the weights may be, found on texts that were held out: temperatures, and where the lines are drawn."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from hotline.reading.learning.fitting import Fitted, Lines, Sample, Warmth
from hotline.reading.weights import DANGER, PARTS, sigmoid
from hotline.rules.written import URGENCIES

FOLDS = 3
HEADS_SHARE = 0.5
RAISED = 0.06
"""What share of the held-out everyday texts that are no emergencies the rules and the weights together may raise. High, because a
missed one costs a life and a false one a glance, and because our texts tempt more than real requests do; ours."""
OURS, OURS_IN_EMERGENCY = 0.5, 0.8
"""From which probability on a request is 12345's own, and an emergency is."""
MISSED_URGENT = 2.0
"""What an urgent request taken for a normal one costs, where the other way round costs 1; ours."""


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


def calibrated(given: Sequence[Sample], extra: Sequence[Sample], codes: Sequence[str]) -> tuple[Warmth, Lines]:
    """For each part the temperature under which held-out samples are least surprising, and where the lines are drawn."""
    fold = folds(given)
    held: dict[str, list[tuple[Any, Any]]] = {part: [] for part in PARTS}
    for number in range(FOLDS):
        fitted = Fitted([*(s for s, f in zip(given, fold, strict=True) if f != number), *extra], codes)
        out = [s for s, f in zip(given, fold, strict=True) if f == number]
        for part in PARTS:
            known = [s for s in out if part in s.labels]
            right = np.array([fitted.labels[part].index(s.labels[part]) for s in known])
            held[part].append((fitted.scores(known, part), right))
    scores = {part: np.vstack([s for s, _ in pairs]) for part, pairs in held.items()}
    truth = {part: np.concatenate([t for _, t in pairs]) for part, pairs in held.items()}
    warmth = {part: _least(lambda t, p=part: _surprise(_softmax(scores[p], t), truth[p])) for part in PARTS}  # type: ignore[misc]
    heads, above = _softmax(scores["heads"], warmth["heads"]), _above(codes)
    warmth["categories"] = _least(
        lambda t: _surprise(_joined(_softmax(scores["categories"], t), heads, above), truth["categories"])
    )
    known = [
        s
        for number in range(FOLDS)
        for s, f in zip(given, fold, strict=True)
        if f == number and "urgencies" in s.labels
    ]
    place = URGENCIES.index(DANGER)
    danger, is_danger = scores["urgencies"][:, place], truth["urgencies"] == place
    warmth["danger"], middle = min(
        ((t, m) for t in _steps(0.1, 1.0, 0.05) for m in _steps(-1.0, 1.0, 0.05)),
        key=lambda at: _doubt(sigmoid(danger, *at), is_danger),
    )
    calm = ~is_danger
    less, lesser = scores["urgencies"][calm][:, :place], truth["urgencies"][calm]
    warmth["urgencies"] = _least(lambda t: _surprise(_softmax(less, t), lesser))
    return warmth, {
        "heads": HEADS_SHARE,
        "ours": OURS,
        "ours_in_emergency": OURS_IN_EMERGENCY,
        "danger": middle,
        "emergency": emergency_line(sigmoid(danger, warmth["danger"], middle), is_danger, known),
        "urgent": _urgent_line(_softmax(less, warmth["urgencies"]), lesser),
    }


def emergency_line(probability: Any, is_danger: Any, known: Sequence[Sample]) -> float:
    """From which probability on the weights alone make an emergency: the lowest line at which they and the rules together
    raise no more than RAISED of the everyday texts that are none."""
    alarmed, everyday = (np.array([getattr(sample, name) for sample in known]) for name in ("alarmed", "everyday"))
    others = everyday & ~is_danger
    spare = RAISED * others.sum() - (others & alarmed).sum()
    lines = _steps(0.05, 0.95, 0.01)
    return next((line for line in lines if (others & ~alarmed & (probability >= line)).sum() <= spare), lines[-1])


def _urgent_line(probability: Any, truth: Any) -> float:
    """From which probability on what is no emergency is urgent: there where it costs least."""
    urgent = URGENCIES.index("urgent")

    def cost(line: float) -> float:
        missed = MISSED_URGENT * ((probability[:, urgent] < line) & (truth == urgent)).sum()
        return float(missed + ((probability[:, urgent] >= line) & (truth != urgent)).sum())

    return min(_steps(0.02, 0.98, 0.02), key=cost)


def _steps(first: float, last: float, step: float) -> list[float]:
    return [round(first + n * step, 2) for n in range(round((last - first) / step) + 1)]


def _doubt(probability: Any, truth: Any) -> float:
    return float(-np.mean(np.log(np.where(truth, probability, 1 - probability) + 1e-9)))


def _above(codes: Sequence[str]) -> Any:
    heads = list(dict.fromkeys(code.split(".")[0] for code in codes))
    return np.array([heads.index(code.split(".")[0]) for code in codes])


def _joined(categories: Any, heads: Any, above: Any) -> Any:
    inside = np.stack([categories[:, above == head].sum(1) for head in range(heads.shape[1])], 1)
    whole = categories * ((heads / np.maximum(inside, 1e-9)) ** HEADS_SHARE)[:, above]
    return whole / whole.sum(1, keepdims=True)


def _softmax(scores: Any, temperature: float) -> Any:
    powers = np.exp((scores - scores.max(1, keepdims=True)) / temperature)
    return powers / powers.sum(1, keepdims=True)


def _surprise(probability: Any, truth: Any) -> float:
    return float(-np.mean(np.log(probability[np.arange(len(truth)), truth] + 1e-9)))


def _least(surprise: Callable[[float], float]) -> float:
    return min((round(0.05 + 0.01 * step, 2) for step in range(60)), key=surprise)
