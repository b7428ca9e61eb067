"""Callers: what the nuisance ladder knows of a person."""
