"""Telephone calls, as the telephone system tells of them."""
