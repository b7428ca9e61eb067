"""What in a text points at a person: telephones, identity and bank cards, plates, addresses on the net, names, doors.

Pure and linear in the text. Recall and false alarms are measured in tests/hotline/reading/test_personal.py.
"""

import re
from collections.abc import Iterable, Iterator

from hotline.reading.folding import Folded, fold
from hotline.reading.handles import doors, handles
from hotline.reading.names import names
from hotline.reading.numbers import numbers
from hotline.reading.span import Kind, Span

__all__ = ["KINDS", "Kind", "Span", "find"]

KINDS: tuple[Kind, ...] = ("id_card", "bank_card", "phone", "email", "wechat", "qq", "plate", "name", "door")
"""In this order they win where they overlap."""


def find(text: str, known: Iterable[str] = (), folded: Folded | None = None) -> tuple[Span, ...]:
    """The stretches of `text`, in order and never overlapping. `known`: names and numbers known to belong to the
    people concerned (the caller's own, from the vault), found wherever they stand, without any word before them. `folded`:
    the text, where it has been folded already."""
    folded = folded or fold(text)
    taken = bytearray(len(folded.plain))
    spans = []
    for hit in sorted(_hits(folded, known), key=lambda hit: (KINDS.index(hit.kind), hit.start, -hit.end)):
        start, end = hit.start, hit.end
        while start < end and taken[start]:
            start += 1
        while end > start and taken[end - 1]:
            end -= 1
        if start == end or any(taken[start:end]):
            continue
        taken[start:end] = b"\1" * (end - start)
        spans.append(Span(*folded.original(start, end), hit.kind))
    return tuple(sorted(spans))


def _hits(folded: Folded, known: Iterable[str]) -> Iterator[Span]:
    for word in known:
        plain = fold(word).plain.strip()
        if len(plain) >= 2:
            kind: Kind = "phone" if plain.lstrip("+").isdigit() else "name"
            yield from (Span(*match.span(), kind) for match in re.finditer(re.escape(plain), folded.plain))
    yield from numbers(folded.plain)
    if folded.spoken != folded.plain:
        yield from numbers(folded.spoken)
    yield from handles(folded.plain)
    yield from names(folded.plain)
    yield from doors(folded.plain)
