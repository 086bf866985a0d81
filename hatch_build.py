"""Compile the catalog once, when the wheel is built, so that an installed tool never has to."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompiledCatalog(BuildHookInterface):  # type: ignore[type-arg]
    """Adds ``compliance/_compiled/catalog.json`` to a wheel; a development install compiles and caches by itself."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version != "standard":
            return
        root = Path(self.root)
        sys.path.insert(0, str(root))
        from compliance.catalog.compile import compile_catalog
        from compliance.catalog.roots import Roots
        from compliance.model.catalog import to_plain

        catalog = compile_catalog(Roots(root / "controls", root / "evidence"))
        handle, path = tempfile.mkstemp(suffix=".json")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(to_plain(catalog), file, ensure_ascii=False, separators=(",", ":"))
        build_data["force_include"][path] = "compliance/_compiled/catalog.json"
