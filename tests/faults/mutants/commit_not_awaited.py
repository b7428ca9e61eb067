"""PostgreSQL answers before a commit is on the disk (`synchronous_commit = off`): what was acknowledged may be lost."""

CAUGHT_BY = "acknowledged once, unknown at most once"
ONLY = ("kill postgres",)
FAULTS = 4
PACE = 3.0
POSTGRES = {"synchronous_commit": "off", "wal_writer_delay": "10000ms"}


def apply() -> None:
    """Nothing in the hotline is different."""
