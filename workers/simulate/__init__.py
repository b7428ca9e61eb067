"""The simulation: citizens, operators, units and reviewers acting out requests over simulated days."""
