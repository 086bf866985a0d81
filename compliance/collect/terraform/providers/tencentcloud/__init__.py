"""Adapters for the Terraform provider tencentcloudstack/tencentcloud: one module a service group.

Attribute names, allowed values and defaults come from the provider's documentation
(https://registry.terraform.io/providers/tencentcloudstack/tencentcloud/latest/docs); each adapter names its
pages.  A service's own default that the pages do not state is taken from the product documentation named
there; what could not be verified is marked 待核.
"""

from typing import Final

from compliance.collect.terraform.providers.tencentcloud import (
    backups,
    compute,
    delivery,
    distributed_databases,
    endpoints,
    firewalls,
    functions,
    identity,
    keys,
    kubernetes,
    locations,
    logs,
    messaging,
    mysql,
    nosql,
    sql_databases,
    storage,
    volumes,
)
from compliance.collect.terraform.providers.tencentcloud.registry import REGISTRY

# Importing a module registers its adapters.
MODULES: Final = (
    backups,
    compute,
    delivery,
    distributed_databases,
    endpoints,
    firewalls,
    functions,
    identity,
    keys,
    kubernetes,
    locations,
    logs,
    messaging,
    mysql,
    nosql,
    sql_databases,
    storage,
    volumes,
)

__all__ = ["MODULES", "REGISTRY"]
