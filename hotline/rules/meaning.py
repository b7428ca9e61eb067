"""What a category means, as a profile or the shipped table writes it."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StringConstraints

from hotline.rules.written import Part, Slug, Text


def _listed(written: Any) -> Any:
    return written.split() if isinstance(written, str) else written


Word = Annotated[str, StringConstraints(min_length=2, max_length=8, strip_whitespace=True)]
Lexicon = Annotated[tuple[Word, ...], BeforeValidator(_listed)]


class Meaning(Part):
    """One category: what it is, how people say it, what is easily taken for it, and what follows from it.

    `near` names the category a near miss belongs to and says when. `words` are written with spaces between, each of two
    to eight letters. `skill` is the expert domain, `statutory` the clocks by their ids; both are taken from the head
    where an entry has none of its own ("" says: none)."""

    definition: Text | None = None
    phrases: tuple[Text, ...] = ()
    near: Mapping[Slug, Text] = Field(default_factory=dict)
    words: Lexicon = ()
    skill: str | None = None
    statutory: tuple[Slug, ...] | None = None
