"""Adapters for the Terraform provider huaweicloud/huaweicloud: one module a service group.

Attribute names, allowed values and defaults come from the provider's documentation
(https://registry.terraform.io/providers/huaweicloud/huaweicloud/latest/docs); each adapter names its pages.
"""

from typing import Final

from compliance.collect.terraform.providers.huaweicloud import (
    backups,
    cloud_firewall,
    compute,
    containers,
    delivery,
    endpoints,
    functions,
    identity,
    keys,
    locations,
    logs,
    messaging,
    nat,
    network,
    nosql,
    permissions,
    pods,
    rds,
    sharing,
    storage,
    volumes,
    warehouses,
)
from compliance.collect.terraform.providers.huaweicloud.registry import REGISTRY

# Importing a module registers its adapters.
MODULES: Final = (
    backups,
    cloud_firewall,
    compute,
    containers,
    delivery,
    endpoints,
    functions,
    identity,
    keys,
    locations,
    logs,
    messaging,
    nat,
    network,
    nosql,
    permissions,
    pods,
    rds,
    sharing,
    storage,
    volumes,
    warehouses,
)

__all__ = ["MODULES", "REGISTRY"]
