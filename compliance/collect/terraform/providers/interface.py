"""How a provider package registers its adapters.

An adapter is a function ``(resource, world) -> iterable of rows`` registered for one or more
resource types.  A provider package is imported only when a resource of its prefix is seen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from compliance.collect.terraform.resource import Resource, World
from compliance.model.row import Row

Adapter = Callable[[Resource, World], Iterable[Row]]


class Registry:
    """Adapters by resource type.

    ``types`` maps a resource type to its adapters.  Types read only by way of ``world.linked`` (a
    bucket's separate versioning resource) are declared with ``reads`` so that the coverage report
    knows them.
    """

    def __init__(self, provider: str) -> None:
        self.provider: Final = provider
        self.types: Final[dict[str, list[Adapter]]] = {}
        self.linked: Final[set[str]] = set()

    def adapter(self, *types: str, reads: tuple[str, ...] = ()) -> Callable[[Adapter], Adapter]:
        """Register a function for *types*; it also looks at linked resources of types *reads*."""

        def register(function: Adapter) -> Adapter:
            for resource_type in types:
                self.types.setdefault(resource_type, []).append(function)
            self.linked.update(reads)
            return function

        return register


PROVIDERS: Final[dict[str, str]] = {
    "aws": "compliance.collect.terraform.providers.aws",
    "alicloud": "compliance.collect.terraform.providers.alicloud",
    "tencentcloud": "compliance.collect.terraform.providers.tencentcloud",
    "huaweicloud": "compliance.collect.terraform.providers.huaweicloud",
}
"""Provider name -> package with a module-level ``REGISTRY``; one line a provider."""
