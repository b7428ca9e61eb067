"""Answers and lists as CSV that a spreadsheet opens as they are: with a byte order mark, and no cell that it would run."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from decimal import Decimal
from io import TextIOWrapper
from tempfile import SpooledTemporaryFile
from typing import IO

from fastapi.responses import Response, StreamingResponse

from hotline.rates.answer import Answer, Figure, Group, PartFigure
from hotline.rules import Rules
from workers.export import cell
from workers.web.pages import labels

_PROOF = (
    "rate", "formula", "version", "hash", "title", "part", "percent", "value", "reason", "numerator", "denominator", "asked", "answered",
    "coverage", "population", "excluded", "cohort", "from", "to", "filters", "as_of", "happened_by", "position", "moment",
)  # fmt: skip
BOM = "\ufeff"
IN_MEMORY, PART = 1 << 20, 1 << 16
"""Bytes of a file that are held in memory before it goes to the disk, and that are sent at a time.  (ours)"""


def table(rules: Rules, answers: Sequence[Answer]) -> Iterator[Sequence[object]]:
    """A heading, then a line for each group of each answer and one for each total; of composites one for each part, too."""
    by = answers[0].by
    yield (*(column for name in by for column in (name, f"{name}_name")), *_PROOF)
    for answer in answers:
        for figure in (*answer.groups, answer.total):
            key = figure.key if isinstance(figure, Group) else {}
            names = [column for name in by for column in _named(rules, name, key.get(name))]
            for each in (figure, *(figure.parts or ())):
                yield (*names, *_line(answer, each))


def _named(rules: Rules, name: str, code: str | None) -> tuple[str, str]:
    """A group's code and words; a total says so."""
    if code is None:
        return "*", labels.word("analyst", "total").zh
    return code, labels.value(rules, name, code).zh


def _line(answer: Answer, figure: Figure) -> Iterator[object]:
    formula = answer.formula
    part = figure.formula if isinstance(figure, PartFigure) else None
    yield from (formula.rate, formula.id, formula.version, formula.hash, formula.title, part)
    yield from (
        _number(figure.percent),
        _number(figure.value),
        figure.reason,
        _number(figure.numerator),
        figure.denominator,
    )
    yield from (figure.asked, figure.answered, _number(figure.coverage), figure.population)
    yield ";".join(f"{ground}={n}" for ground, n in (figure.excluded or {}).items())
    yield from (answer.cohort, answer.period.start, answer.period.end)
    yield ";".join(f"{name}={value}" for name, values in answer.filters.items() for value in values)
    yield from (answer.as_of, answer.happened_by, answer.position, answer.moment)


def _cell(value: object) -> str:
    """A number below nothing begins like a formula and is none."""
    return str(value) if isinstance(value, Decimal) else cell(value)


def _number(written: str | None) -> Decimal | None:
    return Decimal(written) if written is not None else None


def download(name: str, rows: Iterable[Sequence[object]]) -> Response:
    """A file to save.  It is written to the disk before the first of it is sent: however long it is, it is never whole in memory,
    and who reads it slowly keeps no state of the database open."""
    with ExitStack() as opened:
        file = opened.enter_context(SpooledTemporaryFile(IN_MEMORY, "w+b"))
        text = TextIOWrapper(file, "utf-8", newline="")
        text.write(BOM)
        writer = csv.writer(text)
        for row in rows:
            writer.writerow([_cell(value) for value in row])
        text.flush()
        text.detach()
        length = file.tell()
        file.seek(0)
        kept = opened.pop_all()
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store", "Content-Length": str(length)
    }  # fmt: skip
    return StreamingResponse(_parts(file, kept), media_type="text/csv; charset=utf-8", headers=headers)


def _parts(file: IO[bytes], opened: ExitStack) -> Iterator[bytes]:
    with opened:
        while part := file.read(PART):
            yield part
