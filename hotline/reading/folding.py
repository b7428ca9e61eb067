"""A text as a pattern wants to see it: one width, nothing invisible, every place traceable to the original."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe0e\ufe0f\ufeff\u20e3]")
_LAST = "\uffff"
_NUMERALS: dict[str, str] = dict(
    zip("零〇○一二三四五六七八九幺壹贰叁肆伍陆柒捌玖", "00012345678911" + "23456789", strict=True)
)
# Where Unicode keeps second spellings of Latin letters and digits: enclosed, super- and subscript, full width, mathematical.
_SECOND_SPELLINGS = ((0x2070, 0x20A0), (0x2460, 0x2500), (0x3000, 0x3001), (0xFF01, 0xFFEF), (0x1D400, 0x1D800))


def _widths() -> dict[str, str]:
    found = {}
    for first, last in _SECOND_SPELLINGS:
        for point in range(first, last):
            plain = unicodedata.normalize("NFKC", chr(point))
            if len(plain) == 1 and plain.isascii():
                found[chr(point)] = plain
    return found


def swapping(table: Mapping[str, str]) -> Callable[[str], str]:
    """What puts other letters in the place of those of a table: like `str.translate`, faster where few of them stand in the
    text. Letters beyond the 2^16 first would make the search slow, so `translate` does texts that have any."""
    letters = re.compile(f"[{re.escape(''.join(letter for letter in table if letter <= _LAST))}]")
    whole = str.maketrans(dict(table))

    def swapped(text: str) -> str:
        if max(text, default="") > _LAST:
            return text.translate(whole)
        return letters.sub(lambda found: table[found[0]], text)

    return swapped


_one_width, _as_digits = swapping(_widths()), swapping(_NUMERALS)


@dataclass(frozen=True)
class Folded:
    """`plain`: ASCII in one spelling; `spoken`: Chinese numerals as digits, too. Both have the same places."""

    plain: str
    spoken: str
    places: Sequence[int]  # place in `plain` → place in the original

    def original(self, start: int, end: int) -> tuple[int, int]:
        """A stretch of the folded text as a stretch of the original."""
        return self.places[start], self.places[end - 1] + 1


def fold(text: str) -> Folded:
    """The text for patterns to search; linear in its length."""
    places: Sequence[int] = range(len(text))
    if _INVISIBLE.search(text):
        places = [place for place, letter in enumerate(text) if not _INVISIBLE.match(letter)]
        text = _INVISIBLE.sub("", text)
    plain = _one_width(text)
    return Folded(plain, _as_digits(plain), places)
