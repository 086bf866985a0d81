"""What a provider adapter sees of Terraform: resources with evaluated attributes.

The same view is built from ``.tf``, ``.tf.json`` and ``terraform show -json``, so adapters never
know where a resource came from.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from compliance.model.cell import Cell
from compliance.model.location import Location


class Block(Protocol):
    """A body: attributes and nested blocks (``dynamic`` blocks are already expanded)."""

    @property
    def at(self) -> Location:
        """The lines of the whole block."""
        ...

    def get(self, path: str) -> Cell:
        """The attribute at a dotted path, e.g. ``"acl"`` or ``"rule.apply_default.sse_algorithm"``.

        A path steps through nested blocks (the first one of a name), maps and, with a number, lists
        (``"rule.1.action"``).  What the source does not state is an absent cell (``cell.absent``);
        what cannot be resolved is unknown.  ``cell.at`` is the line of the attribute.
        """
        ...

    def blocks(self, path: str) -> Sequence[Block]:
        """Nested blocks of a name (dotted for deeper ones), in order of the source.

        Also serves attributes written as a list of maps (``ingress = [{...}]``).  A dynamic block
        whose ``for_each`` is unknown gives one block whose attributes are unknown.
        """
        ...

    def has(self, path: str) -> bool:
        """An attribute or block of that name is written (and not null)."""
        ...


class Resource(Block, Protocol):
    """One resource instance, or data source (type ``data.<type>``)."""

    type: str
    """``aws_s3_bucket``; data sources carry the prefix ``data.``"""
    name: str
    """its local name"""
    address: str
    """full address in its module tree: ``module.net.aws_subnet.a[0]``"""
    id: str
    """identity for tables: the root module's folder and the address, ``prod:aws_s3_bucket.logs``"""
    provider: str
    """``aws``, ``alicloud``, ``tencentcloud``, ``huaweicloud``, ... (first word of the type)"""
    region: Cell
    """region of the provider configuration (alias honoured) the resource belongs to"""


class World(Protocol):
    """All resources of one root module, its local modules included."""

    folder: str
    """folder of the root module, '' for the scanned root"""

    def of_type(self, *types: str) -> Sequence[Resource]:
        """Resources of the given types, in order of address."""
        ...

    def find(self, ref: str) -> Resource | None:
        """The resource a reference (``cell.refs`` entry, with or without attribute) points to.

        ``aws_x.y[*].id`` and ``aws_x.y.id`` find the first instance.
        """
        ...

    def linked(self, target: Resource, attribute: str, *types: str, by: Sequence[str] = ("id", "name")) -> Sequence[Resource]:
        """Resources of *types* whose *attribute* points to *target*.

        It points there when it refers to any attribute of the target, or when its literal text
        equals one of the target's own *by* attributes (e.g. ``bucket = "acme-logs"`` on both).
        """
        ...

    def providers(self) -> Iterator[ProviderConfig]:
        """Provider configurations of the root module and its local modules."""
        ...


class ProviderConfig(Block, Protocol):
    """One ``provider`` block; also made up when resources of a provider have no block at all."""

    provider: str
    alias: str
    id: str
    declared: bool
    """False when there is no provider block; its region is then unknown (``not_stated``)"""
    region: Cell


PolicyDocument = Mapping[str, object]
