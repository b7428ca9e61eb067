"""What the model sees of a text: runs of one to three letters, words of the lexicons, and a few outward signs."""

import re
from collections import Counter
from collections.abc import Iterable

from hotline.reading.lexicons import Lexicon

_RUN = re.compile(r"[0-9a-z\u3400-\u9fff]+")
LONGEST = 3
_SHORT, _LONG = 16, 150


def grams(text: str) -> Counter[str]:
    """How often each run of letters stands in a plain text, never across punctuation."""
    found: list[str] = []
    for run in _RUN.findall(text):
        found += run
        for n in range(2, LONGEST + 1):
            found += [run[i : i + n] for i in range(len(run) - n + 1)]
    return Counter(found)


def signs(text: str) -> list[str]:
    """Length, questions and exclamations: what punctuation tells of the type."""
    size = len(text)
    told = ["§short" if size < _SHORT else "§long" if size > _LONG else "§middle"]
    if "?" in text or "？" in text:
        told.append("§asks")
    if "!" in text or "！" in text:
        told.append("§cries")
    runs = _RUN.findall(text)
    if runs:
        told += [f"§^{runs[0][:2]}", f"§^{runs[0][:4]}", f"§{runs[-1][-2:]}$", f"§{runs[-1][-4:]}$"]
    return told


def words(text: str, lexicon: Lexicon) -> dict[str, list[int]]:
    """The words of a lexicon in a plain text, each with the places where it begins."""
    found: dict[str, list[int]] = {}
    for place, begun in lexicon.by_pair.find(text):
        for word in begun:
            if text.startswith(word, place):
                found.setdefault(word, []).append(place)
    for letter in lexicon.letters:
        place = text.find(letter)
        if place >= 0:
            found[letter] = [place]
    return found


def hits(found: Iterable[str], lexicon: Lexicon) -> Counter[str]:
    """How many words of each lexicon and cue group were found."""
    counted: Counter[str] = Counter()
    for word in found:
        counted.update(lexicon.labels[word])
    return counted
