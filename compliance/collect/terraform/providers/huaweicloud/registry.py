"""The registry of the huaweicloud adapters (a module of its own, so that the adapter modules can import it)."""

from __future__ import annotations

from typing import Final

from compliance.collect.terraform.providers.interface import Registry

REGISTRY: Final = Registry("huaweicloud")


def types(*names: str) -> tuple[str, ...]:
    """Full resource types of short names: ``obs_bucket`` is ``huaweicloud_obs_bucket``."""
    return tuple(f"huaweicloud_{name}" for name in names)
