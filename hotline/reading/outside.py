"""Labelled requests from outside: JSON lines that name categories by their Chinese words."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from hotline.reading.evaluating import Labelled
from hotline.reading.learning.corpus import TYPE_WORDS, Example
from hotline.rules import Rules


def named(rules: Rules) -> Mapping[tuple[str, str], str]:
    """The codes of level 2 by the Chinese words of both levels."""
    heads = rules.profile.categories
    return {(head.zh, below.zh): f"{code}.{word}" for code, head in heads.items() for word, below in head.below.items()}


def labelled(lines: Iterable[str], rules: Rules) -> Iterator[Labelled]:
    """The requests of a file. Raises ValueError with the line's number for one that cannot be used."""
    codes = named(rules)
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                yield _request(json.loads(line), codes, number)
            except (KeyError, TypeError, json.JSONDecodeError) as error:
                raise ValueError(f"line {number}: {type(error).__name__} {error}") from error


def _request(data: Mapping[str, Any], codes: Mapping[tuple[str, str], str], number: int) -> Labelled:
    types = [data["type"], *([data["type_alt"]] if data.get("type_alt") else [])]
    return Labelled(
        id=str(data.get("id", number)),
        text=data["text"],
        category=codes[data["category"]["l1"], data["category"]["l2"]],
        types=tuple(TYPE_WORDS[word] for word in types),
        owner=data.get("channel_owner"),
        urgency=data.get("urgency"),
    )


def from_examples(examples: Iterable[Example]) -> Iterator[Labelled]:
    """Texts in the form of training texts, for measuring; those with several matters are left out."""
    for each in examples:
        if not each.parts:
            yield Labelled(each.where, each.text, each.category, each.types, each.owner, each.urgency)
