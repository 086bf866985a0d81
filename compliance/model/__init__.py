"""Frozen value types of the vocabulary in DESIGN.md; no I/O here."""
