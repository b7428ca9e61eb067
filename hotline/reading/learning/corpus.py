"""Training requests as people write them down: one text a line under its label. The form is told in docs/reading.md.

```
## market.food_safety
= complaint normal 12345
在{区}菜市场买的卤鸭子……
## several
= complaint normal 12345 market.food_safety+market.prices
第一件事…… ‖ 第二件事……
```
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from hotline.reading.learning.filling import fill
from hotline.reading.reading import OWNERS, Owner
from hotline.rules.written import TYPES, URGENCIES, TicketType, Urgency

TYPE_WORDS: dict[str, TicketType] = {
    "咨询": "consult",
    "求助": "help",
    "投诉": "complaint",
    "举报": "report",
    "建议": "suggestion",
    "表扬": "praise",
    "其他": "other",
}
BETWEEN, ENDS = "‖", "。！？!?；;，,、…~ "


@dataclass(frozen=True)
class Part:
    """One matter of a message: where it stands, and its category."""

    start: int
    end: int
    category: str


@dataclass(frozen=True)
class Example:
    """One labelled request. `types` are equally right; `parts` are empty unless it holds several matters."""

    text: str
    category: str
    types: tuple[TicketType, ...]
    urgency: Urgency
    owner: Owner
    parts: tuple[Part, ...]
    where: str

    @property
    def head(self) -> str:
        """The category of level 1."""
        return self.category.split(".")[0]


class CorpusError(ValueError):
    """Lines that cannot be used, each with file, line and what is wrong."""

    def __init__(self, mistakes: Iterable[str]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(self.mistakes))


def read_folder(folder: Path, categories: frozenset[str], only: str = "*.txt") -> list[Example]:
    """All examples of a folder's files, in the order of names and lines. Raises CorpusError with everything wrong."""
    examples: list[Example] = []
    mistakes: list[str] = []
    for path in sorted(folder.glob(only)):
        for found in lines(path.name, path.read_text(encoding="utf-8"), categories):
            if isinstance(found, Example):
                examples.append(found)
            else:
                mistakes.append(found)
    if mistakes:
        raise CorpusError(mistakes)
    return examples


def lines(name: str, text: str, categories: frozenset[str]) -> Iterator[Example | str]:
    """Each line of a file as an example, or as the sentence that tells what is wrong with it."""
    label, group = "", None
    for number, line in enumerate(text.splitlines(), 1):
        where = f"{name}:{number}"
        if line.startswith("## "):
            label, group = line[3:].strip(), None
            if label != "several" and label not in categories:
                yield f"{where}: unknown category {label}"
        elif line.startswith("="):
            group = _group(line[1:].split(), label, categories)
            if group is None:
                yield f"{where}: not a group: {line}"
        elif line.strip() and not line.startswith("#"):
            if group is None:
                yield f"{where}: a text before its group"
            else:
                yield _example(line.strip(), group, where)


@dataclass(frozen=True)
class _Group:
    types: tuple[TicketType, ...]
    urgency: Urgency
    owner: Owner
    labels: tuple[str, ...]


def _group(words: list[str], label: str, categories: frozenset[str]) -> _Group | None:
    if len(words) == 3 and label != "several":
        words = [*words, label]
    if len(words) != 4:
        return None
    types = [TYPE_WORDS.get(word, word) for word in words[0].split("/")]
    labels = tuple(words[3].split("+"))
    known = all(type_ in TYPES for type_ in types) and all(code in categories for code in labels)
    if not known or words[1] not in URGENCIES or words[2] not in OWNERS:
        return None
    return _Group(tuple(types), words[1], words[2], labels)  # type: ignore[arg-type]


def _example(line: str, group: _Group, where: str) -> Example | str:
    pieces = [fill(piece.strip()) for piece in line.split(BETWEEN)]
    if len(pieces) != len(group.labels):
        return f"{where}: {len(pieces)} parts for {len(group.labels)} categories"
    parts, text = [], ""
    for piece, code in zip(pieces, group.labels, strict=True):
        text += "" if not text or text[-1] in ENDS else "。"
        parts.append(Part(len(text), len(text) + len(piece), code))
        text += piece
    several = tuple(parts) if len(parts) > 1 else ()
    return Example(text, group.labels[0], group.types, group.urgency, group.owner, several, where)


def doubts(examples: Iterable[Example], categories: frozenset[str]) -> list[str]:
    """What is wrong with the whole: a text that stands twice, a category nobody wrote for."""
    found: list[str] = []
    seen: dict[str, str] = {}
    for example in examples:
        if example.text in seen:
            found.append(f"{example.where}: the same text as {seen[example.text]}")
        seen.setdefault(example.text, example.where)
    missing = categories - {example.category for example in examples}
    return [*found, *(f"no text for {code}" for code in sorted(missing))]
