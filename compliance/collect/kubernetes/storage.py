"""Storage classes of cloud disks as block volumes.

Sources: parameters of the storage classes of the AWS EBS and EFS CSI drivers (``encrypted``, default false),
of Alibaba Cloud ACK (``encrypted``, ``kmsKeyId``, default false), Tencent TKE (``encrypt``), Huawei CCE
(``everest.io/crypt-key-id``), of the GCE PD and Azure Disk drivers (always encrypted; a named key is the firm's).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from compliance.collect.kubernetes.objects import Object
from compliance.model.cell import Cell
from compliance.model.row import NO_SETTING, Row, make_row


class _Driver(NamedTuple):
    """Parameter that turns encryption on, parameter that names the key, effective setting without either."""

    flag: str
    key: str
    default: bool
    kind: str = "disk"


_DRIVERS: Final[dict[str, _Driver]] = {
    "ebs.csi.aws.com": _Driver("encrypted", "kmsKeyId", False),
    "kubernetes.io/aws-ebs": _Driver("encrypted", "kmsKeyId", False),
    "diskplugin.csi.alibabacloud.com": _Driver("encrypted", "kmsKeyId", False),
    "alicloud/disk": _Driver("encrypted", "kmsKeyId", False),
    "com.tencent.cloud.csi.cbs": _Driver("encrypt", "kmsKeyId", False),
    "everest-csi-provisioner": _Driver("", "everest.io/crypt-key-id", False),
    "pd.csi.storage.gke.io": _Driver("", "disk-encryption-kms-key", True),
    "kubernetes.io/gce-pd": _Driver("", "disk-encryption-kms-key", True),
    "disk.csi.azure.com": _Driver("", "diskEncryptionSetID", True),
    "kubernetes.io/azure-disk": _Driver("", "diskEncryptionSetID", True),
}


def rows(one: Object) -> Iterator[Row]:
    """The block_volume row of a StorageClass of a known cloud disk."""
    driver = _DRIVERS.get(one.node.get("provisioner").text) if one.kind == "StorageClass" else None
    if driver is None:
        return
    key = one.node.cell("parameters", driver.key).as_str()
    flag = one.node.cell("parameters", driver.flag) if driver.flag else Cell()
    if flag.value == "ENCRYPT":  # the spelling of Tencent Cloud
        flag = Cell(True, flag.at)
    flag = flag.as_bool()
    if flag.absent:
        flag = key.map(bool).default(driver.default)
    yield make_row(
        "block_volume", one.at, resource_id=one.id, name=one.name, volume_kind=driver.kind, encrypted=flag,
        encryption_declared=flag if flag.unknown else flag.at is not None and flag.value is True,
        encryption_algorithm=flag.map(lambda v: "AES-256" if v else ""), kms_key_id=key.default(""),
        customer_managed_key=key.map(bool).default(False), tls_required=NO_SETTING, **one.identity(),
    )  # fmt: skip
