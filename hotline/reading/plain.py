"""A text as the reader wants to see it: simplified, one width, lower case, without markup, every place traceable."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import compress

from hotline.reading.folding import Folded, fold, swapping
from hotline.reading.reading import Unread

HEAD, TAIL = 6_000, 2_000
"""Letters read of a longer text; ours: a request on paper rarely fills three pages."""

_MARKUP = re.compile(r"<[/!a-zA-Z][^<>]{0,300}>|&(?:[a-zA-Z]{2,8}|#[0-9]{1,6});|https?://[A-Za-z0-9./?=&%#_\-]{1,300}")
_DROPPED = re.compile(rf"{_MARKUP.pattern}|(?<=[0-9])[0-9]+|(?<=\s)\s+|([^\w\s])\1+(?=\1)")
_HAN = re.compile(r"[\u3400-\u9fff]")
_TWO_HAN = re.compile(rf"{_HAN.pattern}.*?{_HAN.pattern}", re.DOTALL)
_WORD = re.compile(r"[^\W_]")
_EMOJI = re.compile(r"[\u2600-\u27bf\U0001f000-\U0001faff]")


@cache
def _simplified() -> Callable[[str], str]:
    table: dict[str, str] = {}
    for line in (files(__package__) / "traditional.txt").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            old, new = line.split(" ")
            table |= dict(zip(old, new, strict=True))
    return swapping(table)


@dataclass(frozen=True)
class Plain:
    """`text` with the place of each of its letters in the original, and what was in the way of reading."""

    text: str
    places: Sequence[int]
    unread: tuple[Unread, ...]

    def original(self, start: int, end: int) -> tuple[int, int]:
        """A stretch of the plain text as a stretch of the original."""
        return self.places[start], self.places[end - 1] + 1


def plain(text: str, folded: Folded | None = None) -> Plain:
    """The text for reading; linear in the part that is read. `folded`: the text, where it has been folded already and is not
    too long."""
    unread: list[Unread] = []
    places: Sequence[int] = range(len(text))
    if len(text) > HEAD + TAIL:
        unread.append("too_long")
        places = [*range(HEAD), *range(len(text) - TAIL, len(text))]
        text = text[:HEAD] + text[-TAIL:]
    folded = folded or fold(text)
    if len(folded.plain) < len(text):
        unread.append("invisible")
    places = [places[place] for place in folded.places] if len(folded.plain) < len(text) else places
    same = _simplified()(folded.plain)
    if same != folded.plain:
        unread.append("traditional")
    if _MARKUP.search(same):
        unread.append("markup")
    if _DROPPED.search(same):
        kept = bytearray(b"\1" * len(same))
        for match in _DROPPED.finditer(same):
            kept[match.start() : match.end()] = bytes(len(match[0]))
        places = list(compress(places, kept))
        same = "".join(compress(same, kept))
    same = _lower(same)
    return Plain(same, places, (*unread, *_nothing_in(text, same)))


def _lower(text: str) -> str:
    lower = text.lower()
    return lower if len(lower) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def _nothing_in(original: str, text: str) -> tuple[Unread, ...]:
    if _TWO_HAN.search(text):
        return ()
    if not text.strip():
        return ("empty",)
    words = len(_WORD.findall(text))
    if not words:
        return ("emoji_only",) if _EMOJI.search(original) else ("no_words",)
    if words > 8:
        return ("other_language",)
    return ()
