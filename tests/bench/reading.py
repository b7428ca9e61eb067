"""How long reading a request takes, and what it adds to a process's memory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from random import Random
from time import perf_counter

from hotline.reading.learning import corpus
from hotline.reading.outside import named
from hotline.reading.reader import read
from hotline.rules import load
from tests.bench.figure import Figure, Goal, percentile
from workers.settings import Settings

SLOWEST = Goal(5)
RESIDENT = Goal(60)
LETTERS = 500
TEXTS = 500
_ASK = """
from pathlib import Path
def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6
from hotline.rules import load
rules = load({profile!r})
before = resident()
from hotline.reading.reader import read
read("停水三天了", profile=rules)
print(resident() - before)
"""


def run(room: Path) -> list[Figure]:
    """Requests of five hundred letters put together from our own unseen ones; the memory in a process of its own."""
    profile = str(Settings.model_fields["profile"].default)
    rules = load(profile)
    folder = Path(__file__).parents[1] / "data" / "requests"
    texts = [each.text for each in corpus.read_folder(folder, frozenset(named(rules).values()))]
    dice = Random(12345)
    read("热一下身", profile=rules)
    took = []
    for _ in range(TEXTS):
        text = "".join(dice.choices(texts, k=25))[:LETTERS]
        begun = perf_counter()
        read(text, profile=rules)
        took.append((perf_counter() - begun) * 1000)
    asked = subprocess.run(
        [sys.executable, "-c", _ASK.format(profile=profile)], capture_output=True, text=True, check=True
    )
    return [
        Figure(f"Reading {LETTERS} letters, half of all within", percentile(took, 0.5), "ms"),
        Figure(f"Reading {LETTERS} letters, 99 of 100 within", percentile(took, 0.99), "ms", SLOWEST),
        Figure("What reading adds to a process", float(asked.stdout), "MB", RESIDENT),
    ]
