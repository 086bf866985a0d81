"""Where a host name lies, as far as its name tells.

Sources: network.jurisdiction for region codes; IANA "Root Zone Database" for country domains; AWS "Service
endpoints" (the amazonaws.com partition has no mainland region, amazonaws.com.cn has only mainland ones);
Google Cloud "Cloud locations"; Azure "Azure geographies" (mainland China is a separate cloud under .cn).
"""

from __future__ import annotations

import ipaddress
import re
from typing import Final

from compliance.collect.network import jurisdiction
from compliance.model.cell import Cell, Reason, Unknown

_INTERNAL: Final = (
    ".local", ".internal", ".lan", ".corp", ".home", ".private", ".intranet", ".localdomain", ".localhost", ".svc", ".docker",
    ".consul", ".test", ".invalid", ".home.arpa", ".in-addr.arpa",
)  # fmt: skip
_OVERSEAS_PLATFORMS: Final = (
    ".amazonaws.com", ".cloudfront.net", ".awsapprunner.com", ".googleapis.com", ".run.app", ".appspot.com", ".cloudfunctions.net",
    ".firebaseapp.com", ".web.app", ".azure.com", ".windows.net", ".azurewebsites.net", ".azure-api.net", ".azurefd.net",
    ".herokuapp.com", ".vercel.app", ".netlify.app", ".onrender.com", ".fly.dev", ".digitaloceanspaces.com", ".ondigitalocean.app",
    ".github.io", ".github.com", ".openai.com", ".anthropic.com", ".supabase.co", ".workers.dev", ".pages.dev",
)  # fmt: skip
_MAINLAND_TLDS: Final = frozenset({"cn", "xn--fiqs8s", "xn--fiqz9s", "中国", "中國"})
# Country domains that are sold to anyone and tell nothing about the place.
_SOLD: Final = frozenset(
    {
        "io",
        "ai",
        "co",
        "me",
        "tv",
        "cc",
        "ws",
        "to",
        "gg",
        "sh",
        "ly",
        "fm",
        "im",
        "la",
        "vc",
        "ac",
        "am",
        "ag",
        "gl",
        "is",
        "bz",
        "st",
        "nu",
        "su",
        "pw",
        "ml",
        "tk",
        "ga",
        "cf",
        "gq",
        "sc",
        "so",
        "li",
        "mn",
        "ms",
        "tc",
        "vg",
        "bi",
    }
)
_COMPASS: Final = re.compile(
    r"(?<![a-z0-9])((?:us|eu|ap|sa|ca|me|af|il|mx|na|la|ru|tr|my|ae)-(?:gov-|iso-)?(?:north|south|east|west|central)(?:east|west)?-\d)(?![0-9])"
)
_CHINA: Final = re.compile(
    r"(?<![a-z0-9])(cn-(?:hongkong|taiwan|macau|beijing|zhangjiakou|huhehaote|wulanchabu|hangzhou|shanghai|shenzhen|heyuan|guangzhou|chengdu"
    r"|nanjing|fuzhou|qingdao|wuhan|zhengzhou|(?:north|south|east|west|central)(?:west|east)?-\d{1,3}))(?![a-z0-9])"
)
_CITY: Final = re.compile(
    r"(?<![a-z0-9])((?:ap|na|eu|sa|me)-(?:beijing|shanghai|guangzhou|chengdu|chongqing|nanjing|shenzhen|singapore|hongkong|taipei|tokyo|seoul"
    r"|bangkok|jakarta|mumbai|frankfurt|moscow|siliconvalley|ashburn|toronto|saopaulo|virginia))(?![a-z0-9])"
)
# RFC 5737 and RFC 3849: written in place of public addresses.
_DOCUMENTATION: Final = tuple(
    ipaddress.ip_network(n) for n in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")
)
_NAME: Final = re.compile(r"[\w.-]{1,253}\Z")


def host_place(host: str) -> Cell | None:
    """Jurisdiction of a host (``mainland``, ``overseas`` or unknown with its reason); None when it is internal.

    Internal: a private, loopback or link-local address, a name without a dot (a container, a cluster
    service) and names of reserved or private domains.
    """
    name = host.strip().strip("[]").rstrip(".").lower()
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        pass
    else:
        documented = any(address in network for network in _DOCUMENTATION if network.version == address.version)
        inside = not documented and (
            address.is_private or address.is_loopback or address.is_link_local or address.is_unspecified
        )
        return None if inside else _cannot_tell(name)
    if not _NAME.match(name):
        return Cell(Unknown(Reason("unreadable_value", name[:60])))
    if "." not in name or name.endswith(_INTERNAL) or ".svc." in name:
        return None
    region = region_of(name)
    if region:
        return Cell(jurisdiction("tencentcloud" if _CITY.fullmatch(region) else "aws", region))
    tld = name.rpartition(".")[2]
    if tld in _MAINLAND_TLDS:
        return Cell("mainland")
    if ("." + name).endswith(_OVERSEAS_PLATFORMS) or (len(tld) == 2 and tld.isalpha() and tld not in _SOLD):
        return Cell("overseas")
    return _cannot_tell(name)


def region_of(name: str) -> str:
    """The cloud region code in a host name, '' when there is none."""
    for pattern in (_CHINA, _COMPASS, _CITY):
        found = pattern.search(name)
        if found:
            return found[1]
    return ""


def _cannot_tell(name: str) -> Cell:
    return Cell(Unknown(Reason("not_stated", f"jurisdiction({name[:60]})")))
