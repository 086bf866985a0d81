"""Masking: a value never leaves whole."""

from __future__ import annotations


def masked_id(value: str) -> str:
    """First two and last two characters, the rest as asterisks; nothing but asterisks up to eight characters."""
    return value[:2] + "*" * (len(value) - 4) + value[-2:] if len(value) > 8 else "*" * len(value)


def masked_secret(value: str) -> str:
    """First two characters and the length, e.g. ``AK…(20)``; the length alone below eight characters."""
    return f"{value[:2]}…({len(value)})" if len(value) >= 8 else f"…({len(value)})"


def masked_count(count: int) -> str:
    """How many persons a list names, e.g. ``×23``; nothing of the list itself."""
    return f"×{count}"
