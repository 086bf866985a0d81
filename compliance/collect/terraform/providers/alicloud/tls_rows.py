"""TLS endpoints: the row every adapter fills, and what the system security policies of the load balancers accept."""

from __future__ import annotations

from typing import Final

from compliance.collect.terraform.providers.alicloud.settings import Columns, common, lowest_tls, weak_cipher
from compliance.collect.terraform.resource import Resource, World
from compliance.model.cell import Cell, Reason, Unknown
from compliance.model.row import NO_SETTING, Row, make_row

# policy -> (lowest version, weak suite or ''); Server Load Balancer "TLS security policies": only the
# strict policies leave out DES-CBC3-SHA.
_POLICIES: Final = {
    "tls_cipher_policy_1_0": ("tls10", "DES-CBC3-SHA"),
    "tls_cipher_policy_1_1": ("tls11", "DES-CBC3-SHA"),
    "tls_cipher_policy_1_2": ("tls12", "DES-CBC3-SHA"),
    "tls_cipher_policy_1_2_strict": ("tls12", ""),
    "tls_cipher_policy_1_2_strict_with_1_3": ("tls12", ""),
}
CUSTOM_POLICIES: Final = (
    "alicloud_slb_tls_cipher_policy",
    "alicloud_alb_security_policy",
    "alicloud_nlb_security_policy",
)


def endpoint_row(resource: Resource, kind: str, suffix: str = "", **columns: object) -> Row:
    """A ``tls_endpoint`` row; a column that is not given is a setting the service does not have."""
    lacking: Columns = dict.fromkeys(
        (
            "internet_facing",
            "http_redirect",
            "min_tls",
            "weak_ciphers",
            "cert_key_algorithm",
            "cert_key_bits",
            "cert_valid",
            "hsts",
        ),
        NO_SETTING,
    )
    merged = {**lacking, **columns}
    return make_row(
        "tls_endpoint",
        resource.at,
        **common(resource),
        endpoint_id=f"{resource.id}{suffix}",
        endpoint_kind=kind,
        **merged,
    )


def policy_columns(cell: Cell, world: World) -> Columns:
    """min_tls, weak_ciphers and weakest_cipher of a security policy; tls_cipher_policy_1_0 when none is stated."""
    for ref in cell.refs:
        policy = world.find(ref)
        if policy is not None and policy.type in CUSTOM_POLICIES:
            return custom_policy(policy)
    name = cell.default("tls_cipher_policy_1_0").as_str()
    if not name.known:
        return {"min_tls": name, "weak_ciphers": name, "weakest_cipher": name}
    known = _POLICIES.get(name.value.strip().lower())
    if known is None:
        unread = Cell(Unknown(Reason("unreadable_value", name.value[:60])), name.at)
        return {"min_tls": unread, "weak_ciphers": unread, "weakest_cipher": unread}
    lowest, weakest = known
    return {
        "min_tls": Cell(lowest, name.at),
        "weak_ciphers": Cell(bool(weakest), name.at),
        "weakest_cipher": Cell(weakest, name.at),
    }


def custom_policy(policy: Resource) -> Columns:
    """The same three columns of a policy of the firm's own."""
    weak, weakest = weak_cipher(policy.get("ciphers"))
    return {"min_tls": lowest_tls(policy.get("tls_versions")), "weak_ciphers": weak, "weakest_cipher": weakest}
