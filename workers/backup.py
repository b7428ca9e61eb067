"""`hotline backup`: every store in one archive while the hotline runs, and the vault in a second one beside it.

Two files, because they must not live equally long: an erasure destroys a key, and it is complete when the last backup that
holds the key has expired. `FILE` holds what is sealed, `FILE.vault` the keys and names; the master key and the register of
erasures are in neither. The bus is not backed up: it is a copy of the log.

The order makes the copies fit without stopping anybody: views and outbox before the log, so that they never know more than
it; the vault after it, so that every fact finds its key.
"""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal
from uuid import UUID, uuid4

from pydantic import BaseModel, ConfigDict

from hotline.texts import say
from hotline.vault import MasterKey
from workers import backup_postgres, backup_sqlite
from workers.directory import CannotStart
from workers.settings import Settings

FORMAT: Literal[1] = 1
ORDER = ("views", "outbox", "access", "accounts", "store", "vault")
"""In which order stores are copied; see above."""
KEYS = "vault"
MANIFEST = "manifest.json"


class Part(BaseModel):
    """One store in an archive."""

    model_config = ConfigDict(frozen=True)

    bytes: int
    sha256: str
    positions: Mapping[str, int] = {}
    """Up to which place in the log it goes: of the store itself `log`, of the views each by its label."""


class Manifest(BaseModel):
    """What stands first in both archives, the same in both."""

    model_config = ConfigDict(frozen=True)

    format: Literal[1]
    set: UUID
    """The two files of one backup have the same."""
    made_at: datetime
    hotline: str
    kind: Literal["sqlite", "postgresql"]
    master: str | None
    """A fingerprint of the master key the vault was wrapped with; None when it was not at hand."""
    parts: Mapping[str, Part]

    @property
    def position(self) -> int:
        """Where the log ends in it."""
        return self.parts["store"].positions.get("log", 0)


def keys_of(file: Path) -> Path:
    """The file of the keys that belongs to a backup."""
    return file.with_name(file.name + ".vault")


def backup(settings: Settings, file: Path) -> Manifest:
    """Write `file` and `keys_of(file)`, neither of which may exist; both are complete or not there at all.

    Raises CannotStart with what to do.
    """
    if settings.embedded and backup_sqlite.unfinished(settings.data):
        raise CannotStart(both("unfinished") + "\n" + both("repair"))
    for target in (file, keys_of(file)):
        if target.exists():
            raise CannotStart(both("exists", file=target))
    try:
        with TemporaryDirectory(dir=file.parent, prefix=".backup-") as room:
            return _backup(settings, file, Path(room))
    except OSError as error:
        raise CannotStart(both("cannot_write", file=file, why=error.strerror)) from None


def _backup(settings: Settings, file: Path, room: Path) -> Manifest:
    kind: Literal["sqlite", "postgresql"] = "sqlite" if settings.embedded else "postgresql"
    copier = backup_sqlite if settings.embedded else backup_postgres
    parts = {}
    for name in ORDER:
        copy = room / name
        positions = copier.copy(name, getattr(settings, name), copy)
        parts[name] = Part(bytes=copy.stat().st_size, sha256=digest(copy), positions=positions)
    manifest = Manifest(
        format=FORMAT,
        set=uuid4(),
        made_at=datetime.now(UTC),
        hotline=version("hotline12345"),
        kind=kind,
        master=_fingerprint(settings),
        parts=parts,
    )
    made = {file: [n for n in ORDER if n != KEYS], keys_of(file): [KEYS]}
    for nth, names in enumerate(made.values()):
        _pack(room / f"archive-{nth}", manifest, [room / name for name in names])
    for nth, target in enumerate(made):
        os.link(room / f"archive-{nth}", target)  # unlike a renaming it fails where somebody else has just put a file
    _durable(file.parent)
    return manifest


def _pack(archive: Path, manifest: Manifest, copies: list[Path]) -> None:
    told = manifest.model_dump_json(indent=1).encode()
    with open(archive, "xb") as out:
        os.fchmod(out.fileno(), 0o600)
        with tarfile.open(fileobj=out, mode="w") as tar:
            first = tarfile.TarInfo(MANIFEST)
            first.size = len(told)
            tar.addfile(first, io.BytesIO(told))
            for copy in copies:
                tar.add(copy, copy.name, filter=_nameless)
        out.flush()
        os.fsync(out.fileno())


def _nameless(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mode = 0o600
    return member


def _fingerprint(settings: Settings) -> str | None:
    path = settings.master_key_file
    return MasterKey.load(path).fingerprint() if path.exists() else None


def _durable(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def opened(file: Path) -> Iterator[tuple[Manifest, tarfile.TarFile]]:
    """An archive and its manifest. Raises CannotStart when it is none of ours."""
    try:
        with tarfile.open(file, "r:") as tar:
            first = tar.extractfile(MANIFEST)
            assert first is not None
            yield Manifest.model_validate_json(first.read(1 << 20)), tar
    except FileNotFoundError:
        raise CannotStart(both("no_file", file=file)) from None
    except (tarfile.TarError, KeyError, ValueError, AssertionError, EOFError):
        raise CannotStart(both("not_a_backup", file=file)) from None


def take_out(tar: tarfile.TarFile, name: str, part: Part, to: Path) -> bool:
    """Write one part of an archive to a file; whether it is, byte for byte, what was put in."""
    try:
        packed = tar.extractfile(name)
    except KeyError:
        return False
    if packed is None:
        return False
    found, size = hashlib.sha256(), 0
    with open(to, "wb") as out:
        os.fchmod(out.fileno(), 0o600)
        while some := packed.read(1 << 20):
            found.update(some)
            size += out.write(some)
        out.flush()
        os.fsync(out.fileno())
    return (size, found.hexdigest()) == (part.bytes, part.sha256)


def digest(file: Path) -> str:
    with open(file, "rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def both(code: str, **slots: object) -> str:
    """A sentence about backups, in both languages."""
    return f"{say(f'backup.{code}', 'zh', **slots)} / {say(f'backup.{code}', 'en', **slots)}"
