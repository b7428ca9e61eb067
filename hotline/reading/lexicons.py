"""All the words that count: those of the categories and those that tell of danger."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from hotline.reading import cues
from hotline.reading.letters import ByPair
from hotline.rules.taxonomy import Taxonomy


@dataclass(frozen=True, eq=False)
class Lexicon:
    """Each word with the categories and cue groups it speaks for; words of one letter apart, the others by their first two."""

    labels: Mapping[str, tuple[str, ...]]
    by_pair: ByPair[tuple[str, ...]]
    letters: tuple[str, ...]


@lru_cache(maxsize=16)
def lexicon(taxonomy: Taxonomy) -> Lexicon:
    """The words of a taxonomy and of the cues together."""
    labels = dict(taxonomy.lexicon)
    for word, groups in cues.load().items():
        labels[word] = (*labels.get(word, ()), *groups)
    by_pair: dict[str, list[str]] = {}
    for word in labels:
        if len(word) > 1:
            by_pair.setdefault(word[:2], []).append(word)
    letters = tuple(word for word in labels if len(word) == 1)
    return Lexicon(labels, ByPair({pair: tuple(words) for pair, words in by_pair.items()}), letters)
