"""What the model sees of a text: runs of one to four letters, words of the lexicons, and a few outward signs."""

import re
from collections import Counter
from collections.abc import Mapping

_RUN = re.compile(r"[0-9a-z\u3400-\u9fff]+")
LONGEST = 4
LONGEST_WORD = 8
_SHORT, _LONG = 16, 150


def grams(text: str) -> Counter[str]:
    """How often each run of letters stands in a plain text, never across punctuation; `§…` are the outward signs."""
    found: Counter[str] = Counter()
    for run in _RUN.findall(text):
        for n in range(1, LONGEST + 1):
            found.update([run[i : i + n] for i in range(len(run) - n + 1)])
    found.update(signs(text))
    return found


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


def words(text: str, lexicon: Mapping[str, object]) -> dict[str, list[int]]:
    """The words of a lexicon in a plain text, each with the places where it begins."""
    found: dict[str, list[int]] = {}
    for n in range(2, LONGEST_WORD + 1):
        for i in range(len(text) - n + 1):
            piece = text[i : i + n]
            if piece in lexicon:
                found.setdefault(piece, []).append(i)
    return found
