"""Alibaba Cloud adapters; facts from the pages of the aliyun/alicloud provider documentation named in each module."""

from compliance.collect.terraform.providers.interface import Registry

REGISTRY = Registry("alicloud")

from compliance.collect.terraform.providers.alicloud import (  # noqa: E402
    compute as compute,
)
from compliance.collect.terraform.providers.alicloud import (  # noqa: E402
    database as database,
)
from compliance.collect.terraform.providers.alicloud import (  # noqa: E402
    identity as identity,
)
from compliance.collect.terraform.providers.alicloud import (  # noqa: E402
    logs as logs,
)
from compliance.collect.terraform.providers.alicloud import (  # noqa: E402
    network as network,
)
from compliance.collect.terraform.providers.alicloud import (  # noqa: E402
    storage as storage,
)
