"""How a vault is set up, and why a store-only text may be opened."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from hotline.sealing import CipherName

Purpose = Literal["retention", "erase"]
"""Why a store-only text may still be opened: to prove that it is kept, or to erase it."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Options:
    """`cipher` "S" seals with SM4 and, chosen at `migrate`, indexes with SM3. `fresh_for`: seconds after which
    another process's erasure is noticed at the latest. `clock` dates the keys for the sweep of orphans. `foreseen`: draws follow
    from what is drawn for alone, for a simulation that must come out alike from one seed; never where people file requests."""

    cipher: CipherName = "A"
    clock: Callable[[], datetime] = _utc_now
    fresh_for: float = 1.0
    foreseen: bool = False


STANDARD = Options()
