"""Tickets: the facts, the state and the commands of one request."""
