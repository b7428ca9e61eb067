"""The machine a figure was measured on, told without naming it."""

from __future__ import annotations

import os
import platform
import sqlite3
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.support.postgres import find_binaries


def machine() -> Mapping[str, str]:
    """What a reader needs to judge a figure by."""
    return {
        "Processor": f"{os.cpu_count()} cores, {_processor()}",
        "Memory": f"{_field('/proc/meminfo', 'MemTotal') or '?'}",
        "System": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        "SQLite": sqlite3.sqlite_version,
        "PostgreSQL": _postgres(),
        "Load at the start (1, 5, 15 min)": ", ".join(f"{load:.1f}" for load in os.getloadavg()),
    }


def _postgres() -> str:
    found = find_binaries()
    if found is None:
        return "none"
    return subprocess.run([found / "postgres", "--version"], capture_output=True, text=True, check=True).stdout.split()[
        2
    ]


def _processor() -> str:
    return _field("/proc/cpuinfo", "model name") or platform.machine()


def _field(path: str, name: str) -> str | None:
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), None)
