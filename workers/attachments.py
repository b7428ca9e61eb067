"""Attachments on disk: sealed content in files whose names are random ids, and nothing else.

A file is durable in `waiting/` before its fact is written, and takes its place in the ticket's own directory after: what
lies in `waiting/` for long has either a fact (the process died in between: it is put in its place) or none (it is swept).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from hotline.facts import Recorded
from hotline.ticket.facts import FileAttached


class Attachments:
    """The files below one directory; several processes may use it at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._waiting = folder / "waiting"

    def put(self, ticket: UUID, attachment: UUID, sealed: bytes, at: datetime) -> None:
        """Write a file that is on the disk when this returns; it waits for its fact. Raises OSError."""
        _directory(self._waiting)
        path = self._at_wait(ticket, attachment)
        unfinished = path.with_name(f"{path.name}.part")
        with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(sealed)
            file.flush()
            os.utime(unfinished, (at.timestamp(), at.timestamp()))
            os.fsync(file.fileno())
        unfinished.rename(path)
        _sync(self._waiting)

    def settle(self, ticket: UUID, attachment: UUID) -> None:
        """Its fact is written: the file takes its place."""
        place = self._place(ticket, attachment)
        _directory(place.parent)
        self._at_wait(ticket, attachment).rename(place)
        _sync(place.parent)

    def drop(self, ticket: UUID, attachment: UUID) -> None:
        """No fact came of it."""
        self._at_wait(ticket, attachment).unlink(missing_ok=True)

    def get(self, ticket: UUID, attachment: UUID) -> bytes | None:
        """The sealed content; None when there is no such file."""
        place = self._place(ticket, attachment)
        for path in (place, self._at_wait(ticket, attachment), place):  # it may move while we look
            try:
                return path.read_bytes()
            except FileNotFoundError:
                continue
        return None

    def has(self, ticket: UUID, attachment: UUID) -> bool:
        return self._place(ticket, attachment).exists() or self._at_wait(ticket, attachment).exists()

    def forget(self, tickets: Iterable[UUID]) -> None:
        """Delete all files of these tickets; harmless when there are none. Raises OSError when one would stay."""
        for ticket in tickets:
            for path in self._waiting.glob(f"{ticket}.*"):
                path.unlink(missing_ok=True)
            if (own := self._own(ticket)).is_dir():
                shutil.rmtree(own)

    def waiting(self, before: datetime) -> list[tuple[UUID, UUID]]:
        """Tickets and attachments of files put before then that still wait for their fact. What was never finished is
        deleted here."""
        found = []
        for path in self._waiting.glob("*"):
            try:
                old = path.stat().st_mtime < before.timestamp()
            except FileNotFoundError:
                continue
            if old and path.suffix == ".part":
                path.unlink(missing_ok=True)
            elif old:
                ticket, _, attachment = path.name.partition(".")
                found.append((UUID(ticket), UUID(attachment)))
        return found

    def __iter__(self) -> Iterator[tuple[UUID, UUID, datetime]]:
        """Every finished file: ticket, attachment, when it was put."""
        for path in self._folder.glob("*/*/*"):
            yield UUID(path.parent.name), UUID(path.name), _put_at(path)
        for path in self._waiting.glob("*"):
            if path.suffix != ".part":
                ticket, _, attachment = path.name.partition(".")
                yield UUID(ticket), UUID(attachment), _put_at(path)

    def _at_wait(self, ticket: UUID, attachment: UUID) -> Path:
        return self._waiting / f"{ticket}.{attachment}"

    def _own(self, ticket: UUID) -> Path:
        return self._folder / ticket.hex[-2:] / str(ticket)

    def _place(self, ticket: UUID, attachment: UUID) -> Path:
        return self._own(ticket) / str(attachment)


def label_of(attachment: UUID) -> str:
    """What a file is sealed under, so that no file can stand in for another."""
    return f"attachment.{attachment}"


def attached(history: Iterable[Recorded]) -> dict[UUID, Recorded]:
    """The facts of a ticket's attachments by their ids."""
    return {r.fact.attachment: r for r in history if isinstance(r.fact, FileAttached)}


def _put_at(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _directory(folder: Path) -> None:
    """Make it, with every new directory entry on the disk."""
    if not folder.is_dir():
        if not folder.parent.is_dir():
            _directory(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
        _sync(folder.parent)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
