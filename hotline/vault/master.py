"""The master key: the one secret outside every database, which wraps all keys inside the vault."""

import os
import stat
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from hotline.sealing import SealingKey

WRONG_MASTER = (
    "主密钥与保险库不符，请使用建库（或最近一次轮换）的主密钥。"
    "This master key does not fit the vault: use the one it was made with or last rotated to."
)


class MasterKeyUnusable(Exception):
    """The master key's file is exposed, broken or not the one this vault was made with; the text says what to do."""


@dataclass(frozen=True)
class MasterKey:
    """32 random bytes; never logged, never used directly: what wraps is derived from it by HKDF-SHA256 (RFC 5869)."""

    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) != 32:
            raise MasterKeyUnusable("主密钥应为 32 字节。A master key is 32 bytes: create one anew, do not type it.")

    @classmethod
    def create(cls, path: Path) -> "MasterKey":
        """A new key in a new file (mode 0600). Raises FileExistsError: an existing key is never overwritten."""
        path.parent.mkdir(parents=True, exist_ok=True)
        key = cls(os.urandom(32))
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(b64encode(key.secret) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        return key

    @classmethod
    def load(cls, path: Path) -> "MasterKey":
        """The key in the file. Raises FileNotFoundError, or MasterKeyUnusable if others could have read it."""
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise MasterKeyUnusable(
                f"主密钥文件 {path.name} 可被他人读取，请执行 chmod 600。"
                f"The master key file {path.name} is readable by others: run chmod 600 on it."
            )
        try:
            return cls(b64decode(path.read_bytes().strip(), validate=True))
        except NotBase64:
            raise MasterKeyUnusable(
                f"主密钥文件 {path.name} 已损坏，请从备份恢复。"
                f"The master key file {path.name} is damaged: restore it from its backup."
            ) from None

    def wrapping(self) -> SealingKey:
        """The key that wraps the vault's keys."""
        return SealingKey(HKDF(SHA256(), 32, salt=None, info=b"hotline vault wrap 1").derive(self.secret))

    def fingerprint(self) -> str:
        """What tells this key from another and says nothing about it: a backup of the vault names its key by it."""
        return HKDF(SHA256(), 16, salt=None, info=b"hotline vault fingerprint 1").derive(self.secret).hex()
