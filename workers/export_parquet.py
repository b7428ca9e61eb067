"""Rows as a Parquet file: words by number with their dictionary, moments as local time, each column with its meaning."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from hotline.calendar import SHANGHAI
from projections.described import Described, Kind

_AT_ONCE = 50_000

_TYPES: dict[Kind, Any] = {
    "text": pa.string(), "json": pa.string(), "flag": pa.bool_(), "whole": pa.int64(), "decimal": pa.decimal128(20, 10),
    "word": pa.dictionary(pa.int32(), pa.string()), "words": pa.dictionary(pa.int32(), pa.string()),
    "moment": pa.timestamp("us"), "day": pa.date32(),
}  # fmt: skip
"""Moments have no zone: they are local time, so that nobody counts by the day of London."""


def schema_of(told: Described) -> Any:
    """The columns of a file, each with what it means."""
    return pa.schema(
        [pa.field(column.name, _TYPES[column.kind], metadata=dict(told.about(column))) for column in told.columns],
        metadata=dict(told.told()),
    )


def write(path: Path, told: Described, batches: Iterable[Any]) -> int:
    """Write a file of these batches, each a group of rows; returns how many rows."""
    count = 0
    with pq.ParquetWriter(str(path), schema_of(told), compression="zstd") as file:
        for batch in batches:
            file.write_batch(batch)
            count += batch.num_rows
    return count


def batches_of(told: Described, rows: Iterable[Sequence[object]]) -> Iterator[Any]:
    """Rows of values, in the order of the columns, as batches."""
    schema, rest = schema_of(told), iter(rows)
    while some := list(islice(rest, _AT_ONCE)):
        columns = zip(*some, strict=True)
        values = [[_plain(value) for value in column] for column in columns]
        yield pa.record_batch([pa.array(v, f.type) for v, f in zip(values, schema, strict=True)], schema=schema)


def _plain(value: object) -> object:
    """A value as Arrow takes it."""
    if isinstance(value, datetime):
        return value.astimezone(SHANGHAI).replace(tzinfo=None)
    if isinstance(value, tuple):
        return ";".join(str(part) for part in value)
    return value if value is None or isinstance(value, int) else str(value)
