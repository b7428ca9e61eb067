"""A hotline as somebody starts it by hand."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from tests.support.watching import eventually

ROOT = Path(__file__).parents[2]
HOTLINE = Path(sys.executable).with_name("hotline")
STARTS_WITHIN = 60


@dataclass(frozen=True)
class Running:
    port: int
    data: Path


@pytest.fixture
def running(tmp_path: Path, free_port: Callable[[], int]) -> Iterator[Running]:
    """A hotline started with its own command, and stopped as Ctrl-C does."""
    port, data = free_port(), tmp_path / "data"
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [HOTLINE, "up", "--port", str(port), "--data", data], stdout=log, stderr=log, cwd=ROOT
        )
    try:
        eventually(lambda: ready(port), within=STARTS_WITHIN)
        yield Running(port, data)
    finally:
        process.terminate()
        process.wait(timeout=30)


def ready(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False
