"""One directory and one owner per test run: what lets the workers of a run share a server that ends with the run."""

import ctypes
import os
import select
import shutil
import signal
import sys
import tempfile
from pathlib import Path

import pytest

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None

RUN = pytest.StashKey["TestRun"]()


class TestRun:
    """The run as all its workers see it: `owner` is the pytest process that started them, `shared` their directory."""

    __test__ = False

    def __init__(self, owner: int, shared: Path) -> None:
        self.owner, self.shared = owner, shared

    @classmethod
    def join(cls, config: pytest.Config) -> "TestRun":
        """The run of this process: the one handed over by the process that started this worker, or a new one."""
        handed = getattr(config, "workerinput", None)
        if handed is not None:
            return cls(handed["hotline_owner"], Path(handed["hotline_shared"]))
        shared = Path(tempfile.mkdtemp(prefix="hotline-tests-"))
        shared.chmod(0o711)  # a server that may not run as root has its data in here
        return cls(os.getpid(), shared)

    @property
    def is_mine(self) -> bool:
        """Whether this process started the run and so has to clear up after it."""
        return self.owner == os.getpid()

    def hand_to(self, workerinput: dict[str, object]) -> None:
        workerinput["hotline_owner"], workerinput["hotline_shared"] = self.owner, str(self.shared)

    def clear(self) -> None:
        shutil.rmtree(self.shared, ignore_errors=True)


def die_with_parent(with_signal: int = signal.SIGKILL) -> None:
    """For a child between fork and exec: the kernel sends it this signal when the thread that started it ends."""
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, int(with_signal), 0, 0, 0)


def wait_for_end(pid: int) -> None:
    """Return when the process has ended, however it did, also where nobody collects it. Linux."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    with os.fdopen(descriptor) as handle:
        select.select([handle], [], [])
