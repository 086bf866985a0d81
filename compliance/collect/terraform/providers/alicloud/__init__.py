"""Adapters of alicloud."""

from compliance.collect.terraform.providers.interface import Registry

REGISTRY = Registry("alicloud")
