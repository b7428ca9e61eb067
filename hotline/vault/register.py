"""The register of erasures: an append-only file beside the vault, kept apart from its backups.

A backup older than an erasure still holds the destroyed key. The register is what makes the erasure outlive the
restore: whatever it names is destroyed again when the vault is opened. It holds ticket ids, nothing else.
"""

import os
from pathlib import Path
from uuid import UUID

from hotline.vault.errors import RegisterDamaged

_LINE = 36


class Register:
    """One ticket id a line. Lines are only ever added, each forced to the disk before the erasure goes on."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def add(self, *tickets: UUID) -> None:
        """Write the tickets down for good. Raises OSError when it cannot be made durable: then do not erase."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            size = os.fstat(handle).st_size
            torn = size > 0 and os.pread(handle, 1, size - 1) != b"\n"
            os.write(handle, (b"\n" if torn else b"") + "".join(f"{ticket}\n" for ticket in tickets).encode())
            os.fsync(handle)
        finally:
            os.close(handle)
        self._make_name_durable()

    def tickets(self) -> list[UUID]:
        """Everything erased so far, oldest first. Raises RegisterDamaged."""
        if not self.path.exists():
            return []
        found = []
        for number, line in enumerate(self.path.read_bytes().split(b"\n"), start=1):
            if len(line) < _LINE:  # the end, or a write cut short by a crash: its erasure was never confirmed
                continue
            try:
                found.append(UUID(line.decode("ascii")))
            except ValueError:
                raise RegisterDamaged(
                    f"删除登记簿第 {number} 行无法读取，请从副本恢复该文件后再启动。"
                    f"Line {number} of the erasure register cannot be read: restore the file from its copy first."
                ) from None
        return found

    def _make_name_durable(self) -> None:
        folder = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
