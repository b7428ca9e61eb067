"""The simulation: citizens, operators, experts, units, reviewers and 110 acting out requests over simulated days."""
