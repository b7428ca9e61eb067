"""What is true: tickets, callers, clocks, rules and the vault.  Imports nothing of the projections or the workers."""
