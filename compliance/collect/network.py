"""Facts about addresses, ports and regions that several collectors share."""

from __future__ import annotations

import ipaddress
from typing import Final, Literal

Scope = Literal["any", "public", "private", "loopback"]

# A range this wide or wider is "any": 1/256 of the IPv4 space, the matching share of IPv6.
_ANY_PREFIX: Final = {4: 8, 6: 16}


def source_scope(cidr: str) -> Scope | None:
    """Scope of an address or CIDR range; None when the text is neither.

    ``0.0.0.0/0``, ``::/0``, ``*`` and every public range of at least 1/256 of the space are
    ``any``, so that two halves of the internet are not taken for a restriction.
    """
    text = cidr.strip()
    # A prefix of no bits is every address, whatever stands before it.
    if text in {"*", "0.0.0.0", "::", "any", "Any", "ANY"} or text.endswith("/0"):
        return "any"
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None
    if network.is_loopback:
        return "loopback"
    if network.prefixlen == 0:
        return "any"
    if network.is_private or network.is_link_local:
        return "private"
    return "any" if network.prefixlen <= _ANY_PREFIX[network.version] else "public"


_MAINLAND_PREFIXES: Final[dict[str, tuple[str, ...]]] = {
    # AWS China: https://docs.amazonaws.cn/en_us/aws/latest/userguide/endpoints-arns.html
    "aws": ("cn-",),
    # Alibaba Cloud "Regions and zones": cn-hongkong is Hong Kong, every other cn-* is mainland.
    "alicloud": ("cn-",),
    # Tencent Cloud "Regions and availability zones": city codes.
    "tencentcloud": (
        "ap-beijing",
        "ap-shanghai",
        "ap-guangzhou",
        "ap-chengdu",
        "ap-chongqing",
        "ap-nanjing",
        "ap-shenzhen",
        "ap-hangzhou",
        "ap-fuzhou",
        "ap-wuhan",
        "ap-changsha",
        "ap-jinan",
        "ap-hefei",
        "ap-shijiazhuang",
        "ap-shenyang",
        "ap-xian",
        "ap-xibei",
        "ap-zhengzhou",
        "ap-qingyuan",
        "ap-tianjin",
        "ap-taiyuan",
        "ap-zhongwei",
        "ap-guiyang",
        "ap-haikou",
        "ap-nanning",
        "ap-kunming",
        "ap-dalian",
        "ap-ningbo",
        "ap-xiamen",
    ),  # fmt: skip
    # Huawei Cloud "Regions and endpoints".
    "huaweicloud": ("cn-north-", "cn-east-", "cn-south-", "cn-southwest-", "cn-northwest-", "cn-central-"),
}
_OUTSIDE: Final = ("cn-hongkong", "cn-taiwan", "cn-macau")


def jurisdiction(provider: str, region: str) -> Literal["mainland", "overseas"]:
    """Jurisdiction of a cloud region code (an availability zone of it also counts).

    Hong Kong, Macau and Taiwan count as outside mainland China for PIPL articles 38-40.  A code
    that is not known to be mainland is overseas: the stricter value.
    """
    code = region.strip().lower()
    if code.startswith(_OUTSIDE):
        return "overseas"
    return "mainland" if code.startswith(_MAINLAND_PREFIXES.get(provider, ("cn-",))) else "overseas"


SENSITIVE_PORTS: Final = frozenset({22, 23, 135, 139, 445, 1433, 1521, 2375, 3306, 3389, 5432, 5601, 5900, 6379, 9200, 11211, 27017})
"""Administration and data ports that should not face the internet."""
