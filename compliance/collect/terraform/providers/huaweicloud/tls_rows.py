"""TLS endpoints: the row every adapter fills, and what the named security policies accept."""

from __future__ import annotations

from typing import Any, Final

from compliance.collect.terraform.providers.huaweicloud.settings import (
    Columns,
    common,
    lowest_tls,
    stated,
    unreadable,
    weak_cipher,
)
from compliance.collect.terraform.resource import Resource, World
from compliance.model.cell import Cell
from compliance.model.row import NO_SETTING, Row, make_row

# policy -> (lowest version, weak suite or ''); Elastic Load Balance "TLS security policy": only
# tls-1-0-inherit keeps 3DES and RC4.
_POLICIES: Final = {
    "tls-1-0-inherit": ("tls10", "RC4-SHA"),
    "tls-1-0": ("tls10", ""),
    "tls-1-1": ("tls11", ""),
    "tls-1-2": ("tls12", ""),
    "tls-1-2-strict": ("tls12", ""),
    "tls-1-2-fs": ("tls12", ""),
    "tls-1-0-with-1-3": ("tls10", ""),
    "tls-1-2-fs-with-1-3": ("tls12", ""),
    "tls-1-2-strict-no-cbc": ("tls12", ""),
    "hybrid-policy-1-0": ("tls11", ""),
}


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
    merged: dict[str, Any] = {**lacking, **columns}
    return make_row(
        "tls_endpoint",
        resource.at,
        **common(resource),
        endpoint_id=f"{resource.id}{suffix}",
        endpoint_kind=kind,
        **merged,
    )


def policy_columns(named: Cell, own: Cell, world: World) -> Columns:
    """min_tls, weak_ciphers and weakest_cipher of a listener.

    named: ``tls_ciphers_policy``, tls-1-0 when not stated
    own:   ``security_policy_id``, which wins when it is stated
    """
    own = stated(own)
    for ref in own.refs:
        policy = world.find(ref)
        if policy is not None and policy.type == "huaweicloud_elb_security_policy":
            weak, weakest = weak_cipher(policy.get("ciphers"))
            return {"min_tls": lowest_tls(policy.get("protocols")), "weak_ciphers": weak, "weakest_cipher": weakest}
    if not own.absent:
        unknown = own if own.unknown else Cell(unreadable(own.value), own.at)
        return {"min_tls": unknown, "weak_ciphers": unknown, "weakest_cipher": unknown}
    name = stated(named).default("tls-1-0").as_str()
    if not name.known:
        return {"min_tls": name, "weak_ciphers": name, "weakest_cipher": name}
    lowest, weakest_name = _POLICIES.get(name.value.strip().lower(), (None, None))
    if lowest is None or weakest_name is None:
        unread = Cell(unreadable(name.value), name.at)
        return {"min_tls": unread, "weak_ciphers": unread, "weakest_cipher": unread}
    return {
        "min_tls": Cell(lowest, name.at),
        "weak_ciphers": Cell(bool(weakest_name), name.at),
        "weakest_cipher": Cell(weakest_name, name.at),
    }
