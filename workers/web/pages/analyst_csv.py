"""Answers and lists as CSV that a spreadsheet opens as they are: with a byte order mark, and no cell that it would run."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from io import StringIO

from fastapi.responses import Response

from hotline.rates.answer import Answer, Figure, Group, PartFigure
from hotline.rules import Rules
from workers.export import cell
from workers.web.pages import labels

_PROOF = (
    "rate", "formula", "version", "hash", "title", "part", "percent", "value", "reason", "numerator", "denominator", "asked", "answered",
    "coverage", "population", "excluded", "cohort", "from", "to", "filters", "as_of", "happened_by", "position", "moment",
)  # fmt: skip
BOM = "\ufeff"


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
    """A file to save."""
    written = StringIO()
    writer = csv.writer(written)
    for row in rows:
        writer.writerow([_cell(value) for value in row])
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(BOM + written.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)
