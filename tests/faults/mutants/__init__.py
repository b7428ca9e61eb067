"""Versions of the hotline with one precaution taken out, to show that the checks would notice.

Each module has `CAUGHT_BY`, the name of the check that must fail, and `apply()`, called in every process before its command.
"""
