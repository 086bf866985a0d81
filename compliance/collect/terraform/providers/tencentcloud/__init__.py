"""Adapters of tencentcloud."""

from compliance.collect.terraform.providers.interface import Registry

REGISTRY = Registry("tencentcloud")
