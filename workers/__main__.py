"""`python -m workers` is `hotline`."""

from workers.cli import app

if __name__ == "__main__":
    app(prog_name="hotline")
