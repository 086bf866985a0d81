"""The registry of the tencentcloud adapters (a module of its own, so that the adapter modules can import it)."""

from __future__ import annotations

from typing import Final

from compliance.collect.terraform.providers.interface import Registry

REGISTRY: Final = Registry("tencentcloud")
