"""Waiting for something to become true, with a bound: the only way tests wait."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")


def eventually(probe: Callable[[], T], *, within: float = 10.0, every: float = 0.02, what: str = "") -> T:
    """The first truthy answer of `probe`, asked every `every` seconds; AssertionError after `within` seconds."""
    end = time.monotonic() + within
    while True:
        answer = probe()
        if answer:
            return answer
        if time.monotonic() > end:
            raise AssertionError(f"not within {within:g} s: {what or probe}; last answer: {answer!r}")
        time.sleep(every)


def alive(pid: int) -> bool:
    """Whether a process of this id runs; one that has ended and only waits to be collected (a zombie) does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in ("Z", "X")
