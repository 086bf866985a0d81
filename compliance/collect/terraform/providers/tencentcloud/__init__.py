"""Tencent Cloud adapters; facts from the pages of the tencentcloudstack/tencentcloud provider documentation named in each module."""

from compliance.collect.terraform.providers.interface import Registry

REGISTRY = Registry("tencentcloud")

from compliance.collect.terraform.providers.tencentcloud import (  # noqa: E402
    identity as identity,
)
from compliance.collect.terraform.providers.tencentcloud import (  # noqa: E402
    network as network,
)
from compliance.collect.terraform.providers.tencentcloud import (  # noqa: E402
    storage as storage,
)
