"""Consultations: an operator's question on its way to an expert, and what becomes of it."""
