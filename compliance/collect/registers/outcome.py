"""What converting one cell can end in besides a plain value."""

from __future__ import annotations

from typing import Any, NamedTuple

from compliance.model.row import Scalar


class Bad(NamedTuple):
    """The cell cannot be used: message code and its details."""

    code: str
    details: tuple[tuple[str, Any], ...] = ()


class Noted(NamedTuple):
    """The cell was used, with something to say about it."""

    value: Scalar
    code: str
    details: tuple[tuple[str, Any], ...] = ()
