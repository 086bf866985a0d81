"""Inline SVG by hand: shapes with class names, so that the page's one style sheet colours them in light, dark and print."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

_KINDS: Final = ("satisfied", "partially_satisfied", "not_satisfied", "undetermined")
_WIDTH: Final = 160


def gauge(counts: Sequence[int], label: str) -> str:
    """A bar of the four outcomes of the applicable controls; *counts* as ``DomainView.counts``."""
    total = sum(counts[:4])
    said = f"{label}: {' / '.join(str(n) for n in counts[:4])}"
    parts = [f'<svg width="{_WIDTH}" height="14" viewBox="0 0 {_WIDTH} 14" role="img" aria-label="{escape(said)}">', f'<rect class="f-rest" x="0" y="1" width="{_WIDTH}" height="12" rx="2"/>']
    start = 0
    for kind, n in zip(_KINDS, counts, strict=False):
        end = start + n
        if n:
            left, right = start * _WIDTH // total, end * _WIDTH // total
            parts.append(f'<rect class="f-{kind}" x="{left}" y="1" width="{right - left}" height="12"/>')
        start = end
    return "".join(parts) + "</svg>"


def trend(periods: Sequence[tuple[str, tuple[int, ...]]], label: str) -> str:
    """Stacked columns: per period the controls that do not hold, hold in part, cannot be determined."""
    highest = max((sum(counts) for _, counts in periods), default=0) or 1
    width, base, tall = 70 * len(periods) + 20, 130, 100
    said = "; ".join(f"{name}: {'/'.join(map(str, counts))}" for name, counts in periods)
    out = [f'<svg width="{width}" height="160" viewBox="0 0 {width} 160" role="img" aria-label="{escape(f"{label}: {said}")}">']
    for index, (name, counts) in enumerate(periods):
        left, top = 20 + 70 * index, base
        for kind, n in zip(("not_satisfied", "partially_satisfied", "undetermined"), counts, strict=True):
            height = n * tall // highest
            top -= height
            if height:
                out.append(f'<rect class="f-{kind}" x="{left}" y="{top}" width="36" height="{height}"/>')
        out.append(f'<text x="{left + 18}" y="{top - 5}" text-anchor="middle">{sum(counts)}</text><text x="{left + 18}" y="{base + 18}" text-anchor="middle">{escape(name)}</text>')
    return "".join(out) + "</svg>"
