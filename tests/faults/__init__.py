"""Faults on the real parts: processes killed, paused and cut off on PostgreSQL and NATS, and what must hold afterwards."""
