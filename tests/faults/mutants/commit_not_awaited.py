"""PostgreSQL answers before a commit is on the disk (`synchronous_commit = off`): what was acknowledged may be lost."""

CAUGHT_BY = "acknowledged once, unknown at most once"
ONLY = ("kill postgres",)
FAULTS = 8
PACE = 5.0
PEOPLE = 6
POSTGRES = {
    "synchronous_commit": "off", "wal_writer_delay": "10000ms", "wal_writer_flush_after": "1GB", "wal_buffers": "64MB",
    "full_page_writes": "off",
}  # fmt: skip
"""With the writer of the log as lazy as it can be: usually it is only a fraction of a second behind."""


def apply() -> None:
    """Nothing in the hotline is different."""
