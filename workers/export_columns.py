"""Outcome rows as columns of Arrow, unpacked without looking at a single row in Python where PostgreSQL writes them out."""

from __future__ import annotations

import io
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import csv
from sqlalchemy import BigInteger, Integer, SmallInteger

from hotline.rates.outcome import FACETS, Facet
from projections.described import OUTCOMES, Column
from projections.outcome_reading import RAW, Days, copied, each
from projections.view import Views
from workers.export_outcomes import HOUR, offset_of, words_of
from workers.export_parquet import schema_of

_BLOCK = 1 << 24
"""Bytes of PostgreSQL's CSV that become one batch: some hundred thousand rows."""
_NUMBERS = (BigInteger, Integer, SmallInteger)


def batches_of(views: Views, days: Days | None) -> Iterator[Any]:
    """Every row, in batches."""
    for raw in _from_sqlite(views, days) if views.sqlite else _from_postgres(views, days):
        yield _unpacked(raw)


def _from_postgres(views: Views, days: Days | None) -> Iterator[Any]:
    told = io.BufferedReader(_Told(copied(views, days)), _BLOCK)
    if not told.peek(1):
        return
    yield from csv.open_csv(
        told,
        read_options=csv.ReadOptions(column_names=_raw().names, block_size=_BLOCK),
        convert_options=csv.ConvertOptions(
            column_types=_raw(), null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=False
        ),
    )


def _from_sqlite(views: Views, days: Days | None) -> Iterator[Any]:
    for some in each(views, days):
        columns = [list(column) for column in zip(*some, strict=True)]
        columns[0] = [str(ticket) for ticket in columns[0]]
        yield pa.record_batch([pa.array(v, f.type) for v, f in zip(columns, _raw(), strict=True)], schema=_raw())


@cache
def _raw() -> Any:
    """The columns as they are read, texts that repeat by number with their dictionary."""
    own = {"ticket_id": pa.string(), "number": pa.string()}
    word, whole = pa.dictionary(pa.int32(), pa.string()), pa.int64()
    return pa.schema([(c.name, own.get(c.name) or (whole if isinstance(c.type, _NUMBERS) else word)) for c in RAW])


def _unpacked(raw: Any) -> Any:
    facets = raw.column("facets").to_numpy()
    columns = [
        _facet(FACETS[column.name], facets) if column.name in FACETS else _own(column, raw.column(column.name))
        for column in OUTCOMES.columns
    ]
    return pa.record_batch(columns, schema=schema_of(OUTCOMES))


def _facet(facet: Facet, packed: Any) -> Any:
    codes = (packed >> facet.shift) & ((1 << facet.bits) - 1)
    if not facet.mask:
        return _words(codes.astype(np.int32), list(facet.values))
    found, places = np.unique(codes, return_inverse=True)
    return _words(places.astype(np.int32), [words_of(facet.name, int(code) << facet.shift) for code in found])


def _words(places: Any, words: list[str]) -> Any:
    return pa.DictionaryArray.from_arrays(pa.array(places, pa.int32()), pa.array(words, pa.string()))


def _own(column: Column, values: Any) -> Any:
    match column.kind:
        case "moment":
            return _local(values)
        case "day":
            return values.cast(pa.int32()).cast(pa.date32())
        case _:
            return values


def _local(values: Any) -> Any:
    """Moments as the clock on the wall showed them; what hour it was is asked once for each hour."""
    micros = values.fill_null(0).to_numpy()
    hours, which = np.unique(micros // HOUR, return_inverse=True)
    offsets = np.array([offset_of(int(hour)) for hour in hours], dtype=np.int64)
    mask = values.is_null().to_numpy(zero_copy_only=False)
    return pa.array(micros + offsets[which], pa.int64(), mask=mask).cast(pa.timestamp("us"))


class _Told(io.RawIOBase):
    """What is told bit by bit, as a file to read from."""

    def __init__(self, bits: Iterator[memoryview]) -> None:
        self._bits, self._left = bits, memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any) -> int:
        room, filled = memoryview(into), 0
        while filled < len(room):
            if not self._left:
                bit = next(self._bits, None)
                if bit is None:
                    break
                self._left = memoryview(bit)
            some = self._left[: len(room) - filled]
            room[filled : filled + len(some)] = some
            self._left, filled = self._left[len(some) :], filled + len(some)
        return filled
