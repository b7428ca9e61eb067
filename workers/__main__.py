"""`hotline`, and `python -m workers`, which is the same."""

import gc

COLLECTED = (50_000, 20, 50)
"""When Python looks for cycles.  To start means to make thousands of classes, to work means to make many small facts, and
hardly any of them is ever part of a cycle: looking as often as it usually does takes a fifth of the start."""


def main() -> None:
    gc.set_threshold(*COLLECTED)
    from workers.cli import app  # not above: reading it in is most of what a start costs

    app(prog_name="hotline")


if __name__ == "__main__":
    main()
