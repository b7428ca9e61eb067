"""Rates nobody can dispute: what a ticket came to, the formulas that count it, and the proof beside every number."""
