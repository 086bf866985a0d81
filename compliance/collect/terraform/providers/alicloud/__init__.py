"""Adapters for the Terraform provider aliyun/alicloud: one module a service group.

Attribute names, allowed values and defaults come from the provider's documentation
(https://registry.terraform.io/providers/aliyun/alicloud/latest/docs); each adapter names its pages.
Where the documented default differs between versions of the provider, the stricter one counts.
"""

from typing import Final

from compliance.collect.terraform.providers.alicloud import (
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
    permissions,
    rds,
    storage,
    volumes,
    warehouses,
)
from compliance.collect.terraform.providers.alicloud.registry import REGISTRY

# Importing a module registers its adapters.
MODULES: Final = (
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
    permissions,
    rds,
    storage,
    volumes,
    warehouses,
)

__all__ = ["MODULES", "REGISTRY"]
