"""The registry that every aws module registers its adapters in."""

from __future__ import annotations

from compliance.collect.terraform.providers.interface import Registry

REGISTRY = Registry("aws")
