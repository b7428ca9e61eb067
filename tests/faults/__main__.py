"""`python -m tests.faults`: one run, or with `--mutants` each mutant too; see `make soak`."""

from tests.faults.soak import main

if __name__ == "__main__":
    main()
