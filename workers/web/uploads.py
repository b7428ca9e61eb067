"""A file sent by a form: read in pieces, kept in memory only, never larger than what may be attached.

Nothing of it touches the disk before it is sealed: a temporary file would outlive an erasure.
"""

from __future__ import annotations

import unicodedata
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from hotline.command import Refused
from hotline.pictures import Broken, kind_of, without_traces
from hotline.ticket.attaching import LARGEST
from hotline.ticket.facts import AttachmentKind

FIELD = "file"
_ROUND = 64 * 1024
"""What a form adds to the file it carries."""
_NAME = 100
"""Characters of a file's name that are kept."""


@dataclass(frozen=True)
class Upload:
    """A file as it will be kept: judged by its own bytes, a photo without the traces of whoever took it."""

    content: bytes
    kind: AttachmentKind
    name: str | None


class _InMemory(MultiPartParser):
    spool_max_size = LARGEST + _ROUND  # bytes before a file would be written to the disk: never reached


async def uploaded(request: Request) -> Upload:
    """A dependency: the one file of a form, under the name ``file``.  Raises Refused."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "multipart/form-data":
        raise Refused("multipart_needed")
    parser = _InMemory(request.headers, _bounded(request), max_files=1, max_fields=3, max_part_size=1024)
    try:
        form = await parser.parse()
    except (MultiPartException, KeyError):  # KeyError: no boundary is named
        raise Refused("attachment_missing") from None
    file = form.get(FIELD)
    content, name = (await file.read(), file.filename) if isinstance(file, UploadFile) else (b"", None)
    await form.close()
    if not content:
        raise Refused("attachment_missing")
    return _judged(content, name)


async def _bounded(request: Request) -> AsyncGenerator[bytes, None]:
    """The body as it comes.  What is too long is read to its end and thrown away, so that the sender hears the answer
    instead of a closed line; without end it is not read either (around.py)."""
    size = 0
    async for piece in request.stream():
        size += len(piece)
        if size <= LARGEST + _ROUND:
            yield piece
    if size > LARGEST + _ROUND:
        raise too_large()


def too_large() -> Refused:
    return Refused("attachment_too_large", most=LARGEST // 1024 // 1024)


def _judged(content: bytes, name: str | None) -> Upload:
    if len(content) > LARGEST:
        raise too_large()
    kind = kind_of(content)
    if kind is None:
        raise Refused("attachment_kind")
    try:
        return Upload(without_traces(content, kind), kind, _plain(name or ""))
    except Broken:
        raise Refused("attachment_broken") from None


def _plain(name: str) -> str | None:
    """A file's name without its folders and without anything that cannot be seen."""
    last = name.replace("\\", "/").rpartition("/")[2]
    seen = "".join(c for c in last if unicodedata.category(c)[0] != "C").strip()
    stem, dot, kind = seen.rpartition(".")
    return (f"{stem[: _NAME - len(kind) - 1]}{dot}{kind}" if 0 < len(kind) <= 8 else seen[:_NAME]) or None


Uploaded = Annotated[Upload, Depends(uploaded)]
