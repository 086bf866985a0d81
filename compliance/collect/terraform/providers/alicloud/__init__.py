"""Adapters for the Terraform provider aliyun/alicloud: one module a service group.

Attribute names, allowed values and defaults come from the provider's documentation
(https://registry.terraform.io/providers/aliyun/alicloud/latest/docs); each adapter names its pages.
"""

from compliance.collect.terraform.providers.alicloud import (  # noqa: F401  (imported to register)
    backups,
    compute,
    databases,
    delivery,
    endpoints,
    firewalls,
    functions,
    identity,
    keys,
    kubernetes,
    locations,
    logs,
    messaging,
    network,
    nosql,
    rds,
    storage,
    volumes,
    warehouses,
)
from compliance.collect.terraform.providers.alicloud.registry import REGISTRY

__all__ = ["REGISTRY"]
