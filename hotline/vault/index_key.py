"""Where the blind index's key stands: wrapped in the vault's own settings, so that it outlives a new master key."""

from typing import Literal, cast

from sqlalchemy import Connection, select, update

from hotline.databases import insert_new
from hotline.sealing import CipherName, SealingKey, Tampered
from hotline.vault.index import BlindIndex, IndexAlgorithm
from hotline.vault.master import WRONG_MASTER, MasterKeyUnusable
from hotline.vault.tables import settings

_NAME: Literal["index"] = "index"
_BOUND = b"blind index"


def make_index(connection: Connection, wrapping: SealingKey, cipher: CipherName) -> None:
    """Choose the index's key and algorithm, once for the life of the vault."""
    algorithm = "HMAC-SM3" if cipher == "S" else "HMAC-SHA256"
    value = f"{algorithm} {SealingKey.fresh().sealed_by(wrapping, _BOUND, cipher)}"
    insert_new(connection, settings, [{"name": _NAME, "value": value}], settings.c.name)


def load_index(connection: Connection, wrapping: SealingKey) -> BlindIndex | None:
    """The index; None before `migrate`. Raises MasterKeyUnusable when this is another vault's master key."""
    value = connection.scalar(select(settings.c.value).where(settings.c.name == _NAME))
    if value is None:
        return None
    algorithm, wrapped = value.split(" ")
    try:
        return BlindIndex(wrapping.open(wrapped, _BOUND), cast(IndexAlgorithm, algorithm))
    except Tampered:
        raise MasterKeyUnusable(WRONG_MASTER) from None


def rewrap_index(connection: Connection, old: SealingKey, new: SealingKey, cipher: CipherName) -> None:
    """The same index key under a new master key."""
    algorithm, wrapped = connection.scalars(select(settings.c.value).where(settings.c.name == _NAME)).one().split(" ")
    again = SealingKey.unwrap(wrapped, old, _BOUND).sealed_by(new, _BOUND, cipher)
    connection.execute(update(settings).where(settings.c.name == _NAME).values(value=f"{algorithm} {again}"))
