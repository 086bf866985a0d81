"""Masking: a value never leaves whole."""

from __future__ import annotations


def masked_id(value: str) -> str:
    """First two and last two characters, the rest as asterisks (fewer for short values)."""
    return value[:2] + "*" * max(0, len(value) - 4) + value[-2:] if len(value) > 8 else "*" * len(value)


def masked_secret(value: str) -> str:
    """First two characters and the length; nothing of a short value."""
    return f"{value[:2]}…({len(value)})" if len(value) >= 8 else f"…({len(value)})"
