"""Adapters of huaweicloud."""

from compliance.collect.terraform.providers.interface import Registry

REGISTRY = Registry("huaweicloud")
